"""What "today", "this week" and "30 days ago" are, in days of the organisation's zone.

A date test becomes either a span of days or a set of days of the year; SQL then only compares.
Weeks begin on Monday.  Counted periods include today: the last 30 days reach from the day 30
days ago to the end of today.
"""

import calendar
import datetime as dt
import zoneinfo
from dataclasses import dataclass

from sanderling.segments.nodes import Ago, Period, Test


@dataclass(frozen=True)
class Clock:
    """One moment and the zone in which its day is reckoned."""

    now: dt.datetime
    zone: zoneinfo.ZoneInfo

    @property
    def today(self) -> dt.date:
        """Return the organisation's day."""
        return self.now.astimezone(self.zone).date()

    def start_of(self, day: dt.date) -> dt.datetime:
        """Return the first moment of a day, in UTC; the calendar's ends hold."""
        try:
            return dt.datetime.combine(day, dt.time(), self.zone).astimezone(dt.UTC)
        except OverflowError:
            return dt.datetime.combine(day, dt.time(), dt.UTC)

    def days_back(self, days: int) -> dt.datetime:
        """Return the start of the day that lies so many days back; 0 is today's."""
        return self.start_of(_shift(self.today, -days))


@dataclass(frozen=True)
class Span:
    """Days from ``low`` up to, but without, ``high``; None is open."""

    low: dt.date | None
    high: dt.date | None

    @property
    def last(self) -> dt.date:
        """Return the last day of a span that has an end."""
        assert self.high is not None
        return _shift(self.high, -1)


@dataclass(frozen=True)
class Hour:
    """The hour that ends at a moment."""

    high: dt.datetime

    @property
    def low(self) -> dt.datetime:
        """Return its first moment."""
        return self.high - dt.timedelta(hours=1)


def span_of(test: Test, clock: Clock) -> Span | Hour:
    """Return the days that a date test other than an anniversary asks for."""
    match test.operator, test.value:
        case "on", dt.date() as day:
            return Span(day, _after(day))
        case "before", dt.date() as day:
            return Span(None, day)
        case "after", dt.date() as day:
            return Span(_after(day), None)
        case "between", (dt.date() as first, dt.date() as last):
            return Span(first, _after(last))
        case "during", Period() as period:
            return period_of(period, clock.today)
        case "ago", Ago(n, "hours"):
            return Hour(clock.now.astimezone(dt.UTC) - dt.timedelta(hours=n))
        case "ago", Ago(n, unit):
            day = _ago(clock.today, n, unit)
            return Span(day, _after(day))
    raise AssertionError(f"no span for {test}")  # the parser lets nothing else through


def days_of_year(test: Test, clock: Clock) -> list[str]:
    """Return the days that an anniversary asks for, as "MM-DD".

    Who was born on 29 February celebrates on the 28th in other years.
    """
    assert isinstance(test.value, Period)
    span = period_of(test.value, clock.today)
    assert span.low is not None
    assert span.high is not None
    days = [span.low + dt.timedelta(days=n) for n in range(min((span.high - span.low).days, 366))]
    found = {f"{day:%m-%d}" for day in days}
    if any((day.month, day.day) == (2, 28) and not calendar.isleap(day.year) for day in days):
        found.add("02-29")
    return sorted(found)


def period_of(period: Period, today: dt.date) -> Span:
    """Return the days of a named period."""
    n = period.n
    match period.name:
        case "last_{n}_days":
            return Span(_shift(today, -n), _after(today))
        case "next_{n}_days":
            return Span(today, _shift(today, n + 1))
        case "in_{n}_days":
            return Span(_shift(today, n), _shift(today, n + 1))
        case "{n}_days_ago":
            return Span(_shift(today, -n), _shift(today, 1 - n))
    which, _, unit = period.name.partition("_")
    if not unit:
        day = _shift(today, {"yesterday": -1, "today": 0, "tomorrow": 1}[which])
        return Span(day, _after(day))
    return _calendar_unit({"last": -1, "this": 0, "next": 1}[which], unit, today)


def _calendar_unit(offset: int, unit: str, today: dt.date) -> Span:
    if unit == "week":
        monday = _shift(today, 7 * offset - today.weekday())
        return Span(monday, _shift(monday, 7))
    if unit == "month":
        first = today.replace(day=1)
        return Span(_months(first, offset), _months(first, offset + 1))
    first = today.replace(month=1, day=1)
    return Span(_months(first, 12 * offset), _months(first, 12 * (offset + 1)))


def _ago(today: dt.date, n: int, unit: str) -> dt.date:
    if unit in ("days", "weeks"):
        return _shift(today, -n * (7 if unit == "weeks" else 1))
    return _months(today, -n * (12 if unit == "years" else 1))


def _months(day: dt.date, offset: int) -> dt.date:
    """Return the same day of another month, or that month's last day."""
    number = max(day.year * 12 + day.month - 1 + offset, 12)
    year, month = min(number // 12, dt.MAXYEAR), number % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _after(day: dt.date) -> dt.date:
    return _shift(day, 1)


def _shift(day: dt.date, days: int) -> dt.date:
    """Return a day so far off; the calendar's ends hold."""
    number = min(max(day.toordinal() + days, 1), dt.date.max.toordinal())
    return dt.date.fromordinal(number)
