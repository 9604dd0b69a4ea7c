"""What the columns of a sheet hold, judged by all their cells; and cells as messages see them.

Cells come unformatted: numbers as JSON numbers, dates as days since 30 December 1899 in the
spreadsheet's time zone.  Only the format of a column tells a date from a number.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from sanderling.connectors.drivers.tables import Kind

EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - in the sheet's own zone
PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,10})?")
LAST_DAY = 2_958_466  # of the year 9999
NAMES = {
    Kind.TEXT: "text",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "yes/no",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "date and time",
}


class Judge:
    """Sees every cell of a column once, and knows at the end what the column holds."""

    def __init__(self, number_format: str) -> None:
        self._format = number_format
        self._numbers = self._booleans = self._texts = self._odd = 0
        self._whole = True

    def look(self, value: Any) -> None:
        """Take one cell into account; an empty one says nothing."""
        match value:
            case None | "":
                return
            case bool():
                self._booleans += 1
            case int() | float():
                self._numbers += 1
                self._whole &= 0 <= value < LAST_DAY
            case _ if PLAIN_NUMBER.fullmatch(str(value)):
                self._texts += 1
            case _:
                self._odd += 1

    @property
    def kind(self) -> Kind:
        """What the column holds; a mixture is text."""
        if self._odd or (self._booleans and (self._numbers or self._texts)):
            return Kind.TEXT
        if self._booleans:
            return Kind.BOOLEAN
        if self._numbers and not self._texts and self._whole:
            if self._format == "DATE":
                return Kind.DATE
            if self._format == "DATE_TIME":
                return Kind.TIMESTAMP
        return Kind.NUMBER if self._numbers or self._texts else Kind.TEXT


def speaker(kind: Kind, zone: dt.tzinfo) -> Callable[[Any], Any]:
    """Return what turns a cell of such a column into the value that messages see."""
    match kind:
        case Kind.BOOLEAN:
            return bool
        case Kind.DATE:
            return _day
        case Kind.TIMESTAMP:
            return lambda value: _moment(value, zone)
    return printed


def printed(value: Any) -> str:
    """Return a cell as text: a whole number without a fraction, a truth as Sheets writes it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")
    return str(value).replace("\x00", "")


def judged(columns: int, rows: Iterable[list[Any]], formats: list[str]) -> list[Kind]:
    """Return what each column holds."""
    judges = [Judge(formats[n] if n < len(formats) else "") for n in range(columns)]
    for row in rows:
        for judge, value in zip(judges, row, strict=False):
            judge.look(value)
    return [judge.kind for judge in judges]


def _day(value: float) -> str:
    return f"{EPOCH + dt.timedelta(days=int(value)):%Y-%m-%d}T00:00:00Z"


def _moment(value: float, zone: dt.tzinfo) -> str:
    """Return the moment in UTC; a spreadsheet's time is the wall clock of its zone."""
    local = EPOCH + dt.timedelta(seconds=round(value * 86_400))
    utc = local.replace(tzinfo=zone).astimezone(dt.UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}Z"
