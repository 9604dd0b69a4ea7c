"""`$alternator`: values that take turns, for striped rows.

`#set($color = $alternator.auto('red', 'blue'))`: every printing of `$color` is the next one. A
manual one moves on when `$color.next` or `$color.shift()` is called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.method import MANY, Table, method
from sanderling.velocity.text import java_string
from sanderling.velocity.values import COLLECTIONS


class AlternatorTool:
    """`$alternator`."""

    __slots__ = ()


class Alternator:
    """Values in turn; made by a template, so its place belongs to one render."""

    __slots__ = ("auto", "index", "values")

    def __init__(self, values: Sequence[object], *, auto: bool) -> None:
        self.values = values
        self.auto = auto
        self.index = 0

    def current(self) -> object:
        """The value whose turn it is."""
        return self.values[self.index]

    def shift(self) -> None:
        """Give the turn to the next value, after the last to the first."""
        self.index = (self.index + 1) % len(self.values)

    def next(self) -> object:
        """The value whose turn it is; then the next one's begins."""
        value = self.current()
        self.shift()
        return value


def _making(auto: bool | None) -> Callable[..., object]:
    def make(budget: Budget, tool: AlternatorTool, *values: object) -> object:
        turns = auto if auto is not None else True
        if auto is None and len(values) > 1 and values[0].__class__ is bool:
            turns, values = bool(values[0]), values[1:]
        if len(values) == 1 and values[0].__class__ in COLLECTIONS:
            elements = cast("list[object]", values[0])
            budget.check_collection(len(elements))
            values = tuple(elements)
        return Alternator(values, auto=turns) if values else None

    return make


def _shift(budget: Budget, value: Alternator) -> str:
    value.shift()
    return ""


def alternator_text(value: object, budget: Budget) -> str:
    """An automatic alternator moves on when it is printed."""
    assert isinstance(value, Alternator)
    return java_string(value.next() if value.auto else value.current(), budget)


ALTERNATOR_TOOL_METHODS: Table = {
    "make": method(_making(None), MANY[1:]),
    "auto": method(_making(True), MANY[1:]),
    "manual": method(_making(False), MANY[1:]),
    "getAutoAlternateDefault": method(lambda budget, tool: True),
}

ALTERNATOR_METHODS: Table = {
    "getCurrent": method(lambda budget, value: value.current()),
    "getNext": method(lambda budget, value: value.next()),
    "shift": method(_shift),
    "isAuto": method(lambda budget, value: value.auto),
    "toString": method(lambda budget, value: alternator_text(value, budget)),
}
