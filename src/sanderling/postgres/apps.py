"""Tell Django about this room."""

from django.apps import AppConfig


class PostgresConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.postgres"
    label = "postgres"
