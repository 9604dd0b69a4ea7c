"""People, and everything that identifies or describes them.

``Contact`` is distributed by its id; what must be unique across contacts lives in
``ContactKey``, distributed by value (ARCHITECTURE: ready to be distributed).
"""

from sanderling.contacts.models.devices import Device
from sanderling.contacts.models.fields import Field, FieldGroup, FieldType
from sanderling.contacts.models.imports import Import, ImportReject, ImportStatus, Newcomer
from sanderling.contacts.models.leaving import Erasure, Joining, Suppression
from sanderling.contacts.models.lists import (
    GROUP_SEQUENCE,
    Category,
    ContactList,
    ListMember,
    Subscription,
)
from sanderling.contacts.models.people import Contact, ContactKey, EmailStatus, KeyKind, Source

__all__ = [
    "GROUP_SEQUENCE",
    "Category",
    "Contact",
    "ContactKey",
    "ContactList",
    "Device",
    "EmailStatus",
    "Erasure",
    "Field",
    "FieldGroup",
    "FieldType",
    "Import",
    "ImportReject",
    "ImportStatus",
    "Joining",
    "KeyKind",
    "ListMember",
    "Newcomer",
    "Source",
    "Subscription",
    "Suppression",
]
