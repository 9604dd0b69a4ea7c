"""Tell Django about this room."""

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.activities"
    label = "activities"
