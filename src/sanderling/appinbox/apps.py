"""Tell Django about this room."""

from django.apps import AppConfig


class AppInboxConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.appinbox"
    label = "appinbox"
