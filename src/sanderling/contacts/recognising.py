"""Whose is this?  Events and orders name people in several ways; many are looked up at once.

A fact carries an ``Identity``: everything it says about its person.  The strongest name that
somebody bears wins (api.md §4): contact id, external id, e-mail, phone, token.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.contacts import adding, merging, validating
from sanderling.contacts.merging import Rules
from sanderling.contacts.models import KeyKind
from sanderling.contacts.people import Person
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
NOBODY = 0
FEW = 3  # one by one costs some ten statements each, a merge some twenty in all
LARGEST_ID = 2**63 - 1
LONGEST_EXTERNAL_ID = 100
Name = tuple[str, str]  # kind and value


@dataclass(frozen=True, slots=True)
class Identity:
    """What a fact says about its person; empty members say nothing."""

    contact_id: int | None = None
    external_id: str = ""
    email: str = ""
    phone: str = ""
    token: str = ""
    first_name: str = ""  # for a new contact; nobody is looked for by name
    last_name: str = ""

    def names(self) -> Iterator[Name]:
        """Yield the names to look for, the strongest first."""
        if self.contact_id is not None and 0 < self.contact_id <= LARGEST_ID:
            yield ("ID", str(self.contact_id))
        if self.external_id:
            yield (KeyKind.EXTERNAL_ID, self.external_id)
        if self.email:
            yield (KeyKind.EMAIL, self.email.strip().lower())
        if self.phone:
            yield (KeyKind.PHONE, validating.phone(self.phone) or self.phone)
        if self.token:
            yield (KeyKind.TOKEN, self.token)


def recognise(organisation_id: int, identities: Sequence[Identity]) -> list[int]:
    """Return a contact id for each identity, or ``NOBODY``; deleted contacts are nobody."""
    known = _bearers(organisation_id, {name for who in identities for name in who.names()})
    return [_first_known(who, known) for who in identities]


def recognise_or_add(
    organisation_id: int, identities: Sequence[Identity], *, source: str, by: Actor
) -> list[int]:
    """Return a contact id for each identity; who is not known becomes a new contact.

    ``NOBODY`` remains where an identity has no address or external id to make a contact of.
    """
    found = recognise(organisation_id, identities)
    strangers = {
        at: person
        for at, who in enumerate(identities)
        if found[at] == NOBODY and (person := person_of(who))
    }
    added = _added(organisation_id, list(strangers.values()), source=source, by=by)
    for at, contact_id in zip(strangers, added, strict=True):
        found[at] = contact_id
    return found


def _added(organisation_id: int, people: Sequence[Person], *, source: str, by: Actor) -> list[int]:
    """Add one by one what is one, and many by sets: a day's orders bring thousands."""
    if len(people) <= FEW:
        return [
            adding.upsert(organisation_id, person, source=source, by=by, lenient=True).contact_id
            for person in people
        ]
    outcomes = merging.merge(organisation_id, people, rules=Rules(source=source))
    auditing.record(by, "contact.merge", organisation_id, count=len(people))
    return [outcome.contact_id or NOBODY for outcome in outcomes]


def _first_known(who: Identity, known: dict[Name, int]) -> int:
    return next((known[name] for name in who.names() if name in known), NOBODY)


def person_of(who: Identity) -> Person | None:
    """Return a new person with what is usable, or None when nothing identifies them."""
    person = Person(
        external_id=who.external_id[:LONGEST_EXTERNAL_ID].strip() or None,
        email=validating.email(who.email) if who.email else None,
        phone=validating.phone(who.phone) if who.phone else None,
        first_name=validating.first_name(who.first_name) if who.first_name else None,
        last_name=validating.last_name(who.last_name) if who.last_name else None,
    )
    return person if person.external_id or person.email or person.phone else None


def _bearers(organisation_id: int, names: set[Name]) -> dict[Name, int]:
    """Return the contacts that bear the names, in one statement for all of them."""
    if not names:
        return {}
    keys = [name for name in names if name[0] != "ID"]
    rows = STATEMENTS.rows(
        "recognise_contacts",
        {
            "organisation_id": organisation_id,
            "ids": [int(value) for kind, value in names if kind == "ID"],
            "kinds": [kind for kind, _ in keys],
            "values": [value for _, value in keys],
        },
    )
    return {(kind, value): contact_id for kind, value, contact_id in rows}
