"""Tell Django about this room."""

from django.apps import AppConfig


class SendingConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.sending"
    label = "sending"
