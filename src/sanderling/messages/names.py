"""The names by which a message speaks of its reader.

Names of contact fields mean the same in any letter case (``$firstName``, ``%FIRSTNAME%``); names
inside ``data`` come from the customer's own tables and are exact.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sanderling.contacts.models import Field

Person = Mapping[str, Any]  # columns of a contact, by name
Getter = Callable[[Person], Any]

CONTACT_FIELDS = {
    "id": "contact_id",
    "contactid": "contact_id",
    "externalid": "external_id",
    "externalcustomerid": "external_id",
    "email": "email",
    "emailaddress": "email",
    "phone": "phone",
    "sms": "phone",
    "firstname": "first_name",
    "lastname": "last_name",
    "language": "language",
    "languagecode": "language",
    "timezone": "time_zone",
    "country": "country",
    "region": "region",
    "town": "town",
    "city": "town",
    "address": "street",
    "postcode": "postcode",
    "zip": "postcode",
    "contactkey": "contact_key",
}
# As documents write them: given to templates that may read any name (#evaluate).
WRITTEN = frozenset(
    {
        "contactId", "externalId", "externalCustomerId", "email", "emailAddress", "phone", "sms",
        "firstName", "lastName", "language", "languageCode", "timeZone", "country", "region",
        "town", "city", "address", "postcode", "contactKey", "additional",
    }
)  # fmt: skip
# What every message may use beside the contact.
OURS = {"unsubscribeurl": "unsubscribeUrl", "viewurl": "viewUrl"}
MERGE_TAG = re.compile(r"%([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)?)%")


def fields_of(organisation_id: int) -> dict[str, int]:
    """Return the additional fields as ``{"group.field": id}``, in lower case."""
    rows = Field.objects.filter(organisation_id=organisation_id).values_list(
        "group__key", "key", "id"
    )
    return {f"{group}.{key}".lower(): number for group, key, number in rows}


def reference_for(tag: str, fields: Mapping[str, int]) -> str | None:
    """Return the Velocity that a merge tag stands for; None when it is not one."""
    name = tag.lower()
    if name in CONTACT_FIELDS or name in OURS:
        return "$!{" + OURS.get(name, name) + "}"
    if name in fields:
        return f"$!additional.get('{name}')"
    return None


def getter_of(name: str, fields: Mapping[str, int]) -> Getter | None:
    """Return how to take a name of the top level from a person; None when it means nothing."""
    key = name.lower()
    if key in CONTACT_FIELDS:
        return _column(CONTACT_FIELDS[key])
    if key == "additional":
        return _additional(fields)
    for full, number in fields.items():
        if full.partition(".")[2] == key:
            return _field(str(number))
    return None


def _column(column: str) -> Getter:
    return lambda person: person[column]


def _field(number: str) -> Getter:
    return lambda person: person["fields"].get(number, "")


def _additional(fields: Mapping[str, int]) -> Getter:
    numbers = {name: str(number) for name, number in fields.items()}
    return lambda person: {
        name: person["fields"][number]
        for name, number in numbers.items()
        if number in person["fields"]
    }
