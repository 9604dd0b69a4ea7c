"""Stored JSON becomes a typed tree, or a list of problems that each name their place.

A path reads like the JSON itself: ``all[1].value``.  All problems are found in one go, so that a
page or a program need not mend them one by one.
"""

import re
from collections.abc import Callable
from typing import Any

from sanderling.lib.errors import Invalid
from sanderling.segments import values
from sanderling.segments.catalogue import (
    ACTIVITIES,
    AGGREGATES,
    CHANNELS,
    ORDER_STATUSES,
    Catalogue,
)
from sanderling.segments.kinds import OPERATORS, Kind
from sanderling.segments.nodes import (
    ActivityWas,
    ColumnTest,
    Condition,
    ContactField,
    EventOccurred,
    Group,
    InList,
    InSegment,
    OrdersAre,
    Parameter,
    RowCondition,
    RowGroup,
    SourceRows,
    Test,
)

DEEPEST = 12  # groups in groups; each is a level of brackets in SQL and of boxes on the page
MOST_LEAVES = 300
MOST_DAYS = 36_525  # a century


class BadCondition(Invalid):
    """The condition cannot be used as it is."""

    code = "bad_condition"


class _Problem(Exception):
    """One place is wrong; caught where the tree can go on."""

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        self.message = message
        super().__init__(message)


def parse(document: Any, catalogue: Catalogue) -> Condition:
    """Return the tree of a condition; raise BadCondition with every problem by its path."""
    parser = _Parser(catalogue)
    condition = parser.condition(document, "", depth=0)
    if parser.leaves > MOST_LEAVES:
        parser.note("", f"A segment may hold {MOST_LEAVES} conditions, not {parser.leaves}.")
    if parser.problems or condition is None:
        raise BadCondition(problems=parser.problems)
    return condition


