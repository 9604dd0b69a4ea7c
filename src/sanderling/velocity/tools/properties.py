"""Reading a property by its name, as `$sorter.sort($list, "a.b:desc")` is told one."""

from __future__ import annotations

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods import PROPERTIES

_DEEPEST = 16


def property_of(budget: Budget, value: object, path: str) -> object:
    """The property at a dotted path: a map's key, else a property of the value's class; or null.

    Raises MethodFailed when a value on the way has no such property, or is null itself.
    """
    for name in path.split(".", _DEEPEST):
        if value.__class__ is dict:
            value = value.get(name)
        else:
            getter = PROPERTIES.get(value.__class__, {}).get(name)
            if getter is None:
                raise MethodFailed(f"there is no property {name[:40]!r}")
            value = getter(budget, value)
    return value
