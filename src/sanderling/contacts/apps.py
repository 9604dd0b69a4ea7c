"""Tell Django about this room."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """The room's place in Django."""

    name = "sanderling.contacts"
    label = "contacts"
