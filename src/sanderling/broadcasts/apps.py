"""Tell Django about this room, and the room of segments who uses them."""

from django.apps import AppConfig


class BroadcastsConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.broadcasts"
    label = "broadcasts"

    def ready(self) -> None:
        """Let deleting a segment find the campaigns that are to go to it."""
        from sanderling.broadcasts.using import broadcasts_to
        from sanderling.segments.using import users

        users.register("broadcasts", broadcasts_to)
