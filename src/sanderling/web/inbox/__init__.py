"""The inbox of the built-in capture: mails that would have gone to an SMTP server."""
