"""Django's own one-time notices, under another label: ``messages`` is a room of ours."""

from django.contrib.messages.apps import MessagesConfig


class NoticesConfig(MessagesConfig):
    """``django.contrib.messages`` as ``notices``."""

    label = "notices"
