"""Tell Django about this room."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.api"
    label = "api"
