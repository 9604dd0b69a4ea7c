"""A file of people, or a bulk call, from its arrival to the queue; ``running`` does the work."""

import itertools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec
from django.db import transaction

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.contacts import fields, lists, mapping, reading
from sanderling.contacts.devices import Registration
from sanderling.contacts.models import Import, ImportStatus
from sanderling.contacts.people import Match, Person
from sanderling.contacts.running import run_due
from sanderling.lib.errors import Conflict, Invalid, NotFound
from sanderling.postgres import files, waking
from sanderling.postgres.models import StoredFile
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
__all__ = ["run_due"]  # the worker's verb, offered beside those of the doors
LIMIT = 300 * 1024 * 1024  # the product's largest file
MOST_IN_A_CALL = 3000  # of the API's bulk call (api.md §5.4.3)


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a person decides about a file: its columns, its unique field, its lists.

    ``mapping`` maps column numbers (as text) to targets ("email", "field:12", "" to skip).
    ``lists`` are ids, ``new_list`` a name; everybody in the file joins them, and leaves the
    lists of ``leave``.  ``event_for_new`` is the type of an event for each really new contact.
    """

    mapping: Mapping[str, str]
    unique_by: str = "EMAIL"
    skip_first: bool = True
    import_empty: bool = False
    restore: bool = True
    lists: Sequence[int] = ()
    new_list: str = ""
    leave: Sequence[int] = ()
    event_for_new: str = ""
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True, kw_only=True)
class BulkOptions:
    """What the API's bulk call says beside the contacts; columns are cleared by "" in a Person.

    ``keeps`` names the addresses of known people that are not to be updated.
    """

    match: Match = Match.EMAIL
    field_id: int | None = None
    join: Sequence[str] = ()  # names; lists that are missing are created
    leave: Sequence[str] = ()
    restore: bool = False
    event_for_new: str = ""
    keeps: Sequence[str] = ()
    dedupe_values: Sequence[str] = field(default_factory=tuple)


def create(
    organisation_id: int, name: str, *, chunks: Iterable[bytes], by: Actor, limit: int = LIMIT
) -> Import:
    """Keep an uploaded file, and say how it seems to be written and what its columns seem to be."""
    require(by, Permission.EDIT_CONTACTS)
    judge = reading.Judge()
    with transaction.atomic():
        file = files.store(
            organisation_id, name, chunks=judge.watch(chunks), content_type="text/csv", limit=limit
        )
        judge.refuse_what_is_no_text()
        encoding = judge.encoding()
        delimiter = reading.delimiter_of(bytes(judge.head), encoding)
        run = Import(
            organisation_id=organisation_id,
            file=file,
            name=name[-255:],
            session=uuid.uuid4(),
            created_by=by.name,
            options={"encoding": encoding, "delimiter": delimiter},
        )
        _suggest(run, file)
        run.save(force_insert=True)
        auditing.record(by, "import.upload", run.pk, name=run.name, bytes=file.size)
    return run


def reread(organisation_id: int, import_id: int, *, encoding: str, delimiter: str) -> Import:
    """Read the file in another encoding or with another separator; the mapping starts anew."""
    run = _waiting(organisation_id, import_id)
    if encoding not in reading.ENCODINGS or delimiter not in list(reading.DELIMITERS):
        raise Invalid("Choose an encoding and a separator of the list.")
    assert run.file is not None
    run.options = run.options | {"encoding": encoding, "delimiter": delimiter}
    _suggest(run, run.file)
    run.save(update_fields=["options", "mapping", "unique_by"])
    return run


def configure(organisation_id: int, import_id: int, setup: Setup, *, by: Actor) -> Import:
    """Decide how the file is imported; raises Invalid with every problem of the mapping."""
    require(by, Permission.EDIT_CONTACTS)
    run = _waiting(organisation_id, import_id)
    mapping.check(
        setup.mapping, unique_by=setup.unique_by, fields=fields.catalogue(organisation_id)
    )
    for list_id in (*setup.lists, *setup.leave):
        lists.get(organisation_id, list_id)
    join = list(setup.lists)
    if setup.new_list.strip():
        join += lists.named(organisation_id, [setup.new_list], by=by)
    run.mapping = dict(setup.mapping)
    run.unique_by = setup.unique_by
    run.options = run.options | {
        "skip_first": setup.skip_first,
        "import_empty": setup.import_empty,
        "restore": setup.restore,
        "join": join,
        "leave": list(setup.leave),
        "event_for_new": setup.event_for_new,
        "event_waits": bool(setup.event_for_new),
    }
    run.save(update_fields=["mapping", "unique_by", "options"])
    return run


def start(organisation_id: int, import_id: int, *, by: Actor) -> None:
    """Put a mapped import into the queue, and wake a worker."""
    require(by, Permission.EDIT_CONTACTS)
    with transaction.atomic():
        run = _waiting(organisation_id, import_id)
        mapping.check(
            run.mapping, unique_by=run.unique_by, fields=fields.catalogue(organisation_id)
        )
        run.status = ImportStatus.QUEUED
        run.save(update_fields=["status"])
        auditing.record(by, "import.start", run.pk, name=run.name)
        waking.wake("imports")


def queue_api(
    organisation_id: int,
    contacts: Sequence[Person],
    options: BulkOptions,
    *,
    by: Actor,
    devices: Sequence[Sequence[Registration]] = (),
) -> uuid.UUID:
    """Queue up to 3,000 people of one call; return the session that ``by_session`` finds.

    ``devices`` are those of each person, in their order.
    """
    if not 1 <= len(contacts) <= MOST_IN_A_CALL:
        raise Invalid(f"Send 1 to {MOST_IN_A_CALL} contacts at once.")
    with transaction.atomic():
        run = Import.objects.create(
            organisation_id=organisation_id,
            file=_json_lines(organisation_id, contacts, devices),
            name="API",
            kind="API",
            session=uuid.uuid4(),
            unique_by=f"field:{options.field_id}" if options.field_id else options.match.value,
            options=_bulk_options(organisation_id, options, by),
            status=ImportStatus.QUEUED,
            created_by=by.name,
        )
        auditing.record(by, "import.bulk", run.pk, contacts=len(contacts))
        waking.wake("imports")
    return run.session


def get(organisation_id: int, import_id: int) -> Import:
    """Return an import of this organisation."""
    run = Import.objects.filter(organisation_id=organisation_id, pk=import_id).first()
    if run is None:
        raise NotFound("There is no such import.")
    return run


def by_session(organisation_id: int, session: uuid.UUID) -> Import:
    """Return the import that a bulk call was told about.

    When finished, its ``options["outcomes"]`` lists {"dedupeValue", "contactId"} of the people
    that were created or updated.
    """
    run = Import.objects.filter(organisation_id=organisation_id, session=session).first()
    if run is None:
        raise NotFound("There is no such import.")
    return run


def recent(organisation_id: int, *, before: int | None = None, limit: int = 50) -> list[Import]:
    """Return the newest imports, or those before an id."""
    rows = Import.objects.filter(organisation_id=organisation_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("file").order_by("-pk")[:limit])


def discard(organisation_id: int, import_id: int, *, by: Actor) -> None:
    """Forget an upload that was never started, with its file."""
    require(by, Permission.EDIT_CONTACTS)
    with transaction.atomic():
        run = _waiting(organisation_id, import_id)
        file = run.file
        run.delete()
        if file is not None:
            files.delete(file)
        auditing.record(by, "import.discard", import_id)


def awaiting_events(limit: int = 20) -> list[Import]:
    """Return finished imports whose events for new contacts have still to be raised.

    ``options["event_for_new"]`` names the type, ``newcomers`` gives the contacts.  A higher room
    raises the events and then says ``events_raised``.
    """
    rows = Import.objects.filter(status=ImportStatus.FINISHED, options__event_waits=True)
    return list(rows.order_by("pk")[:limit])


def newcomers(run: Import, *, limit: int) -> list[int]:
    """Take and return the next contacts that an import brought; the transaction is the caller's."""
    rows = STATEMENTS.rows("take_newcomers", {"import_id": run.pk, "limit": limit})
    return [contact_id for (contact_id,) in rows]


