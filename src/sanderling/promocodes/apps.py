"""Tell Django about this room."""

from django.apps import AppConfig


class PromocodesConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.promocodes"
    label = "promocodes"
