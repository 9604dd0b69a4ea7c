"""Write rows into a customer's BigQuery: a load job a chunk, a MERGE where rows have keys.

Nothing here is one transaction, so everything can be found again: the load job of a chunk has a
name made of where it begins, and labels that say where it ends and what is in it.  A worker that
dies at any point leaves either no such job, and the chunk is made anew, or one that is done, and
what follows it is done once more; both end in the same rows.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from google.cloud import bigquery

from sanderling.connectors.drivers.bigquery import merging, parquet
from sanderling.connectors.drivers.bigquery.loading import Loaded, Loader, staging_of
from sanderling.connectors.drivers.bigquery.opening import RETRY, TIMEOUT, Session, connect
from sanderling.connectors.drivers.bigquery.places import Mark
from sanderling.connectors.drivers.bigquery.settings import BigQuerySettings
from sanderling.connectors.drivers.bigquery.tables import Tables, Target
from sanderling.connectors.drivers.bigquery.views import Views
from sanderling.connectors.drivers.bigquery.working import Jobs
from sanderling.connectors.drivers.chunks import (
    Blocks,
    Chunk,
    Counts,
    Forgetting,
    Overtaken,
    Place,
    Written,
)

FORGOTTEN = 50_000  # keys of one statement: an array of them is some 2 MB of the 10 that may be
COMPARED = 100 * 2**30  # bytes that one comparison of a table may be billed for


class Destination:
    """An open dataset; ``writer`` names the connector in the names of jobs."""

    def __init__(self, session: Session, dataset: str, writer: str) -> None:
        self.dataset = dataset
        self.server = f"bigquery/{session.settings.project}"
        self._session = session
        self._tables = Tables(session, dataset)
        self._tables.open()
        self.views = Views(session, self._tables)
        self._jobs = Jobs(session, self._tables.location)
        self._loader = Loader(self._tables, self._jobs, writer)
        self._moved: set[str] = set()  # tables whose place we moved ourselves
        self._told = Counts()

    def place(self, table: str, *, anew: bool = True) -> Place | None:
        """Return where we stand with a table, or None when we never wrote it."""
        mark = self._tables.mark(table, anew=anew)
        return mark.place if mark else None

    def has(self, table: str) -> bool:
        """Return whether there is anything of this name."""
        return self._tables.get(table) is not None

    def begun(self, target: Target) -> int | None:
        """Return where the chunk ends that a worker before us loaded from our place."""
        if target.table in self._moved:
            return None
        mark = self._tables.mark(target.table)
        if mark is None:
            return None
        job, _attempt = self._loader.found(target, mark, mark.place.low)
        return int(job.labels["high"]) if job else None

    def renew(self, table: str, place: Place) -> None:
        """Begin an era where a table was put back: the jobs of before do not count any more."""
        self._tables.move(table, before=place, after=place, renews=True)

    def write(self, target: Target, chunk: Chunk) -> Written:
        """Write a chunk, then our new place.

        Raises Overtaken when another worker has moved the place, or loads another chunk from it.
        """
        written = Written()
        mark, has_gained = self._prepared(target, chunk, written)
        if chunk.before is not None:
            self._forget(target, chunk.forgettings, written.counts)
        is_first = target.table not in self._moved
        loaded = self._loader.loaded(target, chunk, mark, written.counts, is_first=is_first)
        if loaded.high != chunk.after.low:
            raise Overtaken
        written.notes += loaded.notes
        if not target.is_append and loaded.rows:
            self._merge(target, mark, chunk.low, loaded, written.counts)
        after = replace(chunk.after, is_adopted=mark.place.is_adopted)
        if has_gained and not target.is_append:
            after = replace(after, low=0)  # the rows that are there lack the new columns
        written.place = self._tables.move(target.table, before=mark.place, after=after).place
        self._moved.add(target.table)
        return written

    def remember(self, table: str, *, before: Place, after: Place) -> None:
        """Move our place without writing rows."""
        self._tables.move(table, before=before, after=after)

    def sweep(self, target: Target, keys: Blocks, *, before: Place, after: Place) -> int:
        """Delete the rows whose key does not come any more; return how many."""
        columns = target.key or (target.parent,)
        kept = self._loader.load_keys(target, columns, keys)
        address = self._tables.address
        job = self._jobs.query(merging.sweep(address(target.table), address(kept), columns))
        self._tables.move(target.table, before=before, after=after)
        return job.num_dml_affected_rows or 0

    def count(self, table: str) -> int:
        """Return how many rows the table has."""
        ((number,),) = self._jobs.rows(merging.count(self._tables.address(table)))
        return int(number)

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the columns that the table has now."""
        found = self._tables.get(table)
        return tuple(field.name for field in found.schema) if found else ()

    def sums(
        self, target: Target, names: tuple[str, ...], day: str
    ) -> dict[dt.date | None, tuple[int, int]]:
        """Return rows and checksums by day; the query may cost so much and no more."""
        sql = merging.sums(self._tables.address(target.table), target.types, names, day)
        return {day: (rows, int(total)) for day, rows, total in self._jobs.rows(sql, most=COMPARED)}

    def spent(self) -> Counts:
        """Return what was asked, sent and billed since the last time."""
        session, told = self._session, self._told
        self._told = Counts(bytes=session.sent, requests=session.requests, billed=session.billed)
        return Counts(
            bytes=session.sent - told.bytes,
            requests=session.requests - told.requests,
            billed=session.billed - told.billed,
        )

    def close(self) -> None:
        """Take our staging tables away."""
        self._loader.clear()

    def _prepared(self, target: Target, chunk: Chunk, written: Written) -> tuple[Mark, bool]:
        """Return our place on a table that fits: made, adopted, given columns, put to ``low``."""
        begin = replace(chunk.after, low=chunk.low)
        table = self._tables.get(target.table)
        if table is None:
            return self._tables.make(target, begin), False
        notes, has_gained = self._tables.fitted(target, table)
        written.notes += notes
        mark = self._tables.mark(target.table)
        if chunk.before is None and mark is None:
            written.notes.append(
                f'The table "{target.table}" was there already; its rows are kept.'
            )
            adopted = replace(begin, is_adopted=True)
            return self._tables.move(target.table, before=None, after=adopted), has_gained
        if mark is None or chunk.before is None or not mark.is_at(chunk.before):
            raise Overtaken
        if chunk.empties:
            self._jobs.query(merging.empty(self._tables.address(target.table)))
        if (mark.place.low, mark.place.source) == (chunk.low, chunk.after.source):
            return mark, has_gained
        begin = replace(begin, is_adopted=mark.place.is_adopted)
        return self._tables.move(target.table, before=chunk.before, after=begin), has_gained

    def _forget(self, target: Target, forgettings: tuple[Forgetting, ...], counts: Counts) -> None:
        """Delete what must go; done twice it deletes nothing more."""
        for forgetting in forgettings:
            types = {name: target.types[name] for name in forgetting.columns}
            sql = merging.forget(self._tables.address(target.table), forgetting.columns)
            rows = list(parquet.rows_of(forgetting.blocks(forgetting.columns), types))
            for start in range(0, len(rows), FORGOTTEN):
                keys = _keys(types, rows[start : start + FORGOTTEN])
                job = self._jobs.query(sql, params=[keys])
                counts.deleted += job.num_dml_affected_rows or 0

    def _merge(self, target: Target, mark: Mark, low: int, loaded: Loaded, counts: Counts) -> None:
        """Bring the staged rows into the table; a job that did so already is taken."""
        name = f"{self._loader.name(target, mark, low)}-m"
        job, attempt = self._jobs.found(name) if loaded.is_taken else (None, 0)
        if job is None:
            address = self._tables.address
            made = merging.replace if target.parent else merging.merge
            sql = made(target, address(target.table), address(staging_of(target)), loaded.bounds)
            job = self._jobs.query(sql, name=f"{name}-a{attempt}")
        for done in self._parts(job):
            counts.written += done.inserted_row_count + done.updated_row_count
            counts.deleted += done.deleted_row_count

    def _parts(self, job: Any) -> Iterator[Any]:
        """Yield what each statement of a job did."""
        if job.statement_type == "SCRIPT":
            with self._session.words():
                children = list(
                    self._session.client.list_jobs(parent_job=job, retry=RETRY, timeout=TIMEOUT)
                )
            yield from (one.dml_stats for one in children if one.dml_stats)
        elif job.dml_stats:
            yield job.dml_stats


@contextlib.contextmanager
def opened(settings: BigQuerySettings, dataset: str, *, writer: str) -> Iterator[Destination]:
    """Open a dataset for writing; it is made when it is not there."""
    with connect(settings) as session:
        destination = Destination(session, dataset, writer)
        with contextlib.closing(destination):
            yield destination


def _keys(types: Mapping[str, str], rows: list[tuple[Any, ...]]) -> Any:
    """Return keys as one parameter, an array of values or of structs."""
    if len(types) == 1:
        (type_,) = types.values()
        return bigquery.ArrayQueryParameter("keys", type_, [row[0] for row in rows])
    structs = [
        bigquery.StructQueryParameter(
            None,
            *(
                bigquery.ScalarQueryParameter(name, type_, value)
                for (name, type_), value in zip(types.items(), row, strict=True)
            ),
        )
        for row in rows
    ]
    return bigquery.ArrayQueryParameter("keys", "STRUCT", structs)
