"""Conditions over the columns of one external table, as a small typed tree.

They are pushed down to the customer's database; each kind of database has its own printer.
A condition that does not fit its column is refused when it is printed, by the column's name.

Of empty values: a negative condition also takes rows without a value, and an empty text counts
as not specified.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from typing import Any

from sanderling.connectors.drivers.tables import Kind
from sanderling.lib.errors import Invalid


class Operator(StrEnum):
    """What can be asked of a column."""

    SPECIFIED = "specified"
    NOT_SPECIFIED = "not_specified"
    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    # text
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS = "starts"
    ENDS = "ends"
    # numbers and dates (MORE = after, LESS = before)
    MORE = "more"
    AT_LEAST = "at_least"
    LESS = "less"
    AT_MOST = "at_most"
    BETWEEN = "between"
    # dates: the value is a Period, (number, unit) or a Period again
    DURING = "during"
    AGO = "ago"
    ANY_YEAR = "any_year"
    # lists
    ANY_OF = "any_of"
    ALL_OF = "all_of"
    NONE_OF = "none_of"


ALWAYS = frozenset({Operator.SPECIFIED, Operator.NOT_SPECIFIED})
ALIKE = frozenset({Operator.IS, Operator.IS_NOT})
EQUAL = ALIKE | {Operator.IN, Operator.NOT_IN}
PARTIAL = frozenset({Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.STARTS, Operator.ENDS})
ORDERED = frozenset(
    {Operator.MORE, Operator.AT_LEAST, Operator.LESS, Operator.AT_MOST, Operator.BETWEEN}
)
DATED = ALIKE | ORDERED | {Operator.DURING, Operator.AGO, Operator.ANY_YEAR}

OPERATORS: dict[Kind, frozenset[Operator]] = {
    Kind.TEXT: ALWAYS | EQUAL | PARTIAL,
    Kind.NUMBER: ALWAYS | EQUAL | ORDERED,
    Kind.DATE: ALWAYS | DATED,
    Kind.TIMESTAMP: ALWAYS | DATED,
    Kind.BOOLEAN: ALWAYS | ALIKE,
    Kind.LIST: ALWAYS | {Operator.ANY_OF, Operator.ALL_OF, Operator.NONE_OF},
    Kind.JSON: ALWAYS,
    Kind.OTHER: ALWAYS | EQUAL,
}


@dataclass(frozen=True)
class Period:
    """Days from ``first`` to ``last``, both included; the caller knows what "this week" is."""

    first: date
    last: date


@dataclass(frozen=True)
class Comparing:
    """One column compared with a value."""

    column: str
    operator: Operator
    value: Any = None


@dataclass(frozen=True)
class AllOf:
    """Every part holds; without parts it always does."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    """Some part holds; without parts none does."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class NoneOf:
    """No part holds."""

    parts: tuple["Condition", ...]


Condition = Comparing | AllOf | AnyOf | NoneOf


@dataclass(frozen=True)
class Calendar:
    """What "now" is, and in which time zone days begin."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: tzinfo = UTC


class WrongCondition(Invalid):
    """The condition does not fit the column."""

    code = "wrong_condition"
