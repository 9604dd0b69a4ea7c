"""What readers of mails ask of us: no sign-in, and a signed token in the place of one."""
