"""SQL of one test on one value, whatever way the value is stored.

Only positive operators are written; a negative one is the complement, ``(…) IS NOT TRUE``, so
that a contact without a value matches it (docs/design/segments.md, "No value").

Additional fields are text in jsonb.  Days are compared as text: ``YYYY-MM-DD`` sorts as it
reads, needs no cast that a stray value could break, and is a third faster over a million rows.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from psycopg import sql

from sanderling.segments.calendars import Clock, Hour, Span, days_of_year, span_of
from sanderling.segments.kinds import COMPLEMENTS
from sanderling.segments.nodes import Test

Sql = sql.Composable
TRUE, FALSE = sql.SQL("TRUE"), sql.SQL("FALSE")


class Stored(Enum):
    """How a value lies in the database."""

    TEXT = "text"  # compared without regard to letter case
    EXACT = "exact"  # an external ID: compared as it is
    DIGITS = "digits"  # a phone: the value is reduced to digits first
    NUMBER = "number"
    NUMBER_IN_TEXT = "number in text"
    DAY_IN_TEXT = "day in text"
    MOMENT = "timestamptz"
    MOMENT_IN_TEXT = "moment in text"
    CHOICES = "JSON list in text"


@dataclass
class Binder:
    """Collects the parameters of a statement under names of its own."""

    prefix: str = "s"
    params: dict[str, Any] = field(default_factory=dict)

    def __call__(self, value: Any) -> Sql:
        """Return a placeholder for a value."""
        name = f"{self.prefix}{len(self.params)}"
        self.params[name] = value
        return sql.Placeholder(name)


@dataclass(frozen=True)
class Operand:
    """A value in SQL; ``expression`` is NULL where there is none, except for plain columns."""

    expression: Sql
    stored: Stored


def compare(operand: Operand, test: Test, *, bind: Binder, clock: Clock) -> Sql:
    """Return a condition in SQL; NULL counts as not true."""
    if positive := COMPLEMENTS.get(test.operator):
        inner = compare(operand, Test(test.kind, positive, test.value), bind=bind, clock=clock)
        return sql.SQL("({}) IS NOT TRUE").format(inner)
    if test.operator == "specified":
        return _specified(operand)
    return _COMPARERS[operand.stored](operand.expression, test, bind, clock)


def within(expression: Sql, span: Span | Hour, *, bind: Binder, clock: Clock) -> Sql:
    """Return that a timestamptz lies in a span of the organisation's days."""
    bounds = _bounds(span, clock)
    return _between(expression, bounds[0], bounds[1], bind)


def _specified(operand: Operand) -> Sql:
    match operand.stored:
        case Stored.NUMBER | Stored.MOMENT:
            return sql.SQL("{} IS NOT NULL").format(operand.expression)
        case Stored.CHOICES:
            return sql.SQL("{} NOT IN ('', '[]')").format(operand.expression)
    return sql.SQL("{} <> ''").format(operand.expression)


def _text(expression: Sql, test: Test, bind: Binder, clock: Clock) -> Sql:
    """Compare without regard to case; ``lower`` is PostgreSQL's own on both sides."""
    left = sql.SQL("lower({})").format(expression)
    if test.operator == "in":
        lowered = sql.SQL("(SELECT lower(v) FROM unnest({}::text[]) AS v)").format(
            bind(_texts(test))
        )
        return sql.SQL("{} IN {}").format(left, lowered)
    value = sql.SQL("lower({}::text)").format(bind(_texts(test)[0]))
    return sql.SQL(_STRING_TESTS[test.operator]).format(left=left, value=value)


def _exact(expression: Sql, test: Test, bind: Binder, clock: Clock) -> Sql:
    return _verbatim(expression, test, _texts(test), bind)


def _digits(expression: Sql, test: Test, bind: Binder, clock: Clock) -> Sql:
    return _verbatim(expression, test, [only_digits(one) for one in _texts(test)], bind)


def only_digits(text: str) -> str:
    """Return a phone number as contacts keep it; a text without digits stays as it is."""
    return "".join(sign for sign in text if sign in "0123456789") or text


def _verbatim(left: Sql, test: Test, texts: list[str], bind: Binder) -> Sql:
    if test.operator == "in":
        return sql.SQL("{} = ANY({}::text[])").format(left, bind(texts))
    value = sql.SQL("{}::text").format(bind(texts[0]))
    return sql.SQL(_STRING_TESTS[test.operator]).format(left=left, value=value)


def _texts(test: Test) -> list[str]:
    given = test.value if isinstance(test.value, tuple) else (test.value,)
    return [str(one) for one in given]


