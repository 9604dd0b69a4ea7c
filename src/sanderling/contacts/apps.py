"""Tell Django about this room."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.contacts"
    label = "contacts"

    def ready(self) -> None:
        """Let indexes name their operator class.

        ``django.contrib.postgres`` as an app would do this, and also ask every new connection
        for types (hstore) that we do not use.
        """
        from django.contrib.postgres.indexes import OpClass
        from django.db.models import OrderBy
        from django.db.models.indexes import IndexExpression

        IndexExpression.register_wrappers(OrderBy, OpClass)
