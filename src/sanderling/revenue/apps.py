"""Tell Django about this room."""

from django.apps import AppConfig


class RevenueConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.revenue"
    label = "revenue"
