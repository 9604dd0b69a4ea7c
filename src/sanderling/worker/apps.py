"""Tell Django about this room."""

from django.apps import AppConfig


class WorkerConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.worker"
    label = "worker"
