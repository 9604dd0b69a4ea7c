"""Many contacts at once: 3,000 in a call, or a file that the server fetches (api.md §5.4.3–5)."""

import uuid
from dataclasses import replace
from typing import Any, NamedTuple

from sanderling.api import shapes
from sanderling.api.answering import collapse, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.persons import person_of, registrations_of, token_key_of
from sanderling.api.reading import converted
from sanderling.api.times import stamp
from sanderling.connectors import links
from sanderling.contacts import importing, lists, validating
from sanderling.contacts.devices import Registration
from sanderling.contacts.importing import MOST_IN_A_CALL, BulkOptions, Setup
from sanderling.contacts.models import Import, ImportStatus
from sanderling.contacts.people import Match, Person
from sanderling.events.types import check_key
from sanderling.lib.errors import Invalid, NotFound

DEDUPE_ON = {
    "email": Match.EMAIL,
    "sms": Match.PHONE,
    "push": Match.TOKEN,
    "webpush": Match.TOKEN,
    "email_or_sms": Match.EMAIL_OR_PHONE,
    "id": Match.ID,
    "externalCustomerId": Match.EXTERNAL_ID,
    "fieldId": Match.FIELD,
}
FILE_DEDUPE_ON = {"email": "EMAIL", "sms": "PHONE", "email_or_sms": "EMAIL_OR_PHONE", "id": "ID"}
# The contract's name of a field, and our column; a listed column without data is cleared.
COLUMNS = {
    "firstName": ("first_name",),
    "lastName": ("last_name",),
    "contactKey": ("contact_key",),
    "languageCode": ("language",),
    "timeZone": ("time_zone",),
    "email": ("email",),
    "sms": ("phone",),
    "address": ("address",),
    "town": ("town",),
    "region": ("region",),
    "postcode": ("postcode",),
    "externalCustomerId": ("external_id",),
    "mobilepush": (),
    "webpush": (),
    "ordersInfo": (),
}
IDENTITY = ("email", "phone", "external_id")
# What a person is looked for by is not updated; an external ID is never taken away (api.md §5.4.3).
NEVER_CLEARED = {
    Match.EMAIL: {"email", "external_id"},
    Match.PHONE: {"phone", "external_id"},
    Match.EMAIL_OR_PHONE: {"email", "phone", "external_id"},
}
WRITABLE = tuple(column for columns in COLUMNS.values() for column in columns)
STATUSES = {
    ImportStatus.MAPPING: "STARTED",
    ImportStatus.QUEUED: "STARTED",
    ImportStatus.RUNNING: "IMPORTING",
    ImportStatus.FINISHED: "FINISHED",
    ImportStatus.FAILED: "ERROR",
}


class Taken(NamedTuple):
    """A contact that is queued: what its mapping is called by, and its devices."""

    person: Person
    dedupe_value: str
    devices: list[Registration]


class ContactsBulk(shapes.ContactsBulk):
    """The call, its contacts read one by one so that one bad contact fails alone."""

    contacts: list[Any] | None = None


@operation("POST", "/v1/contacts", summary="Add or update up to 3,000 contacts", needs_json=True)
def bulk_update(call: Call, body: ContactsBulk) -> dict[str, Any]:
    """Queue the contacts for a worker; ``importstatus`` tells how it went."""
    sent = body.contacts or []
    if not 1 <= len(sent) <= MOST_IN_A_CALL:
        raise Invalid(f"contacts: send 1 to {MOST_IN_A_CALL} contacts at once.")
    options = _options(body)
    taken, failed = _people(sent, body, options.match)
    session = None
    if taken:
        session = importing.queue_api(
            call.organisation_id,
            [one.person for one in taken],
            replace(options, dedupe_values=tuple(one.dedupe_value for one in taken)),
            by=call.actor,
            devices=[one.devices for one in taken],
        )
    return present(
        id=0,
        asyncSessionId=str(session) if session else None,
        failedContacts=collapse(failed) if failed else None,
    )


@operation("GET", "/v1/importstatus/{session_id}", summary="How an import stands")
def import_status(call: Call, session_id: str) -> dict[str, Any]:
    """Return the state of a bulk call or of an upload; the mapping comes with the end."""
    try:
        run = importing.by_session(call.organisation_id, uuid.UUID(session_id))
    except ValueError as error:
        raise NotFound from error
    done = run.status == ImportStatus.FINISHED
    return present(
        status=STATUSES[ImportStatus(run.status)],
        timestamp=stamp(run.finished_at or run.started_at or run.created_at),
        description=_description(run),
        mapping=(run.options.get("outcomes") or None) if done else None,
    )


@operation("POST", "/v1/contacts/upload", summary="Import a file of contacts by its link")
def upload(call: Call, body: shapes.ContactsUpload) -> dict[str, Any]:
    """Fetch the file, read its titles and queue it; both names of its id are sent (§10.8)."""
    unique_by = FILE_DEDUPE_ON.get(body.dedupe_on or "")
    if unique_by is None:
        raise Invalid(f"dedupeOn must be one of {', '.join(FILE_DEDUPE_ON)}.")
    if not body.link:
        raise Invalid("link must be specified.")
    if body.event_key_for_new_contacts:
        check_key(body.event_key_for_new_contacts)
    run = importing.create(
        call.organisation_id,
        links.name_of(body.link),
        chunks=links.chunks_of(body.link, limit=links.LARGEST_FILE),
        by=call.actor,
        limit=links.LARGEST_FILE,
    )
    setup = Setup(
        mapping=run.mapping,
        unique_by=unique_by,
        skip_first=True,
        restore=bool(body.restore_deleted),
        lists=lists.named(call.organisation_id, body.group_names or [], by=call.actor),
        leave=lists.named(call.organisation_id, body.group_names_exclude or [], by=call.actor),
        event_for_new=body.event_key_for_new_contacts or "",
    )
    importing.configure(call.organisation_id, run.pk, setup, by=call.actor)
    importing.start(call.organisation_id, run.pk, by=call.actor)
    session = str(run.session)
    return {
        "message": "File is valid",
        "importId": session,
        "asyncSessionId": session,
        "fileId": str(run.file_id),
        "valid": True,
    }


