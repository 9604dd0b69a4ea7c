"""`java.text.MessageFormat` for `$display.message`: `{0}`, `{1,number,#.##}`, `{2,date,short}`.

A lone quote begins plain text, two are one. `choice` formats are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal

from babel import Locale

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.dates import in_utc
from sanderling.velocity.text import java_string
from sanderling.velocity.text.date_format import STYLES, format_date, format_styles
from sanderling.velocity.tools.numbers_of import number_format

_PART = 100
_PLACE = re.compile(r"\s*(\d{1,4})\s*(?:,\s*(\w+)\s*(?:,(.*))?)?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Place:
    index: int
    kind: str
    style: str


def format_message(
    pattern: str,
    arguments: Sequence[object],
    *,
    locale: Locale,
    zone: tzinfo,
    budget: Budget,
) -> str:
    """The pattern with the arguments in their places; a place without argument stays `{3}`."""
    pieces: list[str] = []
    size = 0
    budget.charge_work(4 * len(pattern))
    for part in _parts(pattern):
        budget.charge_work(_PART)
        text = part if isinstance(part, str) else _put(part, arguments, locale, zone, budget)
        pieces.append(text)
        size += len(text)
        if size > budget.limits.string:
            budget.check_string(size)
    return "".join(pieces)


def _parts(pattern: str) -> list[str | _Place]:
    parts: list[str | _Place] = []
    text: list[str] = []
    position = depth = 0
    quoted = False
    while position < len(pattern):
        char = pattern[position]
        if char == "'" and pattern.startswith("''", position):
            text.append("''" if depth else "'")
            position += 1
        elif char == "'":
            quoted = not quoted
            text.append("'" if depth else "")
        elif char == "{" and not quoted:
            if not depth:
                parts.append("".join(text))
                text = []
            else:
                text.append(char)
            depth += 1
        elif char == "}" and not quoted and depth:
            depth -= 1
            if depth:
                text.append(char)
            else:
                parts.append(_place("".join(text)))
                text = []
        else:
            text.append(char)
        position += 1
    if depth:
        raise MethodFailed("a { is not closed in the message")
    return [*parts, "".join(text)]


def _place(inside: str) -> _Place:
    found = _PLACE.match(inside)
    if not found or (found[2] or "number") not in ("number", "date", "time"):
        raise MethodFailed(f"{{{inside[:20]}}} is not understood in the message")
    return _Place(int(found[1]), found[2] or "", found[3] or "")


def _put(
    place: _Place, arguments: Sequence[object], locale: Locale, zone: tzinfo, budget: Budget
) -> str:
    if place.index >= len(arguments):
        return f"{{{place.index}}}"
    value = arguments[place.index]
    if value is None:
        return "null"
    is_date = value.__class__ is datetime or value.__class__ is date
    if place.kind in ("date", "time"):
        if not is_date:
            raise MethodFailed(f"place {place.index} of the message takes a date")
        return _date(place, in_utc(value), locale, zone)  # type: ignore[arg-type]
    if value.__class__ in (int, float, Decimal):
        return number_format(place.style.strip() or "number", locale).format(value)
    if place.kind == "number":
        raise MethodFailed(f"place {place.index} of the message takes a number")
    if is_date:
        return format_styles("short", "short", in_utc(value), locale=locale, zone=zone)  # type: ignore
    return java_string(value, budget)


def _date(place: _Place, moment: datetime, locale: Locale, zone: tzinfo) -> str:
    style = place.style.strip().lower() or "medium"
    pattern = f"{style}_{place.kind}" if style in STYLES else place.style
    return format_date(pattern, moment, locale=locale, zone=zone)
