"""All rows of a sheet: ranges of some 100,000 cells, then judged as a whole.

A spreadsheet has at most ten million cells, so one sheet is held in memory while it is judged;
what it may cost is bounded by ``MOST_CELLS``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sanderling.connectors.drivers.google_sheets.asking import Spreadsheet
from sanderling.connectors.drivers.google_sheets.browsing import ABOUT, headers, zone_of
from sanderling.connectors.drivers.google_sheets.judging import NAMES, judged, speaker
from sanderling.connectors.drivers.google_sheets.settings import SpreadsheetSettings
from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.tables import Column, RowDict

CELLS_A_READ = 100_000
MOST_CELLS = 3_000_000
PAGE = 5_000  # rows handed on at once
FORMATTED = 20  # rows whose format is looked at

Row = list[Any]


@dataclass(frozen=True)
class Sheet:
    """A sheet as it was read: its columns, and its rows page by page as messages see them."""

    columns: list[Column]
    pages: Iterator[list[RowDict]]


def sheet(settings: SpreadsheetSettings, name: str) -> Sheet:
    """Return all of a sheet; raise SourceUnavailable with the cause."""
    with Spreadsheet(settings) as spreadsheet:
        about = spreadsheet.get(fields=ABOUT)
        grid = _grid(about, name)
        first = _values(spreadsheet, name, 1, 1)
        names = headers(first[0] if first else [], name)
        width = max(names) + 1
        rows = list(_rows(spreadsheet, name, width, grid["rowCount"]))
        formats = _formats(spreadsheet, name, width)
    kinds = judged(width, rows, formats)
    speakers = {n: (names[n], speaker(kinds[n], zone_of(about))) for n in names}
    columns = [Column(names[n], NAMES[kinds[n]], kinds[n]) for n in names]
    return Sheet(columns, _pages(rows, speakers))


def columns(settings: SpreadsheetSettings, name: str) -> list[Column]:
    """Return the columns of a sheet as they are now; all cells are looked at."""
    return sheet(settings, name).columns


def _grid(about: dict[str, Any], name: str) -> dict[str, Any]:
    for sheet in about.get("sheets", ()):
        if sheet["properties"]["title"] == name:
            grid: dict[str, Any] = sheet["properties"]["gridProperties"]
            return grid
    raise SourceUnavailable(Cause.TABLE, f"The spreadsheet has no sheet “{name}” (any more).")


def _rows(spreadsheet: Spreadsheet, name: str, width: int, last: int) -> Iterator[Row]:
    """Yield the rows below the names; empty ones at the end do not come at all."""
    if width * last > MOST_CELLS:
        raise SourceUnavailable(
            Cause.TABLE, f"“{name}” has more than {MOST_CELLS:,} cells; delete its empty rows."
        )
    step = max(CELLS_A_READ // width, 1)
    for begin in range(2, last + 1, step):
        end = min(begin + step - 1, last)
        yield from filter(_is_filled, _values(spreadsheet, name, begin, end, width))


def _is_filled(row: Row) -> bool:
    return any(cell is not None and cell != "" for cell in row)


def _values(
    spreadsheet: Spreadsheet, name: str, begin: int, end: int, width: int | None = None
) -> list[Row]:
    area = f"A{begin}:{_letters(width)}{end}" if width else f"{begin}:{end}"
    found = spreadsheet.get(
        f"/values/{quote(_range(name, area), safe='')}",
        majorDimension="ROWS",
        valueRenderOption="UNFORMATTED_VALUE",
        dateTimeRenderOption="SERIAL_NUMBER",
    )
    rows: list[Row] = found.get("values", [])
    return rows


def _formats(spreadsheet: Spreadsheet, name: str, width: int) -> list[str]:
    """Return the kind of format of each column, by the first of its cells that has one."""
    found = spreadsheet.get(
        ranges=_range(name, f"A2:{_letters(width)}{FORMATTED + 1}"),
        fields="sheets.data.rowData.values.effectiveFormat.numberFormat.type",
    )
    formats = [""] * width
    for sheet in found.get("sheets", ()):
        for data in sheet.get("data", ()):
            for row in data.get("rowData", ()):
                for n, cell in enumerate(row.get("values", ())[:width]):
                    number = cell.get("effectiveFormat", {}).get("numberFormat", {})
                    formats[n] = formats[n] or number.get("type", "")
    return formats


def _pages(rows: list[Row], speakers: dict[int, tuple[str, Any]]) -> Iterator[list[RowDict]]:
    for begin in range(0, len(rows), PAGE):
        yield [_as_dict(row, speakers) for row in rows[begin : begin + PAGE]]


def _as_dict(row: Row, speakers: dict[int, tuple[str, Any]]) -> RowDict:
    """Return a row without its empty cells; rows come cut behind the last full one."""
    return {
        name: speak(row[n])
        for n, (name, speak) in speakers.items()
        if n < len(row) and row[n] is not None and row[n] != ""
    }


def _range(name: str, area: str) -> str:
    doubled = name.replace("'", "''")
    return f"'{doubled}'!{area}"


def _letters(number: int) -> str:
    """Return the letters of a column: 1 → A, 27 → AA."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters
