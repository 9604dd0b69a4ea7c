"""A CSV file as it comes from the world: which alphabet, which separator, then its rows.

The whole file is judged while it is being uploaded, not its beginning: the first Cyrillic name
may stand on line 100,000.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sanderling.lib.errors import Invalid
from sanderling.postgres import files
from sanderling.postgres.models import StoredFile

DELIMITERS = ";,\t|"
SAMPLE = 64 * 1024
LONGEST_CELL = 1024 * 1024  # an unclosed quote swallows the rest of the file; stop it early
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "cp1252")
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
Cells = list[str]


@dataclass
class Judge:
    """Looks at the bytes that pass by, and knows at the end how they are encoded."""

    head: bytearray = field(default_factory=bytearray)
    size: int = 0
    _is_utf8: bool = True
    _decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")()
    )

    def watch(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass the chunks on, having looked at each."""
        for chunk in chunks:
            self._look(chunk)
            yield chunk

    def encoding(self) -> str:
        """Return the encoding of everything that passed."""
        head = bytes(self.head)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if head.startswith(codecs.BOM_UTF8) or (self._is_utf8 and b"\x00" not in head):
            return "utf-8-sig"
        if b"\x00" in head:
            return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        return "cp1251"

    def refuse_what_is_no_text(self) -> None:
        """Raise Invalid for what we can name: nothing, a workbook."""
        if not self.size:
            raise Invalid(problems={"file": ["The file is empty."]})
        if self.head.startswith((ZIP, OLE)):
            raise Invalid(
                problems={
                    "file": ["This is a workbook or an archive: save the sheet as CSV first."]
                }
            )

    def _look(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if len(self.head) < SAMPLE:
            self.head += chunk[: SAMPLE - len(self.head)]
        if self._is_utf8:
            try:
                self._decoder.decode(chunk)
            except UnicodeDecodeError:
                self._is_utf8 = False


def delimiter_of(sample: bytes, encoding: str) -> str:
    """Return the separator that gives the first lines the same number of columns, and the most."""
    text = sample.decode(encoding, errors="ignore")
    return max(DELIMITERS, key=lambda sign: _evenness(text, sign))


def rows_of(
    file: StoredFile,
    *,
    encoding: str,
    delimiter: str,
    on_read: Callable[[int], None] | None = None,
) -> Iterator[tuple[int, Cells]]:
    """Yield (number of the line, cells) of every row that is not empty.

    Raises Invalid with the line where the file cannot be read any further.
    """
    stream = files.opened(file, on_read=on_read)
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    return _rows(text, delimiter)


def _rows(text: Iterable[str], delimiter: str) -> Iterator[tuple[int, Cells]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(text, delimiter=delimiter)
    try:
        for cells in reader:
            if any(cells):
                yield reader.line_num, cells
    except UnicodeError as error:
        raise Invalid(
            f"After line {reader.line_num} there is a byte that this encoding does not have. "
            "Choose another encoding."
        ) from error
    except csv.Error as error:
        raise Invalid(
            f"Line {reader.line_num} cannot be read: a quote is not closed, "
            "or another separator was meant."
        ) from error


def _evenness(text: str, sign: str) -> tuple[float, int]:
    complete = text[: text.rfind("\n") + 1] or text
    try:
        lines = [cells for _, cells in _rows(io.StringIO(complete, newline=""), sign)][:50]
    except Invalid:
        return (0, 0)
    widths = [len(cells) for cells in lines]
    width = max(set(widths), key=widths.count) if widths else 0
    return (widths.count(width) / len(widths) if width > 1 else 0, width)
