"""The keys that find a contact: claimed, released, inherited.

A key is claimed by ``INSERT … ON CONFLICT DO NOTHING``, always in the order of the primary key:
two who claim the same keys wait for each other in one direction only.
"""

from collections.abc import Iterable, Sequence

from sanderling.contacts.models import Contact, ContactKey, KeyKind
from sanderling.contacts.people import Person
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
Key = tuple[str, str]


def key_of(kind: str, value: str | None) -> str:
    """Return the value as ContactKey spells it ("" when there is none)."""
    value = (value or "").strip()
    return value.lower() if kind == KeyKind.EMAIL else value


def keys_of(person: Person | Contact) -> dict[str, str]:
    """Return what names this person, by kind, only what is there."""
    found = {
        KeyKind.EXTERNAL_ID.value: key_of(KeyKind.EXTERNAL_ID, person.external_id),
        KeyKind.EMAIL.value: key_of(KeyKind.EMAIL, person.email),
        KeyKind.PHONE.value: key_of(KeyKind.PHONE, person.phone),
    }
    if isinstance(person, Person) and person.token:
        found[KeyKind.TOKEN.value] = person.token
    return {kind: value for kind, value in found.items() if value}


def owners(organisation_id: int, keys: Iterable[Key]) -> dict[Key, int]:
    """Return who is found by each of these keys, in one query."""
    kinds, values = _columns(keys)
    rows = STATEMENTS.rows(
        "find_owners", {"organisation_id": organisation_id, "kinds": kinds, "values": values}
    )
    return {(kind, value): contact_id for kind, value, contact_id in rows}


def claim(organisation_id: int, contact_id: int, keys: Iterable[Key]) -> set[Key]:
    """Claim keys for a contact; return those that are now its own (not somebody else's)."""
    kinds, values = _columns(keys)
    rows = STATEMENTS.rows(
        "claim_keys",
        {
            "organisation_id": organisation_id,
            "contact_id": contact_id,
            "kinds": kinds,
            "values": values,
        },
    )
    return {(kind, value) for kind, value in rows}


def release(organisation_id: int, contact_id: int, keys: Sequence[Key]) -> None:
    """Let go of keys that name the contact no more; the next who carries the address inherits."""
    kinds, values = _columns(keys)
    params = {
        "organisation_id": organisation_id,
        "contact_id": contact_id,
        "kinds": kinds,
        "values": values,
    }
    STATEMENTS.run("release_keys", params)
    pass_on(
        organisation_id,
        [(kind, value, contact_id) for kind, value in zip(kinds, values, strict=True)],
    )


def pass_on(organisation_id: int, released: Sequence[tuple[str, str, int]]) -> None:
    """Give (kind, value, former owner) to the oldest other contact that carries the address."""
    STATEMENTS.run(
        "inherit_keys",
        {
            "organisation_id": organisation_id,
            "kinds": [kind for kind, _, _ in released],
            "values": [value for _, value, _ in released],
            "former": [former for _, _, former in released],
        },
    )


def stale_keys(contact: Contact) -> list[Key]:
    """Return the keys a contact owns although its columns no longer say so."""
    current = keys_of(contact)
    owned = ContactKey.objects.filter(
        organisation_id=contact.organisation_id, contact_id=contact.pk
    ).exclude(kind=KeyKind.TOKEN)
    return [
        (kind, value)
        for kind, value in owned.values_list("kind", "value")
        if current.get(kind) != value
    ]


def _columns(keys: Iterable[Key]) -> tuple[list[str], list[str]]:
    ordered = sorted(keys)
    return [kind for kind, _ in ordered], [value for _, value in ordered]
