"""The worker's side of an import: chunk by chunk, each a transaction that also says how far it got.

A worker that dies loses the chunk it was at, and the next one reads on behind the last that was
committed: nothing is doubled, nothing left out.  ``attempts`` is the fence: it grows with every
lease, and a worker that was thought dead finds another number in the row and stops.
"""

import datetime as dt
import itertools
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from sanderling.accounts.actors import Actor
from sanderling.contacts import devices, fields, merging, reading
from sanderling.contacts.cleaning import clean
from sanderling.contacts.devices import Registration
from sanderling.contacts.mapping import match_of
from sanderling.contacts.merging import COLUMNS, Counts, Rules, Staging, row_of
from sanderling.contacts.models import Import, ImportStatus, Source
from sanderling.contacts.people import Person
from sanderling.contacts.planning import Plan, Refused
from sanderling.lib.errors import SanderlingError
from sanderling.postgres import files, outages
from sanderling.postgres.copying import copy_rows
from sanderling.postgres.statements import Statements, own_connection

LOG = logging.getLogger(__name__)
STATEMENTS = Statements(__package__)
# Every chunk reads the keys of all contacts once (0.5 s of 500,000) and holds its locks for 4 s.
CHUNK = 50_000
LEASE = dt.timedelta(seconds=60)  # between two chunks; within one the row itself is locked
MOST_ATTEMPTS = 5
WRITTEN = (
    "rows_read",
    "rows_added",
    "rows_updated",
    "rows_unchanged",
    "rows_rejected",
    "bytes_read",
    "lease_until",
    "options",
    "status",
    "finished_at",
)
Numbered = tuple[int, Any]


class LeaseLost(Exception):
    """Another worker has taken this import over."""


def run_due(limit: int = 100) -> int:
    """Run the imports that wait, oldest first; return how many were brought to an end."""
    ended = 0
    for _ in range(limit):
        leased = _lease()
        if leased is None:
            break
        ended += _run_guarded(leased)
    return ended


def _lease() -> Import | None:
    found = STATEMENTS.rows("lease_import", {"seconds": LEASE.total_seconds()})
    if not found:
        return None
    return Import.objects.select_related("file").get(pk=found[0][0])


def _run_guarded(run: Import) -> bool:
    """Run one import; whatever happens to it must not stop the others."""
    try:
        _Run(run).to_the_end()
    except LeaseLost:
        return False
    except SanderlingError as error:
        _fail(run, error.message)
    except Exception as error:
        outages.log(LOG, error, "Import %s stopped at row %s.", run.pk, run.rows_read)
        if run.attempts < MOST_ATTEMPTS:
            return False  # the lease runs out, and it is tried again
        _fail(run, "The import stopped several times for a reason of ours; see the log.")
    return True


def _fail(run: Import, message: str) -> None:
    Import.objects.filter(pk=run.pk, attempts=run.attempts).update(
        status=ImportStatus.FAILED, error=message, finished_at=timezone.now()
    )


@dataclass
class _Part:
    """Rows of one chunk: staged, and refused before they got there (line, reason, row)."""

    columns: tuple[str, ...]
    rows: list[Any]
    refused: list[tuple[int, str, Any]]


