"""`java.util.Calendar`, as far as templates use it: read a field, add days, get the date back."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta, tzinfo

from babel import Locale

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods import Property, constant
from sanderling.velocity.methods.arguments import to_int
from sanderling.velocity.methods.dates import millis_of
from sanderling.velocity.methods.method import Table, Unmatched, method
from sanderling.velocity.text.date_format import week_of_month, week_of_year
from sanderling.velocity.text.printing import java_date

FIELDS = {
    "ERA": 0,
    "YEAR": 1,
    "MONTH": 2,
    "WEEK_OF_YEAR": 3,
    "WEEK_OF_MONTH": 4,
    "DATE": 5,
    "DAY_OF_MONTH": 5,
    "DAY_OF_YEAR": 6,
    "DAY_OF_WEEK": 7,
    "DAY_OF_WEEK_IN_MONTH": 8,
    "AM_PM": 9,
    "HOUR": 10,
    "HOUR_OF_DAY": 11,
    "MINUTE": 12,
    "SECOND": 13,
    "MILLISECOND": 14,
}
_NOTHING = timedelta(0)


class Calendar:
    """A moment with the zone and the language that its fields are read in; `add` moves it."""

    __slots__ = ("locale", "moment", "zone")

    def __init__(self, moment: datetime, locale: Locale, zone: tzinfo) -> None:
        self.moment = moment
        self.locale = locale
        self.zone = zone

    def get(self, field: int) -> int:
        """The value of a field by Java's number for it; months from 0, Sunday is 1."""
        local = self.moment.astimezone(self.zone)
        values = (
            1,
            local.year,
            local.month - 1,
            week_of_year(local, self.locale)[1],
            week_of_month(local, self.locale),
            local.day,
            local.timetuple().tm_yday,
            local.isoweekday() % 7 + 1,
            (local.day - 1) // 7 + 1,
            int(local.hour > 11),
            local.hour % 12,
            local.hour,
            local.minute,
            local.second,
            local.microsecond // 1000,
            int(
                ((local.utcoffset() or _NOTHING) - (local.dst() or _NOTHING)).total_seconds() * 1e3
            ),
            int((local.dst() or _NOTHING).total_seconds() * 1000),
        )
        if not 0 <= field < len(values):
            raise MethodFailed(f"there is no calendar field {field}")
        return values[field]

    def add(self, field: int, amount: int) -> None:
        """Move by so many of the field's unit; a day that the month lacks becomes its last."""
        local = self.moment.astimezone(self.zone)
        try:
            self.moment = _moved(local, field, amount).astimezone(self.moment.tzinfo)
        except (OverflowError, ValueError) as error:
            raise MethodFailed("the date is out of the calendar's range") from error


def _moved(local: datetime, field: int, amount: int) -> datetime:
    if field in (1, 2):
        months = local.month - 1 + (amount if field == 2 else 0)
        year = local.year + months // 12 + (amount if field == 1 else 0)
        month = months % 12 + 1
        day = min(local.day, calendar.monthrange(year, month)[1])
        return local.replace(year=year, month=month, day=day)
    if field in (3, 4, 8):
        return local + timedelta(weeks=amount)
    if field in (5, 6, 7):
        return local + timedelta(days=amount)
    units = {10: "hours", 11: "hours", 12: "minutes", 13: "seconds", 14: "milliseconds"}
    if field == 9:
        return local + timedelta(hours=12 * amount)
    if field not in units:
        raise MethodFailed(f"the calendar field {field} cannot be added to")
    return local + timedelta(**{units[field]: amount})


def _add(budget: Budget, value: Calendar, field: object, amount: object) -> str:
    value.add(to_int(field), to_int(amount))
    return ""


def _moment(value: object) -> datetime:
    if value.__class__ is not Calendar:
        raise Unmatched
    return value.moment


def calendar_text(value: object, budget: Budget) -> str:
    """A calendar prints as its date; Java prints all its fields, which nobody wants."""
    return java_date(_moment(value))


CALENDAR_METHODS: Table = {
    "get": method(lambda budget, value, field: value.get(to_int(field)), 1),
    "add": method(_add, 2),
    "getTime": method(lambda budget, value: value.moment),
    "getTimeInMillis": method(lambda budget, value: millis_of(value.moment)),
    "before": method(lambda budget, value, other: value.moment < _moment(other), 1),
    "after": method(lambda budget, value, other: value.moment > _moment(other), 1),
    "toString": method(lambda budget, value: calendar_text(value, budget)),
}

CALENDAR_PROPERTIES: dict[str, Property] = {
    name: constant(number) for name, number in FIELDS.items()
}
"""Java's constants, which templates read off any calendar: `$c.get($c.YEAR)`."""
