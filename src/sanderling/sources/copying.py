"""Copy a source whole: page by page into a new generation of rows, then switch to it.

No transaction lasts longer than a page, so nothing that waits for old transactions (exports,
vacuum) waits for a customer's slow server.  A worker that dies leaves rows of a generation that
nobody reads; the next copying takes them away.
"""

import logging
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from psycopg.types.json import Jsonb

from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.tables import KeyKind, RowDict
from sanderling.lib.errors import SanderlingError
from sanderling.postgres.copying import copy_rows
from sanderling.postgres.statements import Statements, own_connection
from sanderling.sources import live
from sanderling.sources.models import DataSource
from sanderling.sources.saving import no_key, stored

STATEMENTS = Statements(__package__)
LOG = logging.getLogger(__name__)
MOST_ROWS = 2_000_000
COLUMNS = ("source_id", "generation", "key", "place", "cells")


class LeaseLost(Exception):
    """Another worker took this copying."""


class CopyTooLarge(SanderlingError):
    """The table has more rows than a copy may have."""

    status = 422


def run_due() -> int:
    """Copy the source that is longest due; return 1, or 0 when none is."""
    lease = uuid.uuid4()
    rows = STATEMENTS.rows("lease_due_copy", {"lease": lease})
    if not rows:
        return 0
    source = DataSource.objects.select_related("connector", "copy").get(pk=rows[0][0])
    try:
        _copy(source, lease, generation=rows[0][1])
    except LeaseLost:
        LOG.warning("Another worker copies source %s.", source.pk)
    except SanderlingError as error:
        _fail(source, lease, error.message)
    return 1


def _copy(source: DataSource, lease: uuid.UUID, *, generation: int) -> None:
    STATEMENTS.run(
        "delete_other_generations",
        {"source_id": source.pk, "generation": source.copy.generation},
    )
    everything = live.everything(source)
    source.columns = stored(everything.columns)
    _check_key(source)
    place = keyless = 0
    for page in everything.pages:
        rows = list(_keyed(source, page))
        _write(source.pk, generation, place, rows)
        place += len(rows)
        keyless += len(page) - len(rows)
        _renew(source.pk, lease, place + keyless)
        if place > MOST_ROWS:
            raise CopyTooLarge(f"{source.table} has more than {MOST_ROWS:,} rows.")
    _switch(source, lease, generation=generation, rows=place, keyless=keyless)


def _check_key(source: DataSource) -> None:
    key = source.connector.key_column
    if key not in {column["name"] for column in source.columns}:
        raise SourceUnavailable(Cause.TABLE, no_key(source.schema, source.table, key))


def _keyed(source: DataSource, page: Iterable[RowDict]) -> Iterator[tuple[str, RowDict]]:
    """Yield the rows that have a key; a row without one can belong to nobody."""
    column, kind = source.connector.key_column, KeyKind(source.connector.contact_key)
    for row in page:
        if key := kind.normal_form(str(row.get(column, ""))):
            yield key, row


def _write(source_id: int, generation: int, place: int, rows: list[tuple[str, RowDict]]) -> None:
    copy_rows(
        own_connection(),
        "sources_copied",
        columns=COLUMNS,
        rows=(
            (source_id, generation, key, place + number, Jsonb(cells))
            for number, (key, cells) in enumerate(rows)
        ),
    )


def _renew(source_id: int, lease: uuid.UUID, progress: int) -> None:
    held = STATEMENTS.rows(
        "renew_copying", {"source_id": source_id, "lease": lease, "progress": progress}
    )
    if not held:
        raise LeaseLost


def _switch(source: DataSource, lease: uuid.UUID, **counts: Any) -> None:
    """Make the new rows the copy and its columns the source's, then take the old rows away."""
    with transaction.atomic():
        if not STATEMENTS.run("switch_copy", {"source_id": source.pk, "lease": lease, **counts}):
            raise LeaseLost
        source.save(update_fields=["columns"])
    STATEMENTS.run(
        "delete_other_generations",
        {"source_id": source.pk, "generation": counts["generation"]},
    )


def _fail(source: DataSource, lease: uuid.UUID, why: str) -> None:
    LOG.warning("Source %s was not copied: %s", source.pk, why)
    STATEMENTS.run("fail_copying", {"source_id": source.pk, "lease": lease, "error": why})
