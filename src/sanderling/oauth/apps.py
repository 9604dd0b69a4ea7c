"""Tell Django about this room."""

from django.apps import AppConfig


class OauthConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.oauth"
    label = "oauth"
