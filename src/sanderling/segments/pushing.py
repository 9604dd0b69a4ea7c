"""Conditions on the customer's rows, in the words of the drivers.

What "this week" is, this room knows: relative days become days here, so that a segment means the
same on both sides; drivers only know days, and hours back from now.
"""

from sanderling.connectors.drivers import conditions as pushed
from sanderling.connectors.drivers.conditions import Operator
from sanderling.segments.calendars import Clock, Span, period_of, span_of
from sanderling.segments.nodes import Ago, ColumnTest, Period, RowCondition, RowGroup, Test

_SAME_WORD = frozenset(
    {
        "is", "is_not", "contains", "not_contains", "starts", "ends", "in", "not_in",
        "specified", "not_specified", "any_of", "all_of", "none_of", "between",
    }
)  # fmt: skip
_OTHER_WORD = {
    "=": Operator.IS,
    "!=": Operator.IS_NOT,
    ">": Operator.MORE,
    ">=": Operator.AT_LEAST,
    "<": Operator.LESS,
    "<=": Operator.AT_MOST,
    "on": Operator.IS,
    "before": Operator.LESS,
    "after": Operator.MORE,
}


EVERY_ROW = RowGroup("all", ())


def pushed_down(where: RowCondition, clock: Clock) -> pushed.Condition:
    """Return a condition on rows as drivers read it."""
    if isinstance(where, ColumnTest):
        return _comparing(where.column, where.test, clock)
    parts = tuple(pushed_down(part, clock) for part in where.parts)
    match where.kind:
        case "all":
            return pushed.AllOf(parts)
        case "any":
            return pushed.AnyOf(parts)
    return pushed.NoneOf(parts)


def calendar_of(clock: Clock) -> pushed.Calendar:
    """Return the drivers' view of a clock."""
    return pushed.Calendar(now=clock.now, zone=clock.zone)


def _comparing(column: str, test: Test, clock: Clock) -> pushed.Comparing:
    if test.operator == "anniversary":
        assert isinstance(test.value, Period)
        days = _days(period_of(test.value, clock.today))
        return pushed.Comparing(column, Operator.ANY_YEAR, days)
    if isinstance(test.value, Ago) and test.value.unit == "hours":
        return pushed.Comparing(column, Operator.AGO, (test.value.n, "hours"))
    if isinstance(test.value, Ago | Period):
        span = span_of(test, clock)
        assert isinstance(span, Span)
        return pushed.Comparing(column, Operator.DURING, _days(span))
    if test.operator in _SAME_WORD:
        return pushed.Comparing(column, Operator(test.operator), _plain(test))
    return pushed.Comparing(column, _OTHER_WORD[test.operator], _plain(test))


def _days(span: Span) -> pushed.Period:
    assert span.low is not None
    assert span.high is not None
    return pushed.Period(span.low, span.last)


def _plain(test: Test) -> object:
    return list(test.value) if isinstance(test.value, tuple) else test.value
