"""Tell Django about this room."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.segments"
    label = "segments"
