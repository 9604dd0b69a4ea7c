"""`java.util.Date` over datetime and date: its getters as the original's, year 120 for 2020.

The clock is UTC: a Date has no zone, and which zone a reader wants is said to `$date.format`.
Setters are left out, as a template must not change what it was given.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.equality import java_equals
from sanderling.velocity.methods.hashing import java_hash
from sanderling.velocity.methods.method import Table, Unmatched, method
from sanderling.velocity.text import java_string


def in_utc(value: date) -> datetime:
    """The point in time of a Date: a date alone is its midnight, a time without zone is UTC."""
    if value.__class__ is date:
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    assert isinstance(value, datetime)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def millis_of(value: date) -> int:
    """`getTime()`: milliseconds since 1970."""
    difference = in_utc(value) - datetime(1970, 1, 1, tzinfo=UTC)
    return (difference.days * 86_400 + difference.seconds) * 1_000 + (
        difference.microseconds // 1_000
    )


def _other(value: object) -> datetime:
    if value.__class__ is datetime or value.__class__ is date:
        return in_utc(value)
    if value is None:
        raise MethodFailed("a date was expected, and the value is null")
    raise Unmatched


def _compare(budget: Budget, value: date, other: object) -> int:
    if other.__class__ not in (datetime, date):
        raise MethodFailed("a date is compared with something else")
    here, there = in_utc(value), _other(other)
    return (here > there) - (here < there)


def _gmt(value: datetime) -> str:
    _, month, _, clock, _, year = java_string(value).split(" ")
    return f"{value.day} {month} {year} {clock} GMT"


DATE_METHODS: Table = {
    "getTime": method(lambda budget, value: millis_of(value)),
    "getYear": method(lambda budget, value: in_utc(value).year - 1900),
    "getMonth": method(lambda budget, value: in_utc(value).month - 1),
    "getDate": method(lambda budget, value: in_utc(value).day),
    "getDay": method(lambda budget, value: in_utc(value).isoweekday() % 7),
    "getHours": method(lambda budget, value: in_utc(value).hour),
    "getMinutes": method(lambda budget, value: in_utc(value).minute),
    "getSeconds": method(lambda budget, value: in_utc(value).second),
    "getTimezoneOffset": method(lambda budget, value: 0),
    "before": method(lambda budget, value, other: in_utc(value) < _other(other), 1),
    "after": method(lambda budget, value, other: in_utc(value) > _other(other), 1),
    "compareTo": method(_compare, 1),
    "equals": method(lambda budget, value, other: java_equals(value, other, budget), 1),
    "hashCode": method(lambda budget, value: java_hash(value, budget)),
    "toGMTString": method(lambda budget, value: _gmt(in_utc(value))),
    "toString": method(lambda budget, value: java_string(value, budget)),
}