def _options(body: ContactsBulk) -> BulkOptions:
    match = DEDUPE_ON.get(body.dedupe_on or "")
    if match is None:
        raise Invalid(f"dedupeOn must be one of {', '.join(DEDUPE_ON)}.")
    if match == Match.FIELD and body.field_id is None:
        raise Invalid("fieldId must be specified with dedupeOn=fieldId.")
    unknown = [name for name in body.contact_fields or () if name not in COLUMNS]
    if unknown:
        raise Invalid(f"contactFields: there is no {', '.join(unknown)}.")
    if body.event_key_for_new_contacts:
        check_key(body.event_key_for_new_contacts)
    return BulkOptions(
        match=match,
        field_id=body.field_id if match == Match.FIELD else None,
        join=body.group_names or [],
        leave=body.group_names_exclude or [],
        restore=bool(body.restore_deleted),
        event_for_new=body.event_key_for_new_contacts or "",
        keeps=_kept_addresses(body),
    )


def _kept_addresses(body: ContactsBulk) -> list[str]:
    """Return the addresses that known people keep: those the call does not list."""
    if not body.contact_fields:
        return []
    listed = {column for name in body.contact_fields for column in COLUMNS[name]}
    return [column for column in ("email", "phone") if column not in listed]


def _people(
    sent: list[Any], body: ContactsBulk, match: Match
) -> tuple[list[Taken], list[dict[str, Any]]]:
    """Return who is queued, and who failed with the reason."""
    taken, failed = [], []
    for one in sent:
        try:
            contact = converted(one, shapes.Contact)
            person = _person(contact, match)
        except Invalid as error:
            shown = one if isinstance(one, dict) else {}
            failed.append({**shown, "error": error.message})
            continue
        value = _dedupe_value(contact, person, match, body.field_id)
        taken.append(Taken(_only(person, match, body), value, _devices(contact, body)))
    return taken, failed


def _person(contact: shapes.Contact, match: Match) -> Person:
    person = person_of(contact)
    if person.email and not validating.email(person.email):
        raise Invalid(f"'{person.email}' is not valid email")
    if person.phone and not validating.phone(person.phone):
        raise Invalid(f"'{person.phone}' is not valid phone")
    if match == Match.ID:
        person = replace(person, contact_id=contact.id)
    named = person.external_id or person.email or person.phone or person.token
    if not named and person.contact_id is None and not person.fields:
        raise Invalid("channels: give at least one channel, or externalCustomerId.")
    return person


def _only(person: Person, match: Match, body: ContactsBulk) -> Person:
    """Keep the fields that the call wants to update; a listed one without data is cleared.

    A list without any names lists nothing, which is all.  What finds the person stays: it
    identifies, whether or not it is listed.
    """
    kept = person.fields
    if body.custom_fields_ids is not None or body.contact_fields:
        wanted = set(body.custom_fields_ids or ())
        kept = {one: value for one, value in person.fields.items() if one in wanted}
        kept |= dict.fromkeys(wanted - set(person.fields), "")
    if not body.contact_fields:
        return replace(person, fields=kept)
    listed = {column for name in body.contact_fields for column in COLUMNS[name]}
    cleared = listed - NEVER_CLEARED.get(match, {"external_id"})
    columns: dict[str, Any] = {
        column: _kept(person, column, listed, cleared) for column in WRITABLE
    }
    return replace(person, **columns, fields=kept)


def _devices(contact: shapes.Contact, body: ContactsBulk) -> list[Registration]:
    """Return the devices of the push channels that the call wants to update."""
    found = registrations_of(contact)
    if not body.contact_fields:
        return found
    return [one for one in found if one.category in body.contact_fields]


def _kept(person: Person, column: str, listed: set[str], cleared: set[str]) -> str | None:
    value: str | None = getattr(person, column)
    if column in listed:
        return value or ("" if column in cleared else None)
    return value if column in IDENTITY else None


def _dedupe_value(
    contact: shapes.Contact, person: Person, match: Match, field_id: int | None
) -> str:
    """Return what the answer's mapping calls the contact by."""
    if match == Match.ID:
        return str(contact.id or "")
    if match == Match.FIELD:
        return person.fields.get(field_id or 0) or ""
    if match == Match.TOKEN:
        return next((token_key_of(c) for c in contact.channels or () if c.value), "")
    by_column = {
        Match.EMAIL: person.email,
        Match.PHONE: person.phone,
        Match.EXTERNAL_ID: person.external_id,
        Match.EMAIL_OR_PHONE: person.email or person.phone,
    }
    return by_column.get(match) or person.external_id or person.email or person.phone or ""


def _description(run: Import) -> str | None:
    if run.status == ImportStatus.FAILED:
        return run.error or "The import failed."
    if run.status != ImportStatus.FINISHED:
        return None
    return (
        f"Added {run.rows_added}, updated {run.rows_updated}, "
        f"unchanged {run.rows_unchanged}, rejected {run.rows_rejected}"
    )
