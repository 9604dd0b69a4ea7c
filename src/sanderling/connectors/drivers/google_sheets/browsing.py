"""Which sheets a spreadsheet has, and what stands in the first row of each."""

from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

from sanderling.connectors.drivers.google_sheets.asking import Spreadsheet
from sanderling.connectors.drivers.google_sheets.settings import SpreadsheetSettings
from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.tables import Table

ABOUT = "properties(title,timeZone),sheets.properties(title,sheetType,gridProperties)"
MOST_COLUMNS = 200


def title(settings: SpreadsheetSettings) -> str:
    """Return the spreadsheet's name."""
    with Spreadsheet(settings) as spreadsheet:
        return str(spreadsheet.get(fields=ABOUT)["properties"]["title"])


def tables(settings: SpreadsheetSettings) -> list[Table]:
    """Return the sheets that hold cells; charts have a sheet, too."""
    with Spreadsheet(settings) as spreadsheet:
        about = spreadsheet.get(fields=ABOUT)
    name = str(about["properties"]["title"])
    grids = (sheet["properties"] for sheet in about.get("sheets", ()))
    return [
        Table(name, grid["title"], "sheet", max(grid["gridProperties"]["rowCount"] - 1, 0))
        for grid in grids
        if grid.get("sheetType", "GRID") == "GRID"
    ]


def headers(row: list[Any], sheet: str) -> dict[int, str]:
    """Return the columns' names by their place; a column without one is left out.

    Raises SourceUnavailable (TABLE) when there is none, or one stands twice.
    """
    names = {n: str(cell).strip() for n, cell in enumerate(row) if str(cell or "").strip()}
    twice = sorted(name for name, times in Counter(names.values()).items() if times > 1)
    if not names:
        raise SourceUnavailable(
            Cause.TABLE, f"Row 1 of “{sheet}” is empty; it must hold the names of the columns."
        )
    if twice:
        raise SourceUnavailable(
            Cause.TABLE, f"These names stand twice in row 1 of “{sheet}”: {', '.join(twice)}."
        )
    if len(names) > MOST_COLUMNS:
        raise SourceUnavailable(Cause.TABLE, f"“{sheet}” has more than {MOST_COLUMNS} columns.")
    return names


def zone_of(about: dict[str, Any]) -> ZoneInfo:
    """Return the spreadsheet's time zone."""
    try:
        return ZoneInfo(about["properties"]["timeZone"])
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
