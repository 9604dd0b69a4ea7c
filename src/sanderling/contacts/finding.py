"""Who is meant by an id or by a key; events and orders ask ``recognising`` instead."""

from collections.abc import Sequence

from sanderling.contacts import keeping_keys, validating
from sanderling.contacts.models import Contact, Joining, KeyKind
from sanderling.lib.errors import NotFound


def get(organisation_id: int, contact_id: int) -> Contact:
    """Return a contact of this organisation, deleted or not."""
    contact = Contact.objects.filter(organisation_id=organisation_id, pk=contact_id).first()
    if contact is None:
        raise NotFound("There is no such contact.")
    return contact


def current(organisation_id: int, contact_id: int) -> int:
    """Return the contact that a number means now: who became a part of somebody is that one."""
    found = Joining.objects.filter(organisation_id=organisation_id, former_id=contact_id)
    return found.values_list("contact_id", flat=True).first() or contact_id


def by_key(organisation_id: int, kind: str, value: str) -> int | None:
    """Return the contact that a key finds; e-mail in any letter case, phone in any spelling."""
    key = (kind, _normal(kind, value))
    return keeping_keys.owners(organisation_id, [key]).get(key)


def by_keys(organisation_id: int, kind: str, values: Sequence[str]) -> dict[str, int]:
    """Return contacts by the values as they were given, in one query; the unknown are left out."""
    normal = {value: (kind, _normal(kind, value)) for value in values}
    owners = keeping_keys.owners(organisation_id, set(normal.values()))
    return {value: owners[key] for value, key in normal.items() if key in owners}


def _normal(kind: str, value: str) -> str:
    if kind == KeyKind.PHONE:
        return validating.phone(value) or value.strip()
    return keeping_keys.key_of(kind, value)
