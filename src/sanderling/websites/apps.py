"""Tell Django about this room."""

from django.apps import AppConfig


class WebsitesConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.websites"
    label = "websites"
