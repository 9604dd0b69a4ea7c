"""Tell Django about this room."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.web"
    label = "web"
