"""One person in: recognised by a key and updated, or new.

Two callers with the same new person end with one contact.  Both may look and find nobody;
``claim`` then lets only one of them have the keys, and the other looks again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import psycopg
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.contacts import cleaning, fields, finding, keeping_keys, suppressing
from sanderling.contacts.models import Contact, EmailStatus, KeyKind, Source
from sanderling.contacts.people import KINDS_OF, TEXT_COLUMNS, Match, Person
from sanderling.lib.errors import Conflict, Invalid, NotFound

ATTEMPTS = 10  # each lost race means that somebody else's claim was committed
Result = TypeVar("Result")


@dataclass(frozen=True)
class Upserted:
    """The contact, whether it is new, and the columns that were not usable (only if lenient)."""

    contact_id: int
    created: bool
    problems: dict[str, list[str]]


class KeyTaken(Exception):
    """Somebody else claimed the key in between; look again."""


def upsert(
    organisation_id: int,
    person: Person,
    *,
    by: Actor,
    match: Match = Match.ANY,
    source: str = Source.API,
    email_status: str = EmailStatus.CONFIRMED,
    restore: bool = True,
    lenient: bool = False,
    keeps_addresses: bool = False,
) -> Upserted:
    """Update the contact that this person is, or create one.

    An external ID is looked up first and, when unknown, joins the contact that `match` finds if
    that one has none yet.  A deleted contact comes back when `restore`, else it is a Conflict.
    `lenient` leaves out unusable names, languages, zones and fields; an unusable address, and
    every problem otherwise, raises Invalid.  `email_status` is that of a new address; with
    `keeps_addresses` a known contact keeps the ones it has.
    """
    cleaned = cleaning.clean(person, fields.catalogue(organisation_id))
    _refuse(cleaned, lenient=lenient)

    def attempt() -> Upserted:
        keys = keeping_keys.keys_of(cleaned.person)
        owners = keeping_keys.owners(organisation_id, keys.items())
        contact = _recognise(organisation_id, cleaned.person, match, owners)
        if contact is None:
            # Free as we looked, not as of now: what was taken since must make us look again.
            free = set(keys.items()) - set(owners)
            contact = _create(organisation_id, cleaned.person, source, email_status)
            _claim(contact, keys.items(), must=_identity(free, match))
            auditing.record(by, "contact.create", contact.pk)
            return Upserted(contact.pk, created=True, problems=cleaned.problems)
        said = _without_addresses(cleaned.person, contact) if keeps_addresses else cleaned.person
        _update(contact, said, restore=restore, email_status=email_status, by=by)
        return Upserted(contact.pk, created=False, problems=cleaned.problems)

    return until_no_race(attempt)


def update(organisation_id: int, contact_id: int, person: Person, *, by: Actor) -> None:
    """Change a contact that is known by its id, restoring it if it was deleted.

    Raises Conflict when the external ID belongs to somebody else, Invalid with all problems.
    """
    cleaned = cleaning.clean(person, fields.catalogue(organisation_id))
    _refuse(cleaned, lenient=False)

    def attempt() -> None:
        contact = _by_id(organisation_id, contact_id, cleaned.person)
        _update(contact, cleaned.person, restore=True, email_status=EmailStatus.CONFIRMED, by=by)

    until_no_race(attempt)


def locked(organisation_id: int, contact_id: int) -> Contact:
    """Return a contact of this organisation, locked till the end of the transaction."""
    found = (
        Contact.objects.select_for_update()
        .filter(organisation_id=organisation_id, pk=contact_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such contact.")
    return found


def until_no_race(attempt: Callable[[], Result]) -> Result:
    """Run in a transaction, and again when somebody else's claim came first."""
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return attempt()
        except KeyTaken:
            continue
        except OperationalError as error:
            # An import that holds many keys may wait for us while we wait for it.
            deadlocked = isinstance(error.__cause__, psycopg.errors.DeadlockDetected)
            if not deadlocked or connection.in_atomic_block:
                raise
    raise Conflict("This contact is being changed by many at once. Try again.")


def _refuse(cleaned: cleaning.Cleaned, *, lenient: bool) -> None:
    grave = cleaned.problems
    if lenient:
        grave = {
            name: problem
            for name, problem in cleaned.problems.items()
            if name in {"email", "phone", "external_id"}
        }
    if grave:
        raise Invalid(problems=grave)


def _recognise(
    organisation_id: int, person: Person, match: Match, owners: dict[keeping_keys.Key, int]
) -> Contact | None:
    if match == Match.ID or person.contact_id is not None:
        return _by_id(organisation_id, person.contact_id or 0, person)
    keys = keeping_keys.keys_of(person)
    if known := owners.get((KeyKind.EXTERNAL_ID, person.external_id or "")):
        return _still_there(organisation_id, known)
    for kind in KINDS_OF[match]:
        owner = owners.get((kind, keys.get(kind, "")))
        if owner is None:
            continue
        contact = _still_there(organisation_id, owner)
        if not (person.external_id and contact.external_id):
            return contact
    return None


