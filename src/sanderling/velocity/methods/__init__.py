"""What a template may call on a value: tables keyed by the value's exact class, and nothing else.

There is no attribute access anywhere behind these tables: a name that is not in the table of a
value's class is null. A class that is not in METHODS has no methods.

`METHODS[cls][name](budget, value, *arguments)` answers a call, `PROPERTIES[cls][name](budget,
value)` a property. Velocity 2.x lets `$x.name` mean `getName()`, `isName()` or `name()`, so the
properties follow from the methods without arguments; maps have none, their properties are keys.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.dates import DATE_METHODS
from sanderling.velocity.methods.decimals import DECIMAL_METHODS
from sanderling.velocity.methods.equality import java_compare, java_equals
from sanderling.velocity.methods.lists import LIST_METHODS, LIST_MUTATORS, RANGE_METHODS
from sanderling.velocity.methods.maps import (
    CURSOR_METHODS,
    ENTRY_METHODS,
    MAP_METHODS,
    MAP_MUTATORS,
    VIEW_METHODS,
)
from sanderling.velocity.methods.method import Method, Table
from sanderling.velocity.methods.numbers import (
    BOOLEAN_CONSTANTS,
    BOOLEAN_METHODS,
    DOUBLE_CONSTANTS,
    DOUBLE_METHODS,
    INT_CONSTANTS,
    INT_METHODS,
)
from sanderling.velocity.methods.patterns import PATTERN_METHODS
from sanderling.velocity.methods.strings import STRING_METHODS
from sanderling.velocity.values import Cursor, Entry

__all__ = [
    "METHODS",
    "MUTATORS",
    "PROPERTIES",
    "Method",
    "Property",
    "constant",
    "java_compare",
    "java_equals",
    "properties_of",
]

Property = Callable[[Budget, object], object]


def properties_of(table: Table) -> dict[str, Property]:
    """The properties that a table of methods gives: `getName()` and `isName()` before `name()`."""
    found: dict[str, Property] = {}
    for name, row in table.items():
        if 0 in row.arities:
            found.setdefault(name, row)
    for name, row in table.items():
        for prefix in ("get", "is"):
            if 0 in row.arities and name.startswith(prefix) and name != prefix:
                bare = name[len(prefix) :]
                found[bare] = found[bare[0].lower() + bare[1:]] = row
    return found


METHODS: dict[type, dict[str, Method]] = {
    str: STRING_METHODS | PATTERN_METHODS,
    list: LIST_METHODS,
    range: RANGE_METHODS,
    dict: MAP_METHODS,
    Entry: ENTRY_METHODS,
    Cursor: CURSOR_METHODS,
    int: INT_METHODS,
    float: DOUBLE_METHODS,
    Decimal: DECIMAL_METHODS,
    bool: BOOLEAN_METHODS,
    datetime: DATE_METHODS,
    date: DATE_METHODS,
    **VIEW_METHODS,
}

MUTATORS: dict[type, frozenset[str]] = {
    list: frozenset(LIST_MUTATORS),
    dict: frozenset(MAP_MUTATORS),
}
"""Methods that change their value; the runtime copies a shared value before it calls one."""

PROPERTIES: dict[type, dict[str, Property]] = {
    kind: properties_of(table) for kind, table in METHODS.items() if kind is not dict
}


def constant(value: object) -> Property:
    """A property that is the same for all values of its class, as Java's public constants."""
    return lambda budget, owner: value


for _kind, _constants in (
    (int, INT_CONSTANTS),
    (float, DOUBLE_CONSTANTS),
    (bool, BOOLEAN_CONSTANTS),
):
    PROPERTIES[_kind] |= {name: constant(value) for name, value in _constants.items()}
