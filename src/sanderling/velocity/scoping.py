"""What `$foreach` and its kin are, and how `#break` and `#stop` leave what they leave.

A scope knows its place among scopes of the same name (`parent`, `topmost`), may carry values of its
own (`#set($foreach.total = 0)`), and can be broken out of by name. Only `$foreach` is on by
default.
"""

from __future__ import annotations

from .limits import Budget
from .methods import METHODS, PROPERTIES, Method
from .text.printing import PRINTERS, java_string


class Signal(Exception):
    """Leaving a body early; never an error."""


class Broken(Signal):
    """`#break`: leaves the nearest scope, or the one it names."""

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope


class Stopped(Signal):
    """`#stop`: leaves the message, keeping what is written."""


class Scope:
    """One pass through a directive, as templates see it."""

    __slots__ = ("column", "depth", "line", "name", "outermost", "parent", "replaced", "values")

    def __init__(self, name: str, replaced: object, line: int = 0, column: int = 0) -> None:
        self.name = name
        self.outermost = False
        self.parent: Scope | None = None
        if isinstance(replaced, Scope):
            # The scope of the message itself does not count as a parent.
            self.parent = None if replaced.outermost else replaced
            if replaced.outermost:
                replaced = replaced.replaced
        self.replaced: object = replaced
        self.depth: int = self.parent.depth + 1 if self.parent is not None else 1
        self.values: dict[object, object] = {}
        self.line = line
        self.column = column

    def __bool__(self) -> bool:
        """Like a map: true once a template has put something into it."""
        return bool(self.values)

    def property(self, name: str) -> object:
        """A value set by the template, else what the scope itself knows."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.parent
        if name == "parent":
            return self.parent
        if name == "topmost":
            return self.topmost()
        if name == "info":
            place = {"line": self.line, "column": self.column}
            return {"name": self.name, "depth": self.depth, **place}
        return self._replaced() if name == "replaced" else None

    def topmost(self) -> Scope:
        """The outermost scope of this name."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def _replaced(self) -> object:
        return self.topmost().replaced


class ForeachScope(Scope):
    """`$foreach`: where a loop is."""

    __slots__ = ("index", "size")

    def __init__(self, replaced: object, size: int, line: int = 0, column: int = 0) -> None:
        super().__init__("foreach", replaced, line, column)
        self.size = size
        self.index = 0

    def property(self, name: str) -> object:
        """`index`, `count`, `hasNext`, `first`, `last`, or what every scope has."""
        if name in self.values:
            return self.values[name]
        if name == "index":
            return self.index
        if name == "count":
            return self.index + 1
        if name == "hasNext":
            return self.index + 1 < self.size
        if name == "first":
            return self.index == 0
        if name == "last":
            return self.index + 1 >= self.size
        return super().property(name)


def _stop(budget: Budget, scope: Scope) -> object:
    raise Broken(scope)


def _getter(name: str) -> Method:
    return Method(lambda budget, scope: scope.property(name), frozenset({0}))


_SCOPE_METHODS = {
    "get": Method(lambda budget, scope, key: scope.property(key), frozenset({1})),
    "put": Method(lambda budget, scope, key, value: _put(scope, key, value), frozenset({2})),
    "stop": Method(_stop, frozenset({0})),
    "getParent": _getter("parent"),
    "getTopmost": _getter("topmost"),
}
_FOREACH_METHODS = {
    "hasNext": _getter("hasNext"),
    "isFirst": _getter("first"),
    "isLast": _getter("last"),
    "getIndex": _getter("index"),
    "getCount": _getter("count"),
}


def _put(scope: Scope, key: object, value: object) -> object:
    before = scope.values.get(key)
    scope.values[key] = value
    return before


METHODS[Scope] = _SCOPE_METHODS
METHODS[ForeachScope] = {**_SCOPE_METHODS, **_FOREACH_METHODS}
PROPERTIES[Scope] = {}
PROPERTIES[ForeachScope] = {}
PRINTERS[Scope] = PRINTERS[ForeachScope] = lambda scope, budget: java_string(
    scope.values,  # type: ignore[attr-defined]
    budget,
)