def _by_id(organisation_id: int, contact_id: int, person: Person) -> Contact:
    contact = locked(organisation_id, contact_id)
    if contact.deleted_at is not None:  # perhaps because it became a part of somebody
        contact = locked(organisation_id, finding.current(organisation_id, contact_id))
    key = (KeyKind.EXTERNAL_ID.value, person.external_id or "")
    if keeping_keys.owners(organisation_id, [key]).get(key, contact.pk) != contact.pk:
        raise Conflict(f"External ID {person.external_id} belongs to another contact.")
    return contact


def _still_there(organisation_id: int, contact_id: int) -> Contact:
    try:
        return locked(organisation_id, contact_id)
    except NotFound as error:  # erased after we looked
        raise KeyTaken from error


def _create(organisation_id: int, person: Person, source: str, email_status: str) -> Contact:
    if not keeping_keys.keys_of(person):
        raise Invalid("Give an e-mail, a phone or an external ID.")
    contact = Contact(
        organisation_id=organisation_id,
        source=source,
        email_status=_status_of(organisation_id, person.email, email_status),
        **{name: getattr(person, name) or "" for name in (*TEXT_COLUMNS, "email", "phone")},
        external_id=person.external_id or "",
        fields={str(field): value for field, value in person.fields.items() if value},
    )
    contact.save(force_insert=True)
    return contact


def _status_of(organisation_id: int, email: str | None, otherwise: str) -> str:
    """Return the status of a new address: a suppression holds for whoever comes with it."""
    return suppressing.status_of(organisation_id, email or "") or otherwise


def _identity(free: set[keeping_keys.Key], match: Match) -> set[keeping_keys.Key]:
    """Return the keys that no second contact may have; the others may be shared."""
    kinds = {KeyKind.EXTERNAL_ID, *KINDS_OF[match]}
    return {key for key in free if key[0] in kinds}


def _claim(
    contact: Contact, keys: Iterable[keeping_keys.Key], *, must: set[keeping_keys.Key]
) -> None:
    got = keeping_keys.claim(contact.organisation_id, contact.pk, keys)
    if must - got:
        raise KeyTaken


def _without_addresses(person: Person, contact: Contact) -> Person:
    """Return what was said without the addresses that the contact has already."""
    return replace(
        person,
        email=None if contact.email else person.email,
        phone=None if contact.phone else person.phone,
    )


def _update(
    contact: Contact, person: Person, *, restore: bool, email_status: str, by: Actor
) -> None:
    if contact.deleted_at is not None and not restore:
        raise Conflict("This contact was deleted.")
    changed = _assign(contact, person)
    if contact.deleted_at is not None:
        contact.deleted_at = None
        changed.append("deleted_at")
    if person.token:
        _claim(contact, [(KeyKind.TOKEN, person.token)], must=set())
    if not changed:
        return
    if "email" in changed:
        contact.email_status = _status_of(contact.organisation_id, contact.email, email_status)
    contact.updated_at = timezone.now()
    contact.save(update_fields=[*changed, "email_status", "updated_at"])
    _renew_keys(contact, changed)
    auditing.record(by, "contact.update", contact.pk, changed=sorted(changed))


def _assign(contact: Contact, person: Person) -> list[str]:
    """Set what was said; return the names of the columns that are different now."""
    wanted = {name: getattr(person, name) for name in (*TEXT_COLUMNS, "email", "phone")}
    if person.email and person.email.lower() == contact.email.lower():
        wanted["email"] = None  # the same address in other letters stays as it was written
    wanted["external_id"] = person.external_id or None  # an external ID is never cleared
    own = contact.fields | {str(field): value for field, value in person.fields.items()}
    wanted["fields"] = {field: value for field, value in own.items() if value}
    changed = [
        name
        for name, value in wanted.items()
        if value is not None and value != getattr(contact, name)
    ]
    for name in changed:
        setattr(contact, name, wanted[name])
    return changed


def _renew_keys(contact: Contact, changed: list[str]) -> None:
    if not {"email", "phone", "external_id"} & set(changed):
        return
    stale = keeping_keys.stale_keys(contact)
    keys = keeping_keys.keys_of(contact)
    got = keeping_keys.claim(contact.organisation_id, contact.pk, keys.items())
    external = (KeyKind.EXTERNAL_ID.value, contact.external_id)
    if "external_id" in changed and external not in got:
        raise KeyTaken
    if stale:
        keeping_keys.release(contact.organisation_id, contact.pk, stale)
