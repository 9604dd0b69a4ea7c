"""BigQuery: a load job a chunk, and our place in the table's labels (``drivers.bigquery``)."""

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from sanderling.connectors import opening
from sanderling.connectors.drivers.bigquery import checking, writing
from sanderling.connectors.drivers.bigquery.tables import Target
from sanderling.connectors.drivers.chunks import Blocks, Chunk, Counts, Place, Written
from sanderling.connectors.models import Connector
from sanderling.exports import summing
from sanderling.exports.analysis.views import View
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.datasets.columns import Dataset, Dialect, Manner
from sanderling.exports.destinations.protocol import Kind, Shape, Sum, Sums
from sanderling.exports.models import Export, Interval, Rhythm, Watermark

NAME = re.compile(r"[A-Za-z0-9_]{1,1024}")


class Warehouse:
    """An open dataset of the customer's BigQuery."""

    dialect: Dialect = Dialect.BIGQUERY
    # A table takes 1,500 load jobs a day, so chunks are large; a file waits on disk, not in memory.
    most: Mapping[Manner, int] = MappingProxyType(
        {Manner.UPSERT: 500_000, Manner.REPLACE: 250_000, Manner.APPEND: 1_000_000}
    )
    begins_whole: bool = False

    def __init__(self, opened: writing.Destination, export: Export) -> None:
        self.where = f"{opened.server}/{opened.dataset}"
        self._opened, self._export = opened, export

    def place(self, dataset: Dataset) -> Place | None:
        """Return what the table's labels say."""
        return self._opened.place(dataset.name)

    def has(self, dataset: Dataset) -> bool:
        """Return whether the table is there."""
        return self._opened.has(dataset.name)

    def begun(self, dataset: Dataset) -> int | None:
        """Return the end of the chunk whose load job bears the name of our place."""
        self._notice_return(dataset)
        return self._opened.begun(target_of(dataset))

    def write(self, dataset: Dataset, chunk: Chunk) -> Written:
        """Write a chunk."""
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
        """Sum all columns but JSON, which BigQuery writes in its own way."""
        target = target_of(dataset)
        there = self._opened.columns(dataset.name)
        names = [n for n, type_ in target.types.items() if type_ != "JSON" and n in there]
        shape = summing.shape_of(dataset, names, {})
        found = self._opened.sums(target, shape.names, dataset.day)
        return shape, {
            day: Sum(rows, total % summing.MODULUS) for day, (rows, total) in found.items()
        }

    def views(self) -> dict[str, str]:
        """Return what the dataset holds, with comments."""
        return self._opened.views.marks()

    def make_views(self, views: Sequence[View]) -> None:
        """Make views, one call each: BigQuery has no transaction over metadata."""
        for view in views:
            text, mark = view.text(self.dialect), view.mark(self.dialect)
            self._opened.views.make(view.name, text, mark, view.datasets)

    def drop_views(self, names: Sequence[str]) -> None:
        """Drop views."""
        for name in names:
            self._opened.views.drop(name)

    def spent(self) -> Counts:
        """Return requests, and bytes that were sent and billed."""
        return self._opened.spent()

    def _notice_return(self, dataset: Dataset) -> None:
        """See that a table was put back to an earlier state: our copy of its place is further on.

        The load jobs after that state are done, and their rows are gone: they must not be taken
        for rows that have arrived.
        """
        mark = Watermark.objects.filter(export=self._export, dataset=dataset.name).first()
        place = self._opened.place(dataset.name, anew=False) if mark else None
        if mark is None or place is None or place.source != mark.system:
            return
        if mark.target == self.where and int(mark.low) > place.low:
            self._opened.renew(dataset.name, place)
            Watermark.objects.filter(pk=mark.pk).update(low=str(place.low))


@contextlib.contextmanager
def opened(export: Export) -> Iterator[Warehouse]:
    """Open the dataset of an export."""
    settings = opening.bigquery_settings_of(export.connector)
    writer = f"sanderling-{export.connector_id}"
    with writing.opened(settings, export.schema, writer=writer) as found:
        yield Warehouse(found, export)


def target_of(dataset: Dataset) -> Target:
    """Return the table that BigQuery has of a dataset."""
    return Target(
        table=dataset.name,
        types=dataset.types_in(Dialect.BIGQUERY),
        key=dataset.key if dataset.manner is Manner.UPSERT else (),
        parent=dataset.parent if dataset.manner is Manner.REPLACE else "",
        twins=dataset.twins_in(Dialect.BIGQUERY),
        partition=dataset.partition,
        is_fixed=dataset.is_fixed,
        clustering=dataset.clustering,
        limits=dataset.limits_in(Dialect.BIGQUERY),
    )


def problems(connector: Connector, schema: str, datasets: Sequence[str]) -> list[str]:
    """Return what would keep us from writing, each with the role to grant."""
    settings = opening.bigquery_settings_of(connector)
    return checking.problems(settings, schema, [target_of(DATASETS[name]) for name in datasets])


def schema_problem(schema: str) -> str:
    """Return what is wrong with the name of a dataset."""
    if NAME.fullmatch(schema):
        return ""
    return "The name of a dataset: letters, digits and underscores, as “marketing”."


KIND = Kind(
    dialect=Dialect.BIGQUERY,
    opened=opened,
    problems=problems,
    schema_problem=schema_problem,
    server=("database",),  # the project
    schema=lambda connector: connector.dataset,
    interval=Interval.DAY,
    rhythm=Rhythm.WEEK,  # a query over all tables is billed
)
