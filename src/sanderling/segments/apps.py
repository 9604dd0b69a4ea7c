"""Tell Django about this room, and the room of sources who uses them."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.segments"
    label = "segments"

    def ready(self) -> None:
        """Let deleting a source find the segments that ask it."""
        from sanderling.segments.using import segments_with_source
        from sanderling.sources.using import users

        users.register("segments", segments_with_source)
