"""A chunk becomes a Parquet file, and the file a load job that can be found again.

The job's name says where the chunk begins, its labels where it ends and which values bound its
rows: whoever comes after a crash needs nothing but the place to go on.
"""

import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import IO, Any

from google.cloud import bigquery

from sanderling.connectors.drivers.bigquery import merging, parquet
from sanderling.connectors.drivers.bigquery.explaining import Refusal
from sanderling.connectors.drivers.bigquery.parquet import Bounds, Watch
from sanderling.connectors.drivers.bigquery.places import Mark
from sanderling.connectors.drivers.bigquery.tables import Tables, Target, schema_of
from sanderling.connectors.drivers.bigquery.working import Jobs
from sanderling.connectors.drivers.chunks import Blocks, Chunk, Counts
from sanderling.connectors.drivers.outages import Cause

STAGED = dt.timedelta(days=1)  # how long a staging table outlives a worker that died


@dataclass(frozen=True)
class Loaded:
    """A chunk that has arrived: where it ends, and the bounds of its rows."""

    high: int
    rows: int
    bounds: dict[str, Bounds]
    is_taken: bool = False
    notes: tuple[str, ...] = ()


class Loader:
    """Loads files into one dataset; ``writer`` names the connector in the names of jobs."""

    def __init__(self, tables: Tables, jobs: Jobs, writer: str) -> None:
        self._tables, self._jobs, self._writer = tables, jobs, writer
        self._staged: set[str] = set()

    def name(self, target: Target, mark: Mark, low: int) -> str:
        """Return what the jobs of a chunk are called."""
        return f"{self._writer}-{target.table}-{mark.era}-{low}"

    def found(self, target: Target, mark: Mark, low: int) -> tuple[Any, int]:
        """Return the load job that was begun from a place, and the attempt that comes next.

        Rows that wait in a staging table count only while that is there.
        """
        job, attempt = self._jobs.found(self.name(target, mark, low))
        if job is None or target.is_append:
            return job, attempt
        if self._tables.get(staging_of(target), anew=True) is None:
            return None, attempt + 1
        self._staged.add(staging_of(target))
        return job, attempt

    def loaded(
        self, target: Target, chunk: Chunk, mark: Mark, counts: Counts, *, is_first: bool
    ) -> Loaded:
        """Return the chunk, loaded now or by a worker before us (only a first one may be)."""
        job, attempt = self.found(target, mark, chunk.low) if is_first else (None, 0)
        if job is not None:
            return _told(job, target, is_taken=True)
        into, types = target.table, target.types
        if not target.is_append:
            into, types = staging_of(target), merging.staged_types(target)
            self.stage(into, types)
        with temporary() as file:
            rows, counts.read = filled(file, target, types, chunk)
            if not rows.rows:
                return Loaded(chunk.after.low, 0, {})
            name = f"{self.name(target, mark, chunk.low)}-a{attempt}"
            labels = {"high": str(chunk.after.low), **_labels(rows)}
            job = self._load(name, file, into, types, appends=target.is_append, labels=labels)
        counts.written = rows.rows if target.is_append else 0
        return replace(_told(job, target), notes=tuple(_notes(rows)))

    def load_keys(self, target: Target, columns: tuple[str, ...], keys: Blocks) -> str:
        """Load keys into a staging table of their own; return its name."""
        types = {name: target.types[name] for name in columns}
        into = f"{staging_of(target)}_keys"
        self.stage(into, types)
        with temporary() as file:
            with parquet.File(file, types, bounds=()) as made:
                made.add(keys(columns), columns)
            moment = int(dt.datetime.now(dt.UTC).timestamp() * 1000)
            name = f"{self._writer}-{target.table}-keys-{moment}"
            self._load(name, file, into, types, appends=False, labels={})
        return into

    def stage(self, table: str, types: Mapping[str, str]) -> None:
        """Make a staging table, unless we did so before."""
        if table not in self._staged:
            self._tables.stage(table, types, dt.datetime.now(dt.UTC) + STAGED)
            self._staged.add(table)

    def clear(self) -> None:
        """Take our staging tables away."""
        for table in self._staged:
            self._tables.drop(table)
        self._staged.clear()

    def _load(
        self,
        name: str,
        file: IO[bytes],
        into: str,
        types: Mapping[str, str],
        *,
        appends: bool,
        labels: Mapping[str, str],
    ) -> Any:
        config = bigquery.LoadJobConfig(
            source_format=bigquery.SourceFormat.PARQUET,
            schema=schema_of(types),
            write_disposition="WRITE_APPEND" if appends else "WRITE_TRUNCATE",
            create_disposition="CREATE_NEVER",
            labels=dict(labels),
        )
        size = file.tell()
        return self._jobs.load(name, file, size, into=self._tables.address(into), config=config)


