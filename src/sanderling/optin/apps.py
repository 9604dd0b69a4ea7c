"""Tell Django about this room."""

from django.apps import AppConfig


class OptInConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.optin"
    label = "optin"
