"""Tell Django about this room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.accounts"
    label = "accounts"
