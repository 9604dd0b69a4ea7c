"""Reading dates: `SimpleDateFormat.parse`, lenient as Java's (13 months roll into the next year).

Like Java it reads the beginning of the text and ignores what follows; a text that does not fit is
no date. A year of two letters means the century around the present, from 80 years ago on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from babel import Locale

from sanderling.velocity.text.date_format import named_pattern
from sanderling.velocity.text.date_pattern import Field, parse_date_pattern

_NUMBERS = frozenset("yYdDFuHkKhmsSwW")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})?", re.ASCII)
_ZONE_NAMES = ("UTC", "GMT", "Z")


_NAMES = {
    "y": "year",
    "Y": "year",
    "M": "month",
    "L": "month",
    "d": "day",
    "D": "day of year",
    "H": "hour",
    "K": "hour",
    "m": "minute",
    "s": "second",
    "S": "millisecond",
}


@dataclass(slots=True)
class _Reading:
    """What has been read so far; the parts that the pattern does not name stay as in 1970."""

    parts: dict[str, int]
    afternoon: bool | None = None
    zone: tzinfo | None = None


def parse_date(
    pattern: str, text: str, *, locale: Locale, zone: tzinfo, now: datetime
) -> datetime | None:
    """The moment that the text names, in UTC; None when the text does not fit the pattern."""
    fields = parse_date_pattern(named_pattern(pattern, locale))
    reading, position = _Reading({"year": 1970, "month": 1, "day": 1}), 0
    for index, field in enumerate(fields):
        following = fields[index + 1] if index + 1 < len(fields) else Field("", 0)
        end = _read(reading, field, following, text, position, locale, now)
        if end is None:
            return None
        position = end
    return _moment(reading, zone)


def _read(
    reading: _Reading,
    field: Field,
    following: Field,
    text: str,
    start: int,
    locale: Locale,
    now: datetime,
) -> int | None:
    if not field.letter:
        return _literal(field.text, text, start)
    while text[start : start + 1].isspace():
        start += 1
    if field.letter in "zZX":
        return _zone(reading, text, start)
    if field.letter in _NUMBERS or (field.letter in "ML" and field.count < 3):
        return _number(reading, field, following, text, start, now)
    return _name(reading, field, text, start, locale)


def _literal(literal: str, text: str, start: int) -> int | None:
    position = start
    for char in literal:
        if char == " ":
            while text[position : position + 1] in (" ", "\t"):
                position += 1
        elif text.startswith(char, position):
            position += 1
        else:
            return None
    return position


def _number(
    reading: _Reading, field: Field, following: Field, text: str, start: int, now: datetime
) -> int | None:
    # A number that touches the next takes as many digits as it has letters: yyyyMMdd.
    touching = following.letter in _NUMBERS or (following.letter in "ML" and following.count < 3)
    most = field.count if touching and following.letter else 18
    end = start + 1 if text[start : start + 1] == "-" and not touching else start
    first = end
    while end < len(text) and end - first < most and "0" <= text[end] <= "9":
        end += 1
    if end == first:
        return None
    value = int(text[start:end])
    if field.letter in "yY" and field.count == 2 and end - first == 2:
        value = _century(value, now)
    _keep(reading, field.letter, value)
    return end


def _century(value: int, now: datetime) -> int:
    oldest = now.year - 80
    year = oldest - oldest % 100 + value
    return year if year >= oldest else year + 100


def _keep(reading: _Reading, letter: str, value: int) -> None:
    if letter in "kh":
        reading.parts["hour"] = 0 if value == (24 if letter == "k" else 12) else value
    elif letter in _NAMES:
        reading.parts[_NAMES[letter]] = value


def _name(reading: _Reading, field: Field, text: str, start: int, locale: Locale) -> int | None:
    names = _names(field.letter, locale)
    lower = text[start : start + 40].lower()
    for name, value in sorted(names, key=lambda pair: -len(pair[0])):
        if name and lower.startswith(name.lower()):
            if field.letter == "a":
                reading.afternoon = value == 1
            elif field.letter in "ML":
                reading.parts["month"] = value
            return start + len(name)
    return None


def _names(letter: str, locale: Locale) -> list[tuple[str, int]]:
    if letter == "a":
        periods = locale.day_periods["format"]["abbreviated"]
        return [(str(periods["am"]), 0), (str(periods["pm"]), 1)]
    if letter == "G":
        return [(str(name), era) for era, name in locale.eras["abbreviated"].items()]
    calendar = locale.months if letter in "ML" else locale.days
    return [
        (str(name), number)
        for form in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in calendar[form][width].items()
    ]


def _zone(reading: _Reading, text: str, start: int) -> int | None:
    for name in _ZONE_NAMES:
        if text.startswith(name, start):
            reading.zone = UTC
            start += len(name)
            if name != "GMT":
                return start
            break
    found = _OFFSET.match(text, start)
    if not found:
        return start if reading.zone else None
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    if minutes >= 24 * 60:
        return None
    reading.zone = timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    return found.end()


def _moment(reading: _Reading, zone: tzinfo) -> datetime | None:
    parts = reading.parts
    years, month = divmod(parts["month"] - 1, 12)
    days, hour = parts["day"], parts.get("hour", 0)
    if "day of year" in parts:
        month, days = 0, parts["day of year"]
    if reading.afternoon is not None:
        hour = hour % 12 + (12 if reading.afternoon else 0)
    try:
        clock = timedelta(
            days=days - 1,
            hours=hour,
            minutes=parts.get("minute", 0),
            seconds=parts.get("second", 0),
            milliseconds=parts.get("millisecond", 0),
        )
        first = datetime(parts["year"] + years, month + 1, 1)  # noqa: DTZ001 - zone comes below
        return (first + clock).replace(tzinfo=reading.zone or zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
