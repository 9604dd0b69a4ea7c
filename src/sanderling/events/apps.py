"""Tell Django about this room."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.events"
    label = "events"
