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
BLOCK = 1 << 20  # bytes of CSV that are parsed at once; a row may take two
GROUP = 20_000  # rows of a row group, about: memory grows with it, files shrink by a few percent


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
class Written:
    """Rows of a file, and the bounds of the columns that were asked for."""

    rows: int = 0
    bounds: dict[str, Bounds] = field(default_factory=dict)


class File:
    """A Parquet file that is being written."""

    def __init__(self, file: IO[bytes], types: Mapping[str, str], *, bounds: Iterable[str]) -> None:
        self.written = Written(bounds={name: Bounds() for name in bounds})
        self._schema = pa.schema([(name, ARROW[type_]) for name, type_ in types.items()])
        self._types = types
        # Without dictionaries: a third faster, and smaller, because zstd finds what repeats.
        self._writer = pq.ParquetWriter(
            file, self._schema, compression="zstd", use_dictionary=False
        )

    def add(self, blocks: Iterable[Block], names: Iterable[str], **constants: object) -> int:
        """Add the rows of COPY data with these columns; columns without data are NULL.

        ``constants`` give a column one value in all rows.
        """
        before = self.written.rows
        for table in _groups(_batches(blocks, {name: self._types[name] for name in names})):
            whole = _completed(table, self._schema, constants)
            for name, bounds in self.written.bounds.items():
                bounds.take(whole.column(name))
            self._writer.write_table(whole)
            self.written.rows += whole.num_rows
        return self.written.rows - before

    def __enter__(self) -> "File":
        """Return the file; its end is written when the block is left."""
        return self

    def __exit__(self, *_failure: object) -> None:
        """Write the end of the file."""
        self._writer.close()


def rows_of(blocks: Iterable[Block], types: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
    """Yield rows as Python values: for keys, of which there are few."""
    for batch in _batches(blocks, types):
        columns = [column.to_pylist() for column in batch.columns]
        yield from zip(*columns, strict=True)


def _batches(blocks: Iterable[Block], types: Mapping[str, str]) -> Iterator[pa.RecordBatch]:
    stream = _Stream(blocks)
    if stream.is_empty:
        return
    reader = pacsv.open_csv(
        stream,
        read_options=pacsv.ReadOptions(
            column_names=list(types), block_size=BLOCK, use_threads=False
        ),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            column_types={name: _parsed(type_) for name, type_ in types.items()},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    yield from reader


def _parsed(type_: str) -> pa.DataType:
    """Return the type to parse: our times come without a zone, and are UTC."""
    return pa.timestamp("us") if type_ == "TIMESTAMP" else ARROW[type_]


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= GROUP:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


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
