"""Tell Django about this room."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.reports"
    label = "reports"
