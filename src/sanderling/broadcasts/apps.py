"""Tell Django about this room."""

from django.apps import AppConfig


class BroadcastsConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.broadcasts"
    label = "broadcasts"
