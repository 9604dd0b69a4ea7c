"""What a value can be asked: kinds of values and their operators, the one table of both.

The parser, the compiler, the words and the builder page all read it, so a new operator is one
line here, one branch in ``comparing`` and one sentence in ``describing``.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What sort of value a field, a column or an aggregate holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"  # a day
    MOMENT = "moment"  # a day and a time; compared by the day in the organisation's zone
    CHOICES = "choices"  # several of a list: a check-box field
    FLAG = "flag"  # true or false; only in the customer's tables
    OPAQUE = "opaque"  # anything else; only there or not there


class Shape(StrEnum):
    """What an operator wants as its value."""

    NOTHING = "nothing"
    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    NUMBERS = "numbers"  # a pair, both ends included
    DAY = "day"
    DAYS = "days"  # a pair, both ends included
    PERIOD = "period"  # today, this_week, last_30_days …
    AGO = "ago"  # {"n": 30, "unit": "days"}
    RETURN = "return"  # of a day in any year: today, next_week, in_7_days …
    FLAG = "flag"


_PRESENCE = {"specified": Shape.NOTHING, "not_specified": Shape.NOTHING}
_DATE = {
    "on": Shape.DAY,
    "before": Shape.DAY,
    "after": Shape.DAY,
    "between": Shape.DAYS,
    "during": Shape.PERIOD,
    "ago": Shape.AGO,
    "anniversary": Shape.RETURN,
    **_PRESENCE,
}

OPERATORS: dict[Kind, dict[str, Shape]] = {
    Kind.TEXT: {
        "is": Shape.TEXT,
        "is_not": Shape.TEXT,
        "contains": Shape.TEXT,
        "not_contains": Shape.TEXT,
        "starts": Shape.TEXT,
        "ends": Shape.TEXT,
        "in": Shape.TEXTS,
        "not_in": Shape.TEXTS,
        **_PRESENCE,
    },
    Kind.NUMBER: {
        **dict.fromkeys(("=", "!=", ">", ">=", "<", "<="), Shape.NUMBER),
        "between": Shape.NUMBERS,
        **_PRESENCE,
    },
    Kind.DATE: _DATE,
    Kind.MOMENT: _DATE,
    Kind.CHOICES: {
        "any_of": Shape.TEXTS,
        "all_of": Shape.TEXTS,
        "none_of": Shape.TEXTS,
        **_PRESENCE,
    },
    Kind.FLAG: {"is": Shape.FLAG, **_PRESENCE},
    Kind.OPAQUE: _PRESENCE,
}

# A negative operator is the complement of a positive one: it also matches who has no value.
COMPLEMENTS = {
    "is_not": "is",
    "not_contains": "contains",
    "not_in": "in",
    "!=": "=",
    "none_of": "any_of",
    "not_specified": "specified",
}

UNITS = ("hours", "days", "weeks", "months", "years")
PERIODS = (
    "today", "yesterday", "tomorrow",
    "this_week", "last_week", "next_week",
    "this_month", "last_month", "next_month",
    "this_year", "last_year", "next_year",
)  # fmt: skip
COUNTED_PERIODS = ("last_{n}_days", "next_{n}_days")
RETURNS = (*PERIODS[:9], "in_{n}_days", "{n}_days_ago")
