"""Tell Django about this room, and the room of sources who uses them."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.messages"
    label = "messages"

    def ready(self) -> None:
        """Let deleting a source find the messages that read it."""
        from sanderling.messages.using import messages_with_source
        from sanderling.sources.using import users

        users.register("messages", messages_with_source)
