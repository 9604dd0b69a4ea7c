"""The rows that an import refused, as a file that can be mended and sent again."""

import csv
import io
from collections.abc import Iterator

from sanderling.contacts import reading
from sanderling.contacts.models import Import, ImportReject

BOM = "\ufeff"  # without it a spreadsheet takes the file for its local 8-bit alphabet
AT_ONCE = 1000


def as_csv(run: Import) -> Iterator[str]:
    """Yield the refused rows as they came, behind their line and the reason; with titles."""
    delimiter = run.options.get("delimiter", ",")
    yield BOM + _line(["line", "reason", *_titles(run)], delimiter)
    last = 0
    while rows := _behind(run.pk, last):
        for line, reason, row in rows:
            cells = row if isinstance(row, list) else list(row.values())
            yield _line([line, reason, *cells], delimiter)
        last = rows[-1][0]


def first(run: Import, limit: int = 20) -> list[ImportReject]:
    """Return the first refused rows, for a page."""
    return list(ImportReject.objects.filter(import_run=run).order_by("line")[:limit])


def _behind(import_id: int, line: int) -> list[tuple[int, str, list[str] | dict[str, object]]]:
    rows = ImportReject.objects.filter(import_run_id=import_id, line__gt=line).order_by("line")
    return list(rows.values_list("line", "reason", "row")[:AT_ONCE])


def _titles(run: Import) -> list[str]:
    if run.kind == "API" or run.file is None or not run.options.get("skip_first"):
        return []
    options = run.options
    rows = reading.rows_of(run.file, encoding=options["encoding"], delimiter=options["delimiter"])
    return next(rows, (0, []))[1]


def _line(cells: list[object] | list[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(map(_harmless, cells))
    return out.getvalue()


def _harmless(cell: object) -> object:
    """Keep a cell as it came; only a formula is made text, for a spreadsheet would run it."""
    if isinstance(cell, str) and cell[:1] in ("=", "@", "\t") and len(cell) > 1:
        return "'" + cell
    return cell