def staging_of(target: Target) -> str:
    """Return the name of the table in which rows wait."""
    return f"_stg_{target.table}"


def temporary() -> IO[bytes]:
    """Open a file that vanishes; a chunk may be larger than memory."""
    return tempfile.TemporaryFile(prefix="sanderling-export-")


def filled(
    file: IO[bytes], target: Target, types: Mapping[str, str], chunk: Chunk
) -> tuple[parquet.Written, int]:
    """Write the rows of a chunk, and the parents whose rows are replaced; return both counts.

    Raises Refusal when a row is too long.
    """
    try:
        return _filled(file, target, types, chunk)
    except parquet.RowTooLong as error:
        raise Refusal(
            Cause.QUERY,
            f'A row of "{target.table}" is longer than {parquet.LONGEST >> 20} MB, and BigQuery '
            "takes none so long. Shorten it, or take the dataset out of this export.",
        ) from error


def _filled(
    file: IO[bytes], target: Target, types: Mapping[str, str], chunk: Chunk
) -> tuple[parquet.Written, int]:
    names = tuple(name for name in target.types if name not in target.twins)
    bounds, watch = merging.bounded(target), Watch(target.limits, _naming(target))
    with parquet.File(file, types, bounds=bounds, twins=target.twins, watch=watch) as made:
        if not target.parent:
            return made.written, made.add(chunk.rows(names), names)
        assert chunk.parents is not None, "replacing needs to know the parents"
        lines = made.add(chunk.rows(names), names, **{merging.LINE: True})
        made.add(chunk.parents((target.parent,)), (target.parent,), **{merging.LINE: False})
        return made.written, lines


def _naming(target: Target) -> tuple[str, ...]:
    """Return the columns by which a person finds a row."""
    return target.key or ((target.parent,) if target.parent else target.clustering)


def _notes(written: parquet.Written) -> Iterator[str]:
    for name, cut in written.cuts.items():
        yield (
            f'{cut.count} values of "{name}" have {cut.limit} characters or more and were cut to '
            f"that, because BigQuery takes no row so long: {'; '.join(cut.rows)}."
        )


def _labels(written: parquet.Written) -> dict[str, str]:
    """Return what a file holds as labels of its job: small letters and digits, no names."""
    labels = {"rows": str(written.rows)}
    for place, bounds in enumerate(written.bounds.values()):
        labels[f"null{place}"] = "yes" if bounds.has_null else "no"
        if bounds.least is None:
            continue
        is_time = isinstance(bounds.least, dt.datetime)
        labels[f"kind{place}"] = "time" if is_time else "number"
        for name, value in (("least", bounds.least), ("most", bounds.most)):
            labels[f"{name}{place}"] = str(int(value.timestamp()) if is_time else value)
    return labels


def _told(job: Any, target: Target, *, is_taken: bool = False) -> Loaded:
    """Return what the labels of a load job say."""
    labels, bounds = job.labels, {}
    for place, name in enumerate(merging.bounded(target)):
        found = bounds[name] = Bounds(has_null=labels[f"null{place}"] == "yes")
        if f"kind{place}" in labels:
            ends = int(labels[f"least{place}"]), int(labels[f"most{place}"])
            if labels[f"kind{place}"] == "time":
                found.least, found.most = (dt.datetime.fromtimestamp(one, dt.UTC) for one in ends)
            else:
                found.least, found.most = ends
    return Loaded(int(labels["high"]), int(labels["rows"]), bounds, is_taken)