class _Run:
    """One import from where it stands to its end."""

    def __init__(self, run: Import) -> None:
        self.run = run
        self.fields = fields.catalogue(run.organisation_id)
        match, field_id = match_of(run.unique_by)
        self.rules = Rules(
            match=match,
            field_id=field_id,
            source=Source.API if run.kind == "API" else Source.IMPORT,
            freshest=run.kind == "API",
            restore=run.options.get("restore", True),
            join=run.options.get("join", ()),
            leave=run.options.get("leave", ()),
            keeps=run.options.get("keeps", ()),
        )
        self.bytes_read = 0
        self.warnings = Counter[str](run.options.get("warnings", {}))

    def to_the_end(self) -> None:
        rows = self._rows()
        while True:
            chunk = list(itertools.islice(rows, CHUNK))
            self._chunk(chunk, is_last=len(chunk) < CHUNK)
            if len(chunk) < CHUNK:
                return

    def _rows(self) -> Iterator[Numbered]:
        """Return the rows behind those that earlier transactions have done."""
        assert self.run.file is not None
        if self.run.kind == "API":
            stream = files.opened(self.run.file, on_read=self._heard)
            rows: Iterator[Numbered] = enumerate(stream, start=1)
            return itertools.islice(rows, self.run.rows_read, None)
        options = self.run.options
        self.plan = Plan(
            self.run.mapping,
            self.run.unique_by,
            self.fields,
            import_empty=options.get("import_empty", False),
            warnings=self.warnings,
        )
        table = reading.rows_of(
            self.run.file,
            encoding=options["encoding"],
            delimiter=options["delimiter"],
            on_read=self._heard,
        )
        skipped = self.run.rows_read + bool(options.get("skip_first"))
        return itertools.islice(table, skipped, None)

    def _heard(self, size: int) -> None:
        self.bytes_read += size

    def _chunk(self, chunk: list[Numbered], *, is_last: bool) -> None:
        before = Counter(self.warnings)
        for attempt in range(MOST_ATTEMPTS):
            try:
                with transaction.atomic():
                    self._write(chunk, is_last=is_last)
            except OperationalError as error:
                # Somebody who changes the same contacts one by one waited for us, and we for them.
                deadlocked = isinstance(error.__cause__, psycopg.errors.DeadlockDetected)
                if not deadlocked or connection.in_atomic_block or attempt == MOST_ATTEMPTS - 1:
                    raise
                self.warnings.clear()
                self.warnings.update(before)
            else:
                return

    def _write(self, chunk: list[Numbered], *, is_last: bool) -> None:
        row = self._locked()
        part = self._from_json(chunk) if self.run.kind == "API" else self._from_csv(chunk)
        staging = merging.begin(self.run.organisation_id, self.rules)
        staging.copy(part.columns, part.rows)
        counts = staging.finish()
        originals = dict(chunk)
        late = [(line, reason, originals[line]) for line, reason in staging.rejects()]
        self._keep_rejects(part.refused + late)
        self._advance(row, len(chunk), counts, refused=len(part.refused), is_last=is_last)
        if self.run.kind == "API":
            self._answer(row, staging)
            self._register_devices(originals, staging)
        if row.options.get("event_waits"):
            STATEMENTS.run(
                "keep_newcomers",
                {"organisation_id": row.organisation_id, "import_id": row.pk},
            )
        row.save(update_fields=WRITTEN)

    def _locked(self) -> Import:
        row = Import.objects.select_for_update().get(pk=self.run.pk)
        if row.attempts != self.run.attempts or row.status != ImportStatus.RUNNING:
            raise LeaseLost
        return row

    def _from_csv(self, chunk: list[Numbered]) -> _Part:
        part = _Part(self.plan.columns, [], [])
        for line, cells in chunk:
            try:
                part.rows.append(self.plan.staged(line, cells))
            except Refused as reason:
                part.refused.append((line, str(reason), cells))
        return part

    def _from_json(self, chunk: list[Numbered]) -> _Part:
        part = _Part(COLUMNS, [], [])
        for line, text in chunk:
            cleaned = clean(msgspec.json.decode(text, type=Person), self.fields)
            grave = cleaned.problems.keys() & {"email", "phone", "external_id"}
            if grave:
                reason = " ".join(cleaned.problems[min(grave)])
                part.refused.append((line, reason, msgspec.json.decode(text)))
            elif not _is_named(cleaned.person, self.rules):
                reason = "Nothing here says who this is: no address, no external ID."
                part.refused.append((line, reason, msgspec.json.decode(text)))
            else:
                part.rows.append(row_of(line, cleaned.person, self.rules))
        return part

    def _keep_rejects(self, refused: list[tuple[int, str, Any]]) -> None:
        copy_rows(
            own_connection(),
            "contacts_importreject",
            columns=("import_id", "line", "reason", "row"),
            rows=(
                (self.run.pk, line, reason[:300], _as_json(row))
                for line, reason, row in sorted(refused, key=lambda refusal: refusal[0])
            ),
        )

    def _advance(
        self, row: Import, size: int, counts: Counts, *, refused: int, is_last: bool
    ) -> None:
        now = timezone.now()
        row.rows_read += size
        row.rows_added += counts.added
        row.rows_updated += counts.updated
        row.rows_unchanged += counts.unchanged
        row.rows_rejected += counts.rejected + refused
        row.bytes_read = self.bytes_read
        row.lease_until = now + LEASE
        row.options = row.options | {"warnings": dict(self.warnings)}
        if is_last:
            row.status = ImportStatus.FINISHED
            row.finished_at = now
            row.lease_until = None

    def _answer(self, row: Import, staging: Staging) -> None:
        """Keep what the API's caller will ask for: who each row became."""
        values = row.options.get("dedupe_values", [])
        done = [found for found in staging.outcomes() if found[2] != "REJECTED"]
        row.options = row.options | {
            "outcomes": [
                {"dedupeValue": values[line - 1], "contactId": contact_id}
                for line, contact_id, _, _ in done
                if line <= len(values)
            ],
        }

    def _register_devices(self, lines: dict[int, Any], staging: Staging) -> None:
        """Give the people of a bulk call the devices behind their push channels."""
        by = Actor.system(self.run.organisation_id)
        for line, contact_id, state, _ in staging.outcomes():
            if state == "REJECTED":
                continue
            for device in msgspec.json.decode(lines[line], type=_Line).devices:
                devices.register(self.run.organisation_id, contact_id, device, by=by)


class _Line(msgspec.Struct):
    """What a line of a bulk call says beside its Person."""

    devices: list[Registration] = []


def _is_named(person: Person, rules: Rules) -> bool:
    if person.external_id or person.contact_id:
        return True
    if rules.field_id:  # who is known by it needs no address; who is not is refused by the merge
        return bool(person.fields.get(rules.field_id))
    return bool(person.email or person.phone or person.token)


def _as_json(row: Any) -> str:
    """Return a row as jsonb takes it."""
    value = msgspec.json.decode(row) if isinstance(row, bytes) else row
    return msgspec.json.encode(_without_nul(value)).decode()


def _without_nul(value: Any) -> Any:
    """Return a JSON value without NUL characters, which PostgreSQL's text cannot hold."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(item) for name, item in value.items()}
    return value
