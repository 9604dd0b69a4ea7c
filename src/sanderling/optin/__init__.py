"""The double opt-in: a letter asks, a link confirms, and only then is somebody subscribed."""
