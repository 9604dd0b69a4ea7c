"""Values of tests: from JSON, or from the text of a form, to what the compiler compares with."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from sanderling.segments.kinds import COUNTED_PERIODS, PERIODS, RETURNS, UNITS, Shape
from sanderling.segments.nodes import Ago, Period, Value

LONGEST_TEXT = 1000
MOST_TEXTS = 10_000
LARGEST_N = 36_525  # a century of days
LARGEST_AGO = {"hours": 36_525, "days": 36_525, "weeks": 5_200, "months": 1_200, "years": 100}
YEARS = range(1000, 9999)  # further off, zones and drivers would run over the calendar's ends


class BadValue(Exception):
    """A value does not fit its operator; ``place`` names the member of the leaf."""

    def __init__(self, message: str, place: str = "value") -> None:
        self.message = message
        self.place = place
        super().__init__(message)


def of_shape(shape: Shape, value: Any, *, moment: bool = False) -> Value:
    """Return the value in the shape that an operator wants; raise BadValue in words."""
    if shape is Shape.AGO:
        return ago(value, moment=moment)
    return _READERS[shape](value)


def text(value: Any, place: str = "value") -> str:
    """Return a text that PostgreSQL can hold."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise BadValue("Give a text.", place)
    if len(value) > LONGEST_TEXT:
        raise BadValue(f"A text may have {LONGEST_TEXT} characters.", place)
    if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise BadValue("The text holds a character that is no character.", place)
    return value.strip()


def texts(value: Any) -> tuple[Value, ...]:
    """Return several texts: a JSON list, or one text a line."""
    if isinstance(value, str):
        value = [line for line in value.splitlines() if line.strip()]
    if not isinstance(value, list) or not value:
        raise BadValue("Give at least one text, one a line.")
    if len(value) > MOST_TEXTS:
        raise BadValue(f"Give at most {MOST_TEXTS} texts; import a list instead.")
    return tuple(text(part) for part in value)


def number(value: Any) -> Decimal:
    """Return a finite number of a size that a column can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise BadValue("Give a number.")
    written = str(value).strip().replace("\N{MINUS SIGN}", "-")
    if not re.fullmatch(r"[+-]?\d{1,30}([.,]\d{1,20})?", written, re.ASCII):
        raise BadValue("Give a number such as 1000 or 9.99.")
    try:
        return Decimal(written.replace(",", "."))
    except InvalidOperation as error:
        raise BadValue("Give a number.") from error


def day(value: Any) -> dt.date:
    """Return a day written as 2026-11-21."""
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip(), re.ASCII):
            found = dt.date.fromisoformat(value.strip())
            if found.year in YEARS:
                return found
    except ValueError as error:
        raise BadValue(f"There is no day {value}.") from error
    raise BadValue("Give a day as YYYY-MM-DD, of the years 1000 to 9998.")


def numbers(value: Any) -> tuple[Value, ...]:
    """Return the two ends of a range."""
    low, high = (number(part) for part in _pair(value))
    if low > high:
        raise BadValue("The first number must not be larger than the second.")
    return (low, high)


def days(value: Any) -> tuple[Value, ...]:
    """Return the first and the last day of a range."""
    low, high = (day(part) for part in _pair(value))
    if low > high:
        raise BadValue("The first day must not come after the second.")
    return (low, high)


def period(value: Any) -> Period:
    """Return a period such as this_week or last_30_days."""
    return _period(value, (*PERIODS, *COUNTED_PERIODS))


def anniversary(value: Any) -> Period:
    """Return when a day of any year comes round: today, next_week, in_7_days."""
    return _period(value, (*RETURNS, *COUNTED_PERIODS))


def ago(value: Any, *, moment: bool) -> Ago:
    """Return how far back: {"n": 30, "unit": "days"} or "30 days"."""
    if isinstance(value, str) and (match := re.fullmatch(r"(\d{1,5})\s+(\w+)", value.strip())):
        value = {"n": int(match[1]), "unit": match[2]}
    if not isinstance(value, dict) or set(value) != {"n", "unit"}:
        raise BadValue('Say how long ago, as {"n": 30, "unit": "days"}.')
    unit = value["unit"]
    units = UNITS if moment else UNITS[1:]
    if unit not in units:
        raise BadValue(f"The unit must be one of {', '.join(units)}.")
    n = _count(value["n"])
    if n > LARGEST_AGO[unit]:
        raise BadValue(f"At most {LARGEST_AGO[unit]} {unit}.")
    return Ago(n, unit)


def flag(value: Any) -> bool:
    """Return true or false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "false"):
        return value == "true"
    raise BadValue("Give true or false.")


def _period(value: Any, names: tuple[str, ...]) -> Period:
    if not isinstance(value, str):
        raise BadValue("Choose a period.")
    name, n = re.sub(r"(?<![a-z0-9])\d{1,5}(?![a-z0-9])", "{n}", value), 0
    if counted := re.search(r"\d{1,5}", value):
        n = _count(int(counted[0]))
    if name not in names or ("{n}" in value):
        shown = ", ".join(known.replace("{n}", "7") for known in names)
        raise BadValue(f"Choose one of: {shown} (any number may stand for 7).")
    return Period(name, n)


def _count(n: Any) -> int:
    if isinstance(n, str) and re.fullmatch(r"\d{1,5}", n, re.ASCII):
        n = int(n)
    if isinstance(n, bool) or not isinstance(n, int) or not 0 <= n <= LARGEST_N:
        raise BadValue(f"Give a whole number between 0 and {LARGEST_N}.")
    return n


def _pair(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadValue("Give two values, the lower one first.")
    return value


def _nothing(value: Any) -> None:
    if value not in (None, ""):
        raise BadValue("This operator takes no value.")


_READERS: dict[Shape, Callable[[Any], Value]] = {
    Shape.NOTHING: _nothing,
    Shape.TEXT: text,
    Shape.TEXTS: texts,
    Shape.NUMBER: number,
    Shape.NUMBERS: numbers,
    Shape.DAY: day,
    Shape.DAYS: days,
    Shape.PERIOD: period,
    Shape.RETURN: anniversary,
    Shape.FLAG: flag,
}
