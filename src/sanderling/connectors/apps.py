"""Tell Django about this room."""

from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.connectors"
    label = "connectors"