def events_raised(run: Import) -> None:
    """Remember that the events for the new contacts of an import were raised."""
    run.options = run.options | {"event_waits": False}
    run.save(update_fields=["options"])


def _suggest(run: Import, file: StoredFile) -> None:
    rows = reading.rows_of(
        file, encoding=run.options["encoding"], delimiter=run.options["delimiter"]
    )
    _, first = next(rows, (0, []))
    if not first:
        raise Invalid(problems={"file": ["There is no row in this file."]})
    has_titles = mapping.looks_like_titles(first)
    own = fields.catalogue(run.organisation_id)
    run.mapping = mapping.guess(first if has_titles else [""] * len(first), own)
    chosen = set(run.mapping.values())
    names = {"email": "EMAIL", "phone": "PHONE", "external_id": "EXTERNAL_ID", "contact_id": "ID"}
    run.unique_by = next((by for target, by in names.items() if target in chosen), "EMAIL")
    run.options = run.options | {"skip_first": has_titles}


def _waiting(organisation_id: int, import_id: int) -> Import:
    get(organisation_id, import_id)
    run = (
        Import.objects.select_related("file")
        .filter(organisation_id=organisation_id, pk=import_id, status=ImportStatus.MAPPING)
        .first()
    )
    if run is None:
        raise Conflict("This import has already been started.")
    return run


def _json_lines(
    organisation_id: int,
    contacts: Sequence[Person],
    devices: Sequence[Sequence[Registration]],
) -> StoredFile:
    encode = msgspec.json.Encoder().encode
    own = itertools.chain(devices, itertools.repeat(()))
    lines = (
        encode(asdict(person) | {"devices": [asdict(one) for one in registered]}) + b"\n"
        for person, registered in zip(contacts, own, strict=False)
    )
    return files.store(organisation_id, "contacts.jsonl", chunks=lines)


def _bulk_options(organisation_id: int, options: BulkOptions, by: Actor) -> dict[str, Any]:
    return {
        "join": lists.named(organisation_id, options.join, by=by),
        "leave": lists.named(organisation_id, options.leave, by=by),
        "restore": options.restore,
        "keeps": list(options.keeps),
        "event_for_new": options.event_for_new,
        "event_waits": bool(options.event_for_new),
        "dedupe_values": list(options.dedupe_values),
    }
