"""Who is meant: by a key, by the parameters of an event, by what a person typed in a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sanderling.accounts.actors import Actor
from sanderling.contacts import keeping_keys, validating
from sanderling.contacts.adding import upsert
from sanderling.contacts.models import Contact, KeyKind, Source
from sanderling.contacts.people import Match, Person
from sanderling.lib.errors import Invalid, NotFound
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
# The names that an event's parameters may carry (reference §2.4), and the order of search.
PARAMETERS = {
    "contactid": "CONTACT_ID",
    "contact_id": "CONTACT_ID",
    "externalcustomerid": KeyKind.EXTERNAL_ID,
    "email": KeyKind.EMAIL,
    "emailaddress": KeyKind.EMAIL,
    "useremail": KeyKind.EMAIL,
    "contactemail": KeyKind.EMAIL,
    "phone": KeyKind.PHONE,
    "sms": KeyKind.PHONE,
    "phonenumber": KeyKind.PHONE,
    "pushtoken": KeyKind.TOKEN,
    "contactkey": "CONTACT_KEY",
    "contact_key": "CONTACT_KEY",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What an event says about who it happened to; any of them may be missing."""

    contact_id: int | None = None
    external_id: str = ""
    email: str = ""
    phone: str = ""
    token: str = ""
    contact_key: str = ""


def get(organisation_id: int, contact_id: int) -> Contact:
    """Return a contact of this organisation, deleted or not."""
    contact = Contact.objects.filter(organisation_id=organisation_id, pk=contact_id).first()
    if contact is None:
        raise NotFound("There is no such contact.")
    return contact


def by_key(organisation_id: int, kind: str, value: str) -> int | None:
    """Return the contact that a key finds; e-mail in any letter case, phone in any spelling."""
    key = (kind, _normal(kind, value))
    return keeping_keys.owners(organisation_id, [key]).get(key)


def by_keys(organisation_id: int, kind: str, values: Sequence[str]) -> dict[str, int]:
    """Return contacts by the values as they were given, in one query; the unknown are left out."""
    normal = {value: (kind, _normal(kind, value)) for value in values}
    owners = keeping_keys.owners(organisation_id, set(normal.values()))
    return {value: owners[key] for value, key in normal.items() if key in owners}


def names_in(params: Mapping[str, object]) -> Names:
    """Return who an event's parameters name; unusable values count as missing.

    External ids that are empty, blank or the word ``null`` are ignored (reference §4.8).
    """
    said: dict[str, str] = {}
    for name, value in params.items():
        kind = PARAMETERS.get(name.lower())
        if kind and isinstance(value, str | int) and kind not in said:
            said[kind] = str(value).strip()
    number, external = said.get("CONTACT_ID", ""), said.get(KeyKind.EXTERNAL_ID, "")
    return Names(
        contact_id=int(number) if number.isascii() and number.isdigit() else None,
        external_id="" if external.lower() == "null" else external[:100],
        email=validating.email(said.get(KeyKind.EMAIL, "")) or "",
        phone=validating.phone(said.get(KeyKind.PHONE, "")) or "",
        token=said.get(KeyKind.TOKEN, ""),
        contact_key=said.get("CONTACT_KEY", "")[:100],
    )


def for_events(organisation_id: int, wanted: Sequence[Names]) -> list[int | None]:
    """Return the contact of each event, or None where nobody is found, in one query."""
    rows = STATEMENTS.rows(
        "find_named",
        {
            "organisation_id": organisation_id,
            "contact_ids": [names.contact_id for names in wanted],
            "external_ids": [names.external_id for names in wanted],
            "emails": [names.email.lower() for names in wanted],
            "phones": [names.phone for names in wanted],
            "tokens": [names.token for names in wanted],
            "contact_keys": [names.contact_key for names in wanted],
        },
    )
    return [contact_id for (contact_id,) in rows]


def find_or_create_for_event(
    organisation_id: int, names: Names, *, by: Actor, source: str = Source.EVENT
) -> int | None:
    """Return the contact of one event, made now if need be; None when it names nobody."""
    found = for_events(organisation_id, [names])[0]
    if found is not None or not (names.external_id or names.email or names.phone or names.token):
        return found
    person = Person(
        external_id=names.external_id or None,
        email=names.email or None,
        phone=names.phone or None,
        token=names.token or None,
        contact_key=names.contact_key or None,
    )
    try:
        return upsert(organisation_id, person, by=by, match=Match.ANY, source=source).contact_id
    except Invalid:
        return None


def find_or_create_for_events(
    organisation_id: int, wanted: Sequence[Names], *, by: Actor, source: str = Source.EVENT
) -> list[int | None]:
    """Return the contact of each event; people nobody has met are created, each once."""
    found = for_events(organisation_id, wanted)
    made: dict[Names, int | None] = {}
    for number, names in enumerate(wanted):
        if found[number] is None:
            if names not in made:
                made[names] = find_or_create_for_event(organisation_id, names, by=by, source=source)
            found[number] = made[names]
    return found


def _normal(kind: str, value: str) -> str:
    if kind == KeyKind.PHONE:
        return validating.phone(value) or value.strip()
    return keeping_keys.key_of(kind, value)
