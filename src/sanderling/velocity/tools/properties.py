"""Reading a property by its name, as `$sorter.sort($list, "a.b:desc")` is told one."""

from __future__ import annotations

from sanderling.velocity.limits import Budget
from sanderling.velocity.methods import PROPERTIES

_DEEPEST = 16


def property_of(budget: Budget, value: object, path: str) -> object:
    """The property at a dotted path: a map's key, else a property of the value's class; or null."""
    for name in path.split(".", _DEEPEST):
        if value.__class__ is dict:
            value = value.get(name)
        else:
            getter = PROPERTIES.get(value.__class__, {}).get(name)
            value = getter(budget, value) if getter else None
        if value is None:
            return None
    return value
