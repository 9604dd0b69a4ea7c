"""Tell Django about this room, and the rooms of sources and segments who uses them."""

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.workflows"
    label = "workflows"

    def ready(self) -> None:
        """Let deleting a source or a segment find the workflows that need it."""
        from sanderling.segments.using import users as users_of_segments
        from sanderling.sources.using import users as users_of_sources
        from sanderling.workflows.using import workflows_with_segment, workflows_with_source

        users_of_sources.register("workflows", workflows_with_source)
        users_of_segments.register("workflows", workflows_with_segment)
