"""`$date`: printing, reading and comparing dates, in the message's language and time zone.

"Now" is the moment that the tools were made with, never the clock: a message renders the same
however often it is rendered. A text is no date: read it first, with `$date.toDate(pattern, text)`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods import Property
from sanderling.velocity.methods.arguments import to_int, to_text
from sanderling.velocity.methods.dates import in_utc, millis_of
from sanderling.velocity.methods.method import Table, method
from sanderling.velocity.text import java_string
from sanderling.velocity.text.date_format import format_date, format_styles, zone_id
from sanderling.velocity.text.date_parsing import parse_date
from sanderling.velocity.text.locales import locale_of
from sanderling.velocity.tools.calendar import FIELDS, Calendar
from sanderling.velocity.tools.comparison import CURRENT, DIFFERENCE, RELATIVE, Comparison

_FORMATTED, _READ = 800, 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STYLES = ("full", "long", "medium", "short", "default", "iso", "iso_tz", "intl", "intl_tz")


class DateTool:
    """`$date`."""

    __slots__ = ("locale", "now", "zone")

    def __init__(self, now: datetime, locale: Locale, zone: tzinfo) -> None:
        self.now = in_utc(now)
        self.locale = locale
        self.zone = zone


def zone_of(name: str) -> tzinfo:
    """The time zone of this name; raises MethodFailed when there is none."""
    if name in ("UTC", "GMT"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise MethodFailed(f"there is no time zone {name[:40]!r}") from error


def _date_of(
    budget: Budget,
    tool: DateTool,
    value: object,
    *,
    pattern: str = "default",
    locale: Locale | None = None,
    zone: tzinfo | None = None,
) -> datetime | None:
    if value.__class__ is datetime or value.__class__ is date:
        return in_utc(value)
    if value.__class__ is Calendar:
        return value.moment
    if value.__class__ in (int, float, Decimal):
        try:
            return _EPOCH + timedelta(milliseconds=int(value))
        except (OverflowError, ValueError) as error:
            raise MethodFailed("the number is too large for a date") from error
    if value is None:
        return None
    budget.charge_work(_READ)
    return parse_date(
        pattern,
        java_string(value, budget)[:200],
        locale=locale or tool.locale,
        zone=zone or tool.zone,
        now=tool.now,
    )


def _locale(budget: Budget, tool: DateTool, value: object) -> Locale:
    return tool.locale if value is None else locale_of(to_text(value, budget))


def _zone(budget: Budget, tool: DateTool, value: object) -> tzinfo:
    return tool.zone if value is None else zone_of(to_text(value, budget))


def _format(budget: Budget, tool: DateTool, *arguments: object) -> object:
    """`(date)`, `(pattern, date, language, zone)` or `(style, style, date, language, zone)`."""
    if len(arguments) == 1:
        arguments = ("default", arguments[0])
    if len(arguments) > 2 and arguments[1].__class__ is str and arguments[2].__class__ is not str:
        return _format_styles(budget, tool, *arguments)
    if len(arguments) > 4 or arguments[0] is None:
        return None
    rest = [*arguments[2:], None, None]
    budget.charge_work(_FORMATTED)
    moment = _date_of(budget, tool, arguments[1])
    if moment is None:
        return None
    return format_date(
        to_text(arguments[0], budget),
        moment,
        locale=_locale(budget, tool, rest[0]),
        zone=_zone(budget, tool, rest[1]),
    )


def _format_styles(budget: Budget, tool: DateTool, *arguments: object) -> object:
    rest = [*arguments[3:], None, None]
    budget.charge_work(_FORMATTED)
    moment = _date_of(budget, tool, arguments[2])
    if moment is None:
        return None
    return format_styles(
        to_text(arguments[0], budget),
        to_text(arguments[1], budget),
        moment,
        locale=_locale(budget, tool, rest[0]),
        zone=_zone(budget, tool, rest[1]),
    )


def _get(budget: Budget, tool: DateTool, *styles: object) -> object:
    return _format(budget, tool, *styles, tool.now)


def _to_date(budget: Budget, tool: DateTool, *arguments: object) -> object:
    if len(arguments) == 1:
        arguments = ("default", arguments[0])
    rest = [*arguments[2:], None, None]
    return _date_of(
        budget,
        tool,
        arguments[1],
        pattern=to_text(arguments[0], budget),
        locale=_locale(budget, tool, rest[0]),
        zone=_zone(budget, tool, rest[1]),
    )


def _calendar(
    budget: Budget, tool: DateTool, value: object, language: object = None
) -> Calendar | None:
    if value.__class__ is Calendar:
        return value
    moment = _date_of(budget, tool, value)
    locale = _locale(budget, tool, language)
    return Calendar(moment, locale, tool.zone) if moment else None


def _field(name: str) -> Callable[..., object]:
    def value(budget: Budget, tool: DateTool, *moment: object) -> object:
        calendar = _calendar(budget, tool, moment[0] if moment else tool.now)
        return calendar.get(FIELDS[name]) if calendar else None

    return value


def _get_value(budget: Budget, tool: DateTool, field: object, *moment: object) -> object:
    number = FIELDS.get(field.upper()) if field.__class__ is str else to_int(field)
    calendar = _calendar(budget, tool, moment[0] if moment else tool.now)
    return calendar.get(number) if calendar and number is not None else None


def _when_is(budget: Budget, tool: DateTool, *moments: object) -> object:
    if len(moments) == 1:
        return _compared(budget, tool, tool.now, moments[0], CURRENT)
    return _compared(budget, tool, moments[0], moments[1], RELATIVE)


def _difference(budget: Budget, tool: DateTool, now: object, then: object) -> object:
    return _compared(budget, tool, now, then, DIFFERENCE)


def _compared(budget: Budget, tool: DateTool, now: object, then: object, kind: str) -> object:
    start, end = _date_of(budget, tool, now), _date_of(budget, tool, then)
    if start is None or end is None:
        return None
    return Comparison(millis_of(end) - millis_of(start), kind)


def date_tool_text(tool: object, budget: Budget) -> str:
    """`$date` itself prints the present moment."""
    assert isinstance(tool, DateTool)
    return format_date("default", tool.now, locale=tool.locale, zone=tool.zone)


def _style_property(style: str) -> Property:
    def formatted(budget: Budget, tool: object) -> object:
        return _get(budget, tool, style)  # type: ignore[arg-type]

    return formatted


DATE_TOOL_METHODS: Table = {
    "format": method(_format, 1, 2, 3, 4, 5),
    "get": method(_get, 1, 2),
    "toDate": method(_to_date, 1, 2, 3, 4),
    "toCalendar": method(_calendar, 1, 2),
    "getDate": method(lambda budget, tool: tool.now),
    "getSystemDate": method(lambda budget, tool: tool.now),
    "getSystemTime": method(lambda budget, tool: millis_of(tool.now)),
    "getCalendar": method(lambda budget, tool: Calendar(tool.now, tool.locale, tool.zone)),
    "getSystemCalendar": method(lambda budget, tool: Calendar(tool.now, tool.locale, tool.zone)),
    "getTimeZone": method(lambda budget, tool: zone_id(tool.zone)),
    "getLocale": method(lambda budget, tool: str(tool.locale)),
    "getYear": method(_field("YEAR"), 0, 1),
    "getMonth": method(_field("MONTH"), 0, 1),
    "getDay": method(_field("DAY_OF_MONTH"), 0, 1),
    "getValue": method(_get_value, 1, 2),
    "whenIs": method(_when_is, 1, 2),
    "difference": method(_difference, 2),
    "toString": method(lambda budget, tool: date_tool_text(tool, budget)),
}

DATE_TOOL_PROPERTIES: dict[str, Property] = {
    name: _style_property(name)
    for style in _STYLES
    for name in (style, f"{style}_date", f"{style}_time")
}
"""`$date.medium`, `$date.short_time`, `$date.full_date`…: the present moment by a style."""
