"""Tell Django about this room."""

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.sources"
    label = "sources"
