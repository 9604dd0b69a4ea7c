"""PostgreSQL: rows and place in one transaction (``connectors.drivers.postgres.writing``)."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from psycopg import sql

from sanderling.connectors import opening
from sanderling.connectors.drivers.chunks import Blocks, Chunk, Counts, Place, Written
from sanderling.connectors.drivers.postgres import (
    writing,
    writing_checks,
    writing_tables,
    writing_views,
)
from sanderling.connectors.drivers.postgres.writing_tables import Target
from sanderling.connectors.models import Connector
from sanderling.exports import summing
from sanderling.exports.analysis.views import View
from sanderling.exports.datasets.columns import Dataset, Dialect, Manner
from sanderling.exports.destinations.protocol import Kind, Shape, Sums
from sanderling.exports.models import Export


class Schema:
    """An open schema of the customer's PostgreSQL."""

    dialect: Dialect = Dialect.POSTGRESQL
    # A chunk that is merged takes some two seconds, so that a lost line costs little.
    most: Mapping[Manner, int] = MappingProxyType(
        {Manner.UPSERT: 100_000, Manner.REPLACE: 100_000, Manner.APPEND: 500_000}
    )
    begins_whole: bool = True

    def __init__(self, opened: writing.Destination) -> None:
        self.where = f"{opened.server}/{opened.schema}"
        self._opened = opened

    def place(self, dataset: Dataset) -> Place | None:
        """Return the row of our table of states."""
        return self._opened.place(dataset.name)

    def has(self, dataset: Dataset) -> bool:
        """Return whether the table is there."""
        return self._opened.has(dataset.name)

    def begun(self, dataset: Dataset) -> int | None:
        """Return None: rows and place are of one transaction."""
        return None

    def write(self, dataset: Dataset, chunk: Chunk) -> Written:
        """Write a chunk in one transaction."""
        return self._opened.write(target_of(dataset), chunk)

    def remember(self, dataset: Dataset, *, before: Place, after: Place) -> None:
        """Move our place."""
        self._opened.remember(dataset.name, before=before, after=after)

    def count(self, dataset: Dataset) -> int:
        """Return how many rows there are."""
        return self._opened.count(dataset.name)

    def sweep(self, dataset: Dataset, keys: Blocks, *, before: Place, after: Place) -> int:
        """Delete what is not among the keys."""
        return self._opened.sweep(target_of(dataset), keys, before=before, after=after)

    def sums(self, dataset: Dataset) -> tuple[Shape, Sums]:
        """Sum by the very expression of our side."""
        schema = self._opened.schema
        with self._opened.reading() as connection:
            table = writing_tables.described(connection, schema, target_of(dataset))
            shape = summing.shape_of(dataset, table.names, table.limits)
            rows = sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, dataset.name))
            return shape, summing.sums(connection, dataset, self.dialect, shape, rows)

    def views(self) -> dict[str, str]:
        """Return what the schema holds, with comments."""
        return self._opened.views()

    def make_views(self, views: Sequence[View]) -> None:
        """Make views in one transaction."""
        self._opened.make_views([_view(view) for view in views])

    def drop_views(self, names: Sequence[str]) -> None:
        """Drop views in one transaction."""
        self._opened.drop_views(names)

    def spent(self) -> Counts:
        """Return nothing: what a chunk sends stands in its counts."""
        return Counts()


@contextlib.contextmanager
def opened(export: Export) -> Iterator[Schema]:
    """Open the schema of an export."""
    settings = opening.settings_of(export.connector)
    with writing.opened(settings, export.schema) as found:
        yield Schema(found)


def target_of(dataset: Dataset) -> Target:
    """Return the table that a PostgreSQL destination has of a dataset."""
    return Target(
        table=dataset.name,
        types=dataset.types_in(Dialect.POSTGRESQL),
        key=dataset.key,
        parent=dataset.parent if dataset.manner is Manner.REPLACE else "",
    )


def _view(view: View) -> writing_views.View:
    dialect = Dialect.POSTGRESQL
    return writing_views.View(view.name, view.text(dialect), view.mark(dialect), view.datasets)


def problems(connector: Connector, schema: str, datasets: Sequence[str]) -> list[str]:
    """Return what would keep us from writing, each with the GRANT to run."""
    return writing_checks.problems(opening.settings_of(connector), schema, datasets)


def schema_problem(schema: str) -> str:
    """Return what is wrong with the name of a schema."""
    if not schema or len(schema.encode()) > 63 or "\x00" in schema:
        return "The name of a schema in your database, as “public”."
    if schema.startswith("pg_") or schema == "information_schema":
        return "This schema is PostgreSQL's own."
    return ""


KIND = Kind(
    dialect=Dialect.POSTGRESQL,
    opened=opened,
    problems=problems,
    schema_problem=schema_problem,
    server=("host", "port", "database"),
    schema=lambda _connector: "public",
)
