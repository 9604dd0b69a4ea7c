"""COPY data becomes a Parquet file, in memory that does not grow with the rows.

The bytes of ``COPY … (FORMAT text)`` are parsed by Arrow, some 5,000 rows at a time; a Python value
is made only of a text with a sign that COPY escapes.  Our server writes this form in two thirds of
the time that CSV takes, and no line break stands inside a row.  On the way the bounds are noted
that a MERGE needs as constants.
"""

import re
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from types import MappingProxyType
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
BLOCK = 1 << 20  # bytes that are parsed at once, about; a longer row is parsed by itself
AHEAD = 2  # blocks that wait for the thread that makes the file
LONGEST = 1 << 26  # bytes of a row
GROUP = 20_000  # rows of a row group, about: memory grows with it, files shrink by a few percent
HEAVY = 1 << 25  # bytes after which a group is written whatever its rows
SHOWN = 3  # rows that a note names
ESCAPED = re.compile(r"\\(.)")
SIGNS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
NO_TWINS: Mapping[str, str] = MappingProxyType({})


class RowTooLong(Exception):
    """A row is longer than any that a destination takes."""


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
    """A Parquet file that is being written.

    ``twins`` are columns with the values of another one: those need not come.
    """

    def __init__(
        self,
        file: IO[bytes],
        types: Mapping[str, str],
        *,
        bounds: Iterable[str],
        twins: Mapping[str, str] = NO_TWINS,
        watch: Watch = NOTHING,
    ) -> None:
        self.written = Written(bounds={name: Bounds() for name in bounds})
        self._schema = pa.schema([(name, ARROW[type_]) for name, type_ in types.items()])
        self._types, self._twins, self._watch = types, twins, watch
        self._waiting: list[pa.Table] = []
        # Without dictionaries: a third faster, and smaller, because zstd finds what repeats.
        self._writer = pq.ParquetWriter(
            file, self._schema, compression="zstd", use_dictionary=False
        )

    def add(self, blocks: Iterable[Block], names: Iterable[str], **constants: object) -> int:
        """Add the rows of COPY data with these columns; columns without data are NULL.

        ``constants`` give a column one value in all rows.  Another thread makes the file, because
        the server writes no row while nobody reads: so both work all the time.

        Raises RowTooLong.
        """
        before, types = self.written.rows, {name: self._types[name] for name in names}
        waiting: deque[Future[None]] = deque()
        with ThreadPoolExecutor(1) as other, closing(_joined(blocks)) as joined:
            for block in joined:
                waiting.append(other.submit(self._take, block, types, constants))
                if len(waiting) > AHEAD:
                    waiting.popleft().result()
            for one in waiting:
                one.result()
        self._write()
        return self.written.rows - before

    def _take(
        self, block: bytearray, types: Mapping[str, str], constants: Mapping[str, object]
    ) -> None:
        table = _completed(_parsed(block, types), self._schema, self._twins, constants)
        for name, bounds in self.written.bounds.items():
            bounds.take(table.column(name))
        if len(block) > min(self._watch.limits.values(), default=len(block)):
            self._note_cuts(table)
        self._waiting.append(table)
        self.written.rows += table.num_rows
        if sum(one.num_rows for one in self._waiting) >= GROUP or self._weight() >= HEAVY:
            self._write()

    def _note_cuts(self, table: pa.Table) -> None:
        for name, limit in self._watch.limits.items():
            is_full = pc.greater_equal(pc.utf8_length(table.column(name)), limit)
            if pc.any(is_full).as_py():
                rows = table.select(list(self._watch.names)).filter(is_full)
                self.written.cuts.setdefault(name, Cut(limit)).take(rows)

    def _weight(self) -> int:
        return sum(table.nbytes for table in self._waiting)

    def _write(self) -> None:
        """Write what waits as a group of rows."""
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting))
            self._waiting.clear()

    def __enter__(self) -> "File":
        """Return the file; its end is written when the block is left."""
        return self

    def __exit__(self, *_failure: object) -> None:
        """Write the end of the file, and give Arrow's memory back: 5 MB stay instead of 35."""
        self._writer.close()
        pa.default_memory_pool().release_unused()


def rows_of(blocks: Iterable[Block], types: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
    """Yield rows as Python values: for keys, of which there are few."""
    for block in _joined(blocks):
        columns = [column.to_pylist() for column in _parsed(block, types).columns]
        yield from zip(*columns, strict=True)


def _joined(blocks: Iterable[Block]) -> Generator[bytearray, None, None]:
    """Yield blocks of whole rows, large enough to be worth a call of Arrow.

    When nobody takes them to the end, the COPY is broken off at once, not when it is forgotten.
    """
    waiting = bytearray()
    try:
        for block in blocks:
            if len(block) > LONGEST:
                raise RowTooLong
            waiting += block
            if len(waiting) >= BLOCK:
                yield waiting
                waiting = bytearray()
        if waiting:
            yield waiting
    finally:
        if isinstance(blocks, Generator):
            blocks.close()


def _parsed(block: bytearray, types: Mapping[str, str]) -> pa.Table:
    table = pacsv.read_csv(
        pa.BufferReader(pa.py_buffer(block)),
        read_options=pacsv.ReadOptions(
            column_names=list(types), block_size=len(block), use_threads=False
        ),
        parse_options=pacsv.ParseOptions(
            delimiter="\t", quote_char=False, double_quote=False, ignore_empty_lines=False
        ),
        convert_options=pacsv.ConvertOptions(
            column_types={name: _type_of(type_) for name, type_ in types.items()},
            null_values=["\\N"],
            strings_can_be_null=True,
        ),
    )
    columns = [column.combine_chunks() for column in table.columns]
    return pa.table(
        [_unescaped(one) if one.type == pa.string() else one for one in columns], list(types)
    )


def _type_of(type_: str) -> pa.DataType:
    """Return the type to parse: our times come without a zone, and are UTC."""
    return pa.timestamp("us") if type_ == "TIMESTAMP" else ARROW[type_]


def _unescaped(texts: pa.StringArray) -> pa.StringArray:
    """Return texts without the escapes of COPY; one look at their bytes says whether any has some.

    Line breaks, tabs and backslashes are rare, so the few that have them are made Python values.
    """
    letters = texts.buffers()[2]
    if letters is None or b"\\" not in letters.to_pybytes():
        return texts
    escaped = pc.match_substring(texts, "\\")
    plain = [ESCAPED.sub(_sign, text) for text in texts.filter(escaped).to_pylist()]
    return pc.replace_with_mask(texts, escaped, pa.array(plain, pa.string()))


def _sign(found: re.Match[str]) -> str:
    return SIGNS[found[1]]


def _completed(
    table: pa.Table,
    schema: pa.Schema,
    twins: Mapping[str, str],
    constants: Mapping[str, object],
) -> pa.Table:
    """Return the rows with all columns of the file."""
    columns, there = [], set(table.column_names)
    for column in schema:
        name = column.name if column.name in there else twins.get(column.name, "")
        if column.name in constants:
            columns.append(pa.repeat(pa.scalar(constants[column.name], column.type), len(table)))
        elif name in there:
            columns.append(table.column(name).cast(column.type))
        else:
            columns.append(pa.nulls(len(table), column.type))
    return pa.Table.from_arrays(columns, schema=schema)
