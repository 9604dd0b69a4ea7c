"""The tables we write: made as declared, adopted when they were there, given new columns.

All by calls about metadata, never by SQL: they are free, need no billing, and say with an ETag
when somebody else was faster.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.api_core.exceptions import Conflict, NotFound, PreconditionFailed
from google.cloud import bigquery

from sanderling.connectors.drivers.bigquery import places
from sanderling.connectors.drivers.bigquery.explaining import Refusal
from sanderling.connectors.drivers.bigquery.opening import RETRY, TIMEOUT, Session
from sanderling.connectors.drivers.bigquery.places import Mark
from sanderling.connectors.drivers.chunks import Overtaken, Place
from sanderling.connectors.drivers.outages import Cause

SPELT = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}
ATTEMPTS = 5  # against an ETag that others move
WORDS = (
    "Written by Sanderling. The labels say how far it is: without them, or when you change them, "
    "all rows are sent again."
)


@dataclass(frozen=True)
class Target:
    """A table as declared: ``types`` by column, in their order.

    ``key``: upsert by it.  ``parent``: replace all rows of a parent at once.  Neither: append.
    ``twins`` are columns with the values of another one.  ``partition`` divides the table by
    months; where it ``is_fixed`` a merge looks only at those of its rows.  ``limits``: to how many
    characters long texts were cut before they came.
    """

    table: str
    types: Mapping[str, str]
    key: tuple[str, ...] = ()
    parent: str = ""
    twins: Mapping[str, str] = field(default_factory=dict)
    partition: str = ""
    is_fixed: bool = False
    clustering: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_append(self) -> bool:
        """Whether rows are only ever added."""
        return not self.key and not self.parent


class Tables:
    """The tables of one dataset."""

    def __init__(self, session: Session, dataset: str) -> None:
        self._session = session
        self._client = session.client
        self.dataset = dataset
        self.location = ""
        self._seen: dict[str, Any] = {}

    def address(self, table: str) -> str:
        """Return the whole name of a table."""
        return f"{self._session.settings.project}.{self.dataset}.{table}"

    def open(self) -> None:
        """Find the dataset, or make it; its region is where all jobs must run."""
        with self._session.words():
            try:
                found = self._client.get_dataset(self.dataset, retry=RETRY, timeout=TIMEOUT)
            except NotFound:
                found = self._made()
        self.location = found.location

    def get(self, table: str, *, anew: bool = False) -> Any:
        """Return a table, or None; as it was seen last, unless it is looked at ``anew``.

        Whoever decides on what was seen last is refused by the ETag when that is no more.
        """
        if anew or table not in self._seen:
            self._seen[table] = self._asked(table)
        return self._seen[table]

    def mark(self, table: str, *, anew: bool = False) -> Mark | None:
        """Return where we stand with a table."""
        found = self.get(table, anew=anew)
        return places.read(found.labels) if found is not None else None

    def make(self, target: Target, place: Place) -> Mark:
        """Make a table, our place on it from the first moment."""
        made = bigquery.Table(self.address(target.table), schema=schema_of(target.types))
        made.description, era = WORDS, places.new_era()
        labels = places.labels_of(place, era)
        made.labels = {name: text for name, text in labels.items() if text}
        if target.partition:
            made.time_partitioning = bigquery.TimePartitioning(
                type_=bigquery.TimePartitioningType.MONTH, field=target.partition
            )
        made.clustering_fields = list(target.clustering) or None
        with self._session.words():
            made = self._client.create_table(made, retry=RETRY, timeout=TIMEOUT)
        self._seen[target.table] = made
        return Mark(place, era)

    def fitted(self, target: Target, table: Any) -> tuple[list[str], bool]:
        """Give a table the columns it lacks; return notes, and whether it got any."""
        self.check(target, table)
        there = {field.name for field in table.schema}
        missing = [name for name in target.types if name not in there]
        if missing:
            self._add(table, schema_of({name: target.types[name] for name in missing}))
        return [f'The column "{name}" was added.' for name in missing], bool(missing)

    def check(self, target: Target, table: Any) -> None:
        """Raise Refusal for what is no table, and for columns that our rows do not fit.

        A load would fail for another type, and casting would guess.
        """
        if table.table_type != "TABLE":
            raise Refusal(
                Cause.TABLE,
                f'"{target.table}" is not a table (a view?). Rename it, or choose another dataset.',
            )
        for one in table.schema:
            wanted, found = target.types.get(one.name), _type_of(one)
            if wanted is None and one.mode == "REQUIRED":
                raise Refusal(
                    Cause.QUERY,
                    f'The column "{one.name}" was added to "{target.table}" as REQUIRED, and our '
                    "rows have no value for it. Make it NULLABLE.",
                )
            if wanted not in {None, found}:
                raise Refusal(
                    Cause.QUERY,
                    f'The column "{one.name}" of "{target.table}" is {found}, and our values are '
                    f"{wanted}. Rename the table (it is made anew), or change the column's type.",
                )

    def move(self, table: str, *, before: Place | None, after: Place, renews: bool = False) -> Mark:
        """Move our place; raise Overtaken when it is not where we believe.

        A place that moves back, or comes from another database of ours, begins an era.
        """
        marks: list[Mark] = []

        def change(found: Any) -> list[str]:
            mark = places.read(found.labels)
            if (mark is None) != (before is None) or (mark and before and not mark.is_at(before)):
                raise Overtaken
            goes_on = mark and after.low >= mark.place.low and after.source == mark.place.source
            era = mark.era if mark and goes_on and not renews else places.new_era()
            found.labels = {**found.labels, **places.labels_of(after, era)}
            marks.append(Mark(after, era))
            return ["labels"]

        self._changed(table, change)
        return marks[-1]

    def drop(self, table: str) -> None:
        """Drop a table of ours, if it is there."""
        self._seen.pop(table, None)
        with self._session.words():
            self._client.delete_table(
                self.address(table), not_found_ok=True, retry=RETRY, timeout=TIMEOUT
            )

    def stage(self, table: str, types: Mapping[str, str], expires: Any) -> None:
        """Make an empty staging table that vanishes by itself."""
        made = bigquery.Table(self.address(table), schema=schema_of(types))
        made.expires = expires
        made.description = "Rows on their way into the table beside it; vanishes by itself."
        with self._session.words():
            try:
                self._client.create_table(made, retry=RETRY, timeout=TIMEOUT)
            except Conflict:
                self.drop(table)
                self._client.create_table(made, retry=RETRY, timeout=TIMEOUT)

    def _asked(self, table: str) -> Any:
        with self._session.words():
            try:
                return self._client.get_table(self.address(table), retry=RETRY, timeout=TIMEOUT)
            except NotFound:
                return None

    def _made(self) -> Any:
        settings = self._session.settings
        made = bigquery.Dataset(f"{settings.project}.{self.dataset}")
        made.location = settings.location
        return self._client.create_dataset(made, exists_ok=True, retry=RETRY, timeout=TIMEOUT)

    def _add(self, table: Any, fields: list[Any]) -> None:
        def change(found: Any) -> list[str]:
            known = {field.name for field in found.schema}
            found.schema = [*found.schema, *(one for one in fields if one.name not in known)]
            return ["schema"]

        self._changed(table.table_id, change)

    def _changed(self, table: str, change: Callable[[Any], list[str]]) -> None:
        """Change metadata as it is now: what somebody else did meanwhile is looked at anew."""
        with self._session.words():
            for attempt in range(1, ATTEMPTS + 1):
                found = self._client.get_table(self.address(table), retry=RETRY, timeout=TIMEOUT)
                try:
                    self._seen[table] = self._client.update_table(
                        found, change(found), retry=RETRY, timeout=TIMEOUT
                    )
                except PreconditionFailed:
                    if attempt == ATTEMPTS:
                        raise
                else:
                    return


def schema_of(types: Mapping[str, str]) -> list[Any]:
    """Return a schema; every column may be without a value."""
    return [bigquery.SchemaField(name, type_) for name, type_ in types.items()]


def _type_of(field: Any) -> str:
    type_ = SPELT.get(field.field_type, field.field_type)
    return f"ARRAY<{type_}>" if field.mode == "REPEATED" else type_
