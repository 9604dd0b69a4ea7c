"""The outermost room: settings, urls, wsgi and the `sanderling` command."""
