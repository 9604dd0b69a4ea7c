"""Tell Django about this room."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.exports"
    label = "exports"
