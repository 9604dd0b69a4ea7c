"""Tell Django about this room."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.orders"
    label = "orders"
