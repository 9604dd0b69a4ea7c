"""A tree back to JSON, in one spelling: what forms and programs send as text becomes typed.

Stored conditions are always written by this, so that "7" and 7, or a lone leaf and a leaf with
blanks around it, do not live on as different segments.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from sanderling.segments.nodes import (
    ActivityWas,
    Ago,
    ColumnTest,
    Condition,
    ContactField,
    EventOccurred,
    Group,
    InList,
    InSegment,
    OrdersAre,
    Period,
    RowCondition,
    SourceRows,
    Test,
    Value,
)

NEGATIONS = {"in": "not_in", "within": "not_within", "occurred": "not_occurred"}


def written(condition: Condition) -> dict[str, Any]:
    """Return the JSON of a parsed condition."""
    match condition:
        case Group("none", (InList() | InSegment() | EventOccurred() | ActivityWas() as leaf,)):
            return _negated(written(leaf))
        case Group(kind, parts):
            return {kind: [written(part) for part in parts]}
        case ContactField(name, test):
            return {"field": name, **_test(test)}
        case InList(list_id):
            return {"list": list_id, "operator": "in"}
        case InSegment(segment_id):
            return {"segment": segment_id, "operator": "in"}
        case ActivityWas():
            return _activity(condition)
        case EventOccurred():
            return _event(condition)
        case OrdersAre(aggregate, test, days, statuses):
            status = {"status": list(statuses)} if statuses else {}
            return {"orders": aggregate, **_test(test), **_days(days), **status}
        case SourceRows(source_id, where):
            return {"source": source_id, "where": _rows(where)}
    raise AssertionError(f"no JSON for {condition}")


def _negated(leaf: dict[str, Any]) -> dict[str, Any]:
    """Use the negative operator where there is one."""
    if leaf["operator"] in NEGATIONS:
        return {**leaf, "operator": NEGATIONS[leaf["operator"]]}
    return {"none": [leaf]}


def _activity(leaf: ActivityWas) -> dict[str, Any]:
    named: dict[str, Any] = {"activity": leaf.activity, "channel": leaf.channel}
    if leaf.test is not None:
        return {**named, **_test(leaf.test)}
    return {**named, "operator": "within", **_days(leaf.days)}


def _event(leaf: EventOccurred) -> dict[str, Any]:
    document = {"event": leaf.type_key, "operator": "occurred", **_days(leaf.days)}
    if leaf.where:
        document["where"] = [{"parameter": one.name, **_test(one.test)} for one in leaf.where]
    if leaf.times is not None:
        document["times"] = _test(leaf.times)
    return document


def _rows(where: RowCondition) -> dict[str, Any]:
    if isinstance(where, ColumnTest):
        return {"column": where.column, **_test(where.test)}
    return {where.kind: [_rows(part) for part in where.parts]}


def _test(test: Test) -> dict[str, Any]:
    value = {} if test.value is None else {"value": _value(test.value)}
    return {"operator": test.operator, **value}


def _days(days: int | None) -> dict[str, Any]:
    return {} if days is None else {"days": days}


def _value(value: Value) -> Any:
    match value:
        case Decimal():
            whole = value == value.to_integral_value() and abs(value) < 2**53
            return int(value) if whole else str(value)
        case dt.date():
            return value.isoformat()
        case Period(name, n):
            return name.replace("{n}", str(n))
        case Ago(n, unit):
            return {"n": n, "unit": unit}
        case tuple():
            return [_value(part) for part in value]
    return value
