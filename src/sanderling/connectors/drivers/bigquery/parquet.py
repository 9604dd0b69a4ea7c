"""COPY data becomes a Parquet file, in memory that does not grow with the rows.

The bytes of ``COPY … CSV`` are parsed by Arrow, some 4,000 rows at a time; no Python value is made
of a row.  On the way the bounds are noted that a MERGE needs as constants.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

Block = bytes | bytearray | memoryview

ARROW: dict[str, pa.DataType] = {
    "INT64": pa.int64(),
    "FLOAT64": pa.float64(),
    "STRING": pa.string(),
    "JSON": pa.string(),  # as text: how Parquet becomes JSON is not promised anywhere
    "BOOL": pa.bool_(),
    "TIMESTAMP": pa.timestamp("us", "UTC"),
}
# Bytes of CSV that are parsed at once; a row must fit into one, and few are larger than a page.
# So a file is begun with small blocks, and made anew with larger ones when a row asks for them.
BLOCKS = (1 << 20, 1 << 23, 1 << 26)
GROUP = 20_000  # rows of a row group, about: memory grows with it, files shrink by a few percent
HEAVY = 1 << 25  # bytes after which a group is written whatever its rows
SHOWN = 3  # rows that a note names


class RowTooLong(Exception):
    """A row does not fit into a block of CSV."""


@dataclass
class Bounds:
    """The least and the greatest value of a column, and whether there are rows without one."""

    least: Any = None
    most: Any = None
    has_null: bool = False

    def take(self, values: pa.ChunkedArray) -> None:
        """Widen to hold these values."""
        self.has_null = self.has_null or values.null_count > 0
        found = pc.min_max(values).as_py()
        if found["min"] is None:
            return
        self.least = found["min"] if self.least is None else min(self.least, found["min"])
        self.most = found["max"] if self.most is None else max(self.most, found["max"])


@dataclass
class Cut:
    """How many values of a column reach its limit, and the rows of the first of them."""

    limit: int
    count: int = 0
    rows: list[str] = field(default_factory=list)

    def take(self, rows: pa.Table) -> None:
        """Note rows, each told by its columns."""
        self.count += rows.num_rows
        for row in rows.slice(0, SHOWN - len(self.rows)).to_pylist():
            self.rows.append(", ".join(f"{name} {value}" for name, value in row.items()))


@dataclass
class Written:
    """Rows of a file, the bounds of the columns that were asked for, and what was cut."""

    rows: int = 0
    bounds: dict[str, Bounds] = field(default_factory=dict)
    cuts: dict[str, Cut] = field(default_factory=dict)


@dataclass(frozen=True)
class Watch:
    """To how many characters texts were cut, by column, and by which columns a row is told."""

    limits: Mapping[str, int] = field(default_factory=dict)
    names: tuple[str, ...] = ()


NOTHING = Watch()


class File:
    """A Parquet file that is being written."""

    def __init__(
        self,
        file: IO[bytes],
        types: Mapping[str, str],
        *,
        bounds: Iterable[str],
        block: int = BLOCKS[0],
        watch: Watch = NOTHING,
    ) -> None:
        self.written = Written(bounds={name: Bounds() for name in bounds})
        self._block, self._watch = block, watch
        self._schema = pa.schema([(name, ARROW[type_]) for name, type_ in types.items()])
        self._types = types
        # Without dictionaries: a third faster, and smaller, because zstd finds what repeats.
        self._writer = pq.ParquetWriter(
            file, self._schema, compression="zstd", use_dictionary=False
        )

    def add(self, blocks: Iterable[Block], names: Iterable[str], **constants: object) -> int:
        """Add the rows of COPY data with these columns; columns without data are NULL.

        ``constants`` give a column one value in all rows.

        Raises RowTooLong, with all blocks taken, when a row is longer than a block.
        """
        before, types = self.written.rows, {name: self._types[name] for name in names}
        for table in _groups(_batches(blocks, types, self._block)):
            whole = _completed(table, self._schema, constants)
            self._note(whole)
            self._writer.write_table(whole)
            self.written.rows += whole.num_rows
        return self.written.rows - before

    def _note(self, table: pa.Table) -> None:
        for name, bounds in self.written.bounds.items():
            bounds.take(table.column(name))
        for name, limit in self._watch.limits.items():
            is_full = pc.greater_equal(pc.utf8_length(table.column(name)), limit)
            if pc.any(is_full).as_py():
                rows = table.select(list(self._watch.names)).filter(is_full)
                self.written.cuts.setdefault(name, Cut(limit)).take(rows)

    def __enter__(self) -> "File":
        """Return the file; its end is written when the block is left."""
        return self

    def __exit__(self, *_failure: object) -> None:
        """Write the end of the file."""
        self._writer.close()


def rows_of(blocks: Iterable[Block], types: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
    """Yield rows as Python values: for keys, of which there are few."""
    for batch in _batches(blocks, types, BLOCKS[0]):
        columns = [column.to_pylist() for column in batch.columns]
        yield from zip(*columns, strict=True)


def _batches(
    blocks: Iterable[Block], types: Mapping[str, str], size: int
) -> Iterator[pa.RecordBatch]:
    stream = _Stream(blocks)
    if stream.is_empty:
        return
    try:
        yield from _opened(stream, types, size)
    except pa.ArrowInvalid as error:
        if "straddling" not in str(error):
            raise
        stream.exhaust()
        raise RowTooLong from error


def _opened(stream: "_Stream", types: Mapping[str, str], size: int) -> pacsv.CSVStreamingReader:
    return pacsv.open_csv(
        stream,
        read_options=pacsv.ReadOptions(
            column_names=list(types), block_size=size, use_threads=False
        ),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            column_types={name: _parsed(type_) for name, type_ in types.items()},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _parsed(type_: str) -> pa.DataType:
    """Return the type to parse: our times come without a zone, and are UTC."""
    return pa.timestamp("us") if type_ == "TIMESTAMP" else ARROW[type_]


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= GROUP or _weight(waiting) >= HEAVY:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _weight(batches: Iterable[pa.RecordBatch]) -> int:
    return sum(batch.nbytes for batch in batches)


def _completed(table: pa.Table, schema: pa.Schema, constants: Mapping[str, object]) -> pa.Table:
    """Return the rows with all columns of the file."""
    columns = []
    for column in schema:
        if column.name in constants:
            columns.append(pa.repeat(pa.scalar(constants[column.name], column.type), len(table)))
        elif column.name in table.column_names:
            columns.append(table.column(column.name).cast(column.type))
        else:
            columns.append(pa.nulls(len(table), column.type))
    return pa.Table.from_arrays(columns, schema=schema)


class _Stream(io.RawIOBase):
    """Blocks as a file that can be read once."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._blocks = iter(blocks)
        self._rest = memoryview(next(self._blocks, b""))
        self.is_empty = not self._rest

    def exhaust(self) -> None:
        """Take what is left: a COPY that is broken off spoils the transaction it runs in."""
        for _block in self._blocks:
            pass

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
