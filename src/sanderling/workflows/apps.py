"""Tell Django about this room."""

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.workflows"
    label = "workflows"