_STRING_TESTS = {
    "is": "{left} = {value}",
    "contains": "strpos({left}, {value}) > 0",
    "starts": "starts_with({left}, {value})",
    "ends": "right({left}, length({value})) = {value}",
}


def _number(expression: Sql, test: Test, bind: Binder, clock: Clock) -> Sql:
    if test.operator == "between":
        assert isinstance(test.value, tuple)
        low, high = map(bind, test.value)
        return sql.SQL("{} BETWEEN {} AND {}").format(expression, low, high)
    assert isinstance(test.value, Decimal)
    return sql.SQL("{} {} {}").format(expression, sql.SQL(test.operator), bind(test.value))


def _number_in_text(expression: Sql, test: Test, bind: Binder, clock: Clock) -> Sql:
    """Cast only what is a number: another type's old values may still lie in the field."""
    cast = sql.SQL(
        "CASE WHEN {0} ~ '^[+-]?[0-9]{{1,30}}(\\.[0-9]{{1,20}})?$' THEN ({0})::numeric END"
    ).format(expression)
    return _number(sql.SQL("({})").format(cast), test, bind, clock)


def _day_in_text(expression: Sql, test: Test, bind: Binder, clock: Clock) -> Sql:
    value = sql.SQL('({} COLLATE "C")').format(expression)
    if test.operator == "anniversary":
        days = bind(days_of_year(test, clock))
        return sql.SQL("substr({}, 6, 5) = ANY({})").format(value, days)
    span = span_of(test, clock)
    assert isinstance(span, Span)
    low = span.low.isoformat() if span.low else None
    high = span.high.isoformat() if span.high else None
    return _between(value, low, high, bind, empty=sql.SQL("{} <> ''").format(value))


def _moment(expression: Sql, test: Test, bind: Binder, clock: Clock) -> Sql:
    if test.operator == "anniversary":
        local = sql.SQL("to_char({} AT TIME ZONE {}, 'MM-DD') = ANY({})")
        days = bind(days_of_year(test, clock))
        return local.format(expression, bind(clock.zone.key), days)
    return within(expression, span_of(test, clock), bind=bind, clock=clock)


def _moment_in_text(expression: Sql, test: Test, bind: Binder, clock: Clock) -> Sql:
    """A value without an offset is the organisation's own time."""
    cast = sql.SQL(
        "CASE WHEN {0} !~ '^[0-9]{{4}}-' OR NOT pg_input_is_valid({0}, 'timestamptz') THEN NULL"
        " WHEN {0} ~ 'T.*(Z|[+-][0-9:]{{2,}})$' THEN ({0})::timestamptz"
        " ELSE ({0})::timestamp AT TIME ZONE {1} END"
    ).format(expression, bind(clock.zone.key))
    return _moment(sql.SQL("({})").format(cast), test, bind, clock)


def _choices(expression: Sql, test: Test, bind: Binder, clock: Clock) -> Sql:
    assert isinstance(test.value, tuple)
    sign = sql.SQL("?|" if test.operator == "any_of" else "?&")
    chosen = sql.SQL("CASE WHEN pg_input_is_valid({0}, 'jsonb') THEN ({0})::jsonb END").format(
        expression
    )
    return sql.SQL("({}) {} {}").format(chosen, sign, bind(list(test.value)))


def _bounds(span: Span | Hour, clock: Clock) -> tuple[dt.datetime | None, dt.datetime | None]:
    if isinstance(span, Hour):
        return span.low, span.high
    return (
        clock.start_of(span.low) if span.low else None,
        clock.start_of(span.high) if span.high else None,
    )


def _between(
    expression: Sql, low: object, high: object, bind: Binder, *, empty: Sql | None = None
) -> Sql:
    """Return low <= expression < high; open ends are left out."""
    parts: list[Sql] = []
    if low is not None:
        parts.append(sql.SQL("{} >= {}").format(expression, bind(low)))
    elif empty is not None:
        parts.append(empty)  # '' sorts before every day
    if high is not None:
        parts.append(sql.SQL("{} < {}").format(expression, bind(high)))
    return sql.SQL("({})").format(sql.SQL(" AND ").join(parts or [TRUE]))


_COMPARERS: dict[Stored, Callable[[Sql, Test, Binder, Clock], Sql]] = {
    Stored.TEXT: _text,
    Stored.EXACT: _exact,
    Stored.DIGITS: _digits,
    Stored.NUMBER: _number,
    Stored.NUMBER_IN_TEXT: _number_in_text,
    Stored.DAY_IN_TEXT: _day_in_text,
    Stored.MOMENT: _moment,
    Stored.MOMENT_IN_TEXT: _moment_in_text,
    Stored.CHOICES: _choices,
}
