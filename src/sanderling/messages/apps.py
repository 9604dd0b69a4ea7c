"""Tell Django about this room."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.messages"
    label = "messages"