class _Parser:
    """Walks the JSON once, noting problems by path."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.problems: dict[str, list[str]] = {}
        self.leaves = 0

    def note(self, path: str, message: str) -> None:
        self.problems.setdefault(path, []).append(message)

    def condition(self, document: Any, path: str, *, depth: int) -> Condition | None:
        try:
            return self._condition(document, path, depth)
        except _Problem as problem:
            self.note(problem.path, problem.message)
        except values.BadValue as problem:
            self.note(_join(path, problem.place), problem.message)
        return None

    def _condition(self, document: Any, path: str, depth: int) -> Condition | None:
        members = _object(document, path)
        for name in ("all", "any", "none"):
            if name in members:
                return self._group(members, name, path, depth)
        self.leaves += 1
        for name, parser in self._leaf_parsers().items():
            if name in members:
                return parser(members, path)
        raise _Problem(
            path,
            "Choose what the condition is about: a field, a list, a segment, activity, orders, "
            "an event or a data source.",
        )

    def _leaf_parsers(self) -> dict[str, Callable[[dict[str, Any], str], Condition]]:
        return {
            "field": self._field,
            "list": self._list,
            "segment": self._segment,
            "activity": self._activity,
            "source": self._source,
            "event": self._event,
            "orders": self._orders,
        }

    def _group(self, members: dict[str, Any], kind: Any, path: str, depth: int) -> Group:
        _only(members, {kind}, path)
        here = _join(path, kind)
        parts = _list_of(members[kind], here)
        if depth >= DEEPEST:
            raise _Problem(here, f"Groups may lie {DEEPEST} deep.")
        if not parts and kind != "all":
            raise _Problem(here, "Add at least one condition.")
        parsed = [
            self.condition(part, f"{here}[{n}]", depth=depth + 1) for n, part in enumerate(parts)
        ]
        return Group(kind, tuple(part for part in parsed if part is not None))

    def _field(self, members: dict[str, Any], path: str) -> Condition:
        _only(members, {"field", "operator", "value"}, path)
        name = members["field"]
        if not isinstance(name, str) or name not in self.catalogue.fields:
            raise _Problem(_join(path, "field"), f"There is no contact field {_shown(name)}.")
        return ContactField(name, _test(members, self.catalogue.fields[name].kind, path))

    def _list(self, members: dict[str, Any], path: str) -> Condition:
        _only(members, {"list", "operator"}, path)
        number = _known(members["list"], self.catalogue.lists, _join(path, "list"), "list")
        return _membership(members, InList(number), path)

    def _segment(self, members: dict[str, Any], path: str) -> Condition:
        _only(members, {"segment", "operator"}, path)
        number = _known(
            members["segment"], self.catalogue.segments, _join(path, "segment"), "segment"
        )
        return _membership(members, InSegment(number), path)

    def _activity(self, members: dict[str, Any], path: str) -> Condition:
        _only(members, {"activity", "channel", "operator", "days", "value"}, path)
        activity = _word(members, "activity", tuple(ACTIVITIES), path)
        channel = members.get("channel")
        if channel is not None:
            channel = _word(members, "channel", CHANNELS, path)
        operator = _word(
            members, "operator", ("within", "not_within", *OPERATORS[Kind.MOMENT]), path
        )
        if operator in ("within", "not_within"):
            leaf = ActivityWas(activity, channel, days=_days(members, path))
            return leaf if operator == "within" else Group("none", (leaf,))
        return ActivityWas(activity, channel, test=_test(members, Kind.MOMENT, path))

    def _event(self, members: dict[str, Any], path: str) -> Condition:
        _only(members, {"event", "operator", "days", "where", "times"}, path)
        key = values.text(members["event"], "event")
        operator = _word(members, "operator", ("occurred", "not_occurred"), path)
        leaf = EventOccurred(
            key, _days(members, path), self._parameters(members, path), _times(members, path)
        )
        return leaf if operator == "occurred" else Group("none", (leaf,))

    def _parameters(self, members: dict[str, Any], path: str) -> tuple[Parameter, ...]:
        found = []
        here = _join(path, "where")
        for n, part in enumerate(_list_of(members.get("where") or [], here)):
            place = f"{here}[{n}]"
            test = _object(part, place)
            _only(test, {"parameter", "operator", "value"}, place)
            try:
                name = values.text(test.get("parameter"), "parameter")
                numeric = test.get("operator") in OPERATORS[Kind.NUMBER]
                numeric = numeric and test.get("operator") not in OPERATORS[Kind.TEXT]
                kind = Kind.NUMBER if numeric else Kind.TEXT
                found.append(Parameter(name, _test(test, kind, place)))
            except values.BadValue as problem:
                self.note(_join(place, problem.place), problem.message)
        return tuple(found)

    def _orders(self, members: dict[str, Any], path: str) -> Condition:
        _only(members, {"orders", "operator", "value", "days", "status"}, path)
        aggregate = _word(members, "orders", tuple(AGGREGATES), path)
        statuses = _list_of(members.get("status") or [], _join(path, "status"))
        for status in statuses:
            if status not in ORDER_STATUSES:
                known = ", ".join(ORDER_STATUSES)
                raise _Problem(
                    _join(path, "status"), f"{_shown(status)} is not a status of orders: {known}."
                )
        return OrdersAre(
            aggregate,
            _test(members, AGGREGATES[aggregate].kind, path),
            _days(members, path),
            tuple(statuses),
        )

    def _source(self, members: dict[str, Any], path: str) -> Condition:
        _only(members, {"source", "where"}, path)
        number = _known(
            members["source"], self.catalogue.sources, _join(path, "source"), "data source"
        )
        columns = self.catalogue.sources[number].columns
        where = members.get("where") or {"all": []}
        return SourceRows(number, self._rows(where, columns, _join(path, "where"), depth=0))

    def _rows(self, document: Any, columns: Any, path: str, *, depth: int) -> RowCondition:
        members = _object(document, path)
        for kind in ("all", "any", "none"):
            if kind in members:
                return self._row_group(members, kind, columns, path, depth)
        self.leaves += 1
        _only(members, {"column", "operator", "value"}, path)
        name = members.get("column")
        if not isinstance(name, str) or name not in columns:
            raise _Problem(_join(path, "column"), f"The table has no column {_shown(name)}.")
        try:
            return ColumnTest(name, _test(members, columns[name], path))
        except values.BadValue as problem:
            raise _Problem(_join(path, problem.place), problem.message) from problem

    def _row_group(
        self, members: dict[str, Any], kind: Any, columns: Any, path: str, depth: int
    ) -> RowGroup:
        _only(members, {kind}, path)
        here = _join(path, kind)
        if depth >= DEEPEST:
            raise _Problem(here, f"Groups may lie {DEEPEST} deep.")
        parts = _list_of(members[kind], here)
        if not parts and kind != "all":
            raise _Problem(here, "Add at least one condition.")
        found: list[RowCondition] = []
        for n, part in enumerate(parts):
            try:
                found.append(self._rows(part, columns, f"{here}[{n}]", depth=depth + 1))
            except _Problem as problem:
                self.note(problem.path, problem.message)
        return RowGroup(kind, tuple(found))


def _test(members: dict[str, Any], kind: Kind, path: str) -> Test:
    operator = _word(members, "operator", tuple(OPERATORS[kind]), path)
    shape = OPERATORS[kind][operator]
    value = values.of_shape(shape, members.get("value"), moment=kind is Kind.MOMENT)
    return Test(kind, operator, value)


def _times(members: dict[str, Any], path: str) -> Test | None:
    if members.get("times") is None:
        return None
    here = _join(path, "times")
    try:
        return _test(_object(members["times"], here), Kind.NUMBER, here)
    except values.BadValue as problem:
        raise _Problem(_join(here, problem.place), problem.message) from problem


def _membership(members: dict[str, Any], leaf: InList | InSegment, path: str) -> Condition:
    operator = _word({"operator": "in", **members}, "operator", ("in", "not_in"), path)
    return leaf if operator == "in" else Group("none", (leaf,))


def _known(value: Any, known: Any, path: str, noun: str) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        value = int(value)  # a form of a page says "7"
    if isinstance(value, bool) or not isinstance(value, int) or value not in known:
        raise _Problem(path, f"There is no {noun} {_shown(value)}.")
    return value


def _days(members: dict[str, Any], path: str) -> int | None:
    days = members.get("days")
    if days is None or days == "":
        return None
    if isinstance(days, str) and re.fullmatch(r"[0-9]{1,5}", days):
        days = int(days)
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= MOST_DAYS:
        raise _Problem(
            _join(path, "days"), f"Give a whole number of days between 0 and {MOST_DAYS}."
        )
    return days


def _word(members: dict[str, Any], name: str, words: tuple[str, ...], path: str) -> Any:
    value = members.get(name)
    if value not in words:
        known = ", ".join(words)
        raise _Problem(_join(path, name), f"{_shown(value)} is not one of: {known}.")
    return value


def _object(document: Any, path: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise _Problem(path, f"Here must be an object, not {_shown(document)}.")
    return document


def _list_of(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise _Problem(path, f"Here must be a list, not {_shown(value)}.")
    return value


def _only(members: dict[str, Any], known: set[str], path: str) -> None:
    for name in members:
        if name not in known:
            raise _Problem(_join(path, name), f"{_shown(name)} has no meaning here.")


def _join(path: str, name: str) -> str:
    if not path or not name:
        return path or name
    return f"{path}.{name}"


def _shown(value: Any) -> str:
    """Return a value for a message: short, and never raw control characters."""
    if value is None:
        return "nothing"
    text = ascii(value) if not isinstance(value, str) or not value.isprintable() else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
