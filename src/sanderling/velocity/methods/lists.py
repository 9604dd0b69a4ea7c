"""`java.util.ArrayList` over Python's list, and what of it a range can answer.

Mutators change the list they are given: the runtime hands over a copy that belongs to the render.
Split results and arrays are lists too, as Velocity 2.x lets arrays answer list methods.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cmp_to_key
from typing import NoReturn, cast

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import to_int, to_ints
from sanderling.velocity.methods.equality import (
    java_compare,
    java_equals,
    position_of,
)
from sanderling.velocity.methods.hashing import java_hash
from sanderling.velocity.methods.method import Method, Table, Unmatched, charge_elements, method
from sanderling.velocity.text import java_string
from sanderling.velocity.values import COLLECTIONS, Cursor

VOID = ""
"""What a void method gives: it prints nothing, where null would print its source."""


def to_collection(value: object) -> Collection[object]:
    """The argument as a Java `Collection` that must not be null."""
    if value.__class__ in COLLECTIONS:
        return cast("Collection[object]", value)
    if value is None:
        raise MethodFailed("a list was expected, and the value is null")
    raise Unmatched


def sort_by_nature(elements: Collection[object], budget: Budget) -> list[object]:
    """A sorted copy by `compareTo`; raises MethodFailed when the elements have no common order."""
    copy = copied(budget, elements)
    charge_sorting(budget, len(copy))
    return sorted(copy, key=cmp_to_key(java_compare))


def charge_sorting(budget: Budget, count: int) -> None:
    """Pay for the comparisons that sorting so many elements takes."""
    charge_elements(budget, count * count.bit_length())


def check_growth(budget: Budget, value: Collection[object]) -> None:
    """Refuse one more element when there are too many; only the one is paid for."""
    budget.charge_work(1)
    if len(value) >= budget.limits.collection:
        budget.check_collection(len(value) + 1)


def copied(budget: Budget, value: Collection[object]) -> list[object]:
    """`toArray()`: a list of its own, refused before it is made when it would be too large."""
    budget.check_collection(len(value))
    return list(value)


def contains(budget: Budget, value: Collection[object], wanted: object) -> bool:
    """`contains(Object)` by Java's equals."""
    return position_of(value, wanted, budget) >= 0


def contains_all(budget: Budget, value: Collection[object], wanted: object) -> bool:
    """`containsAll(Collection)`."""
    elements = copied(budget, to_collection(wanted))
    return all(contains(budget, value, element) for element in elements)


def _get(budget: Budget, value: Sequence[object], index: object) -> object:
    return value[_checked(to_int(index), len(value))]


def _checked(index: int, size: int) -> int:
    if 0 <= index < size:
        return index
    raise MethodFailed(f"there is no element {index} in a list of {size}")


def _last_index_of(budget: Budget, value: Sequence[object], wanted: object) -> int:
    if value.__class__ is range:
        return position_of(value, wanted, budget)
    charge_elements(budget, len(value))
    for index in range(len(value) - 1, -1, -1):
        if java_equals(value[index], wanted, budget):
            return index
    return -1


def _sub_list(budget: Budget, value: Sequence[object], start: object, end: object) -> object:
    first, last = to_ints(start, end)
    if not 0 <= first <= last <= len(value):
        raise MethodFailed(f"elements {first} to {last} of a list of {len(value)}")
    budget.charge_work(last - first)
    return value[first:last]


def _cursor(budget: Budget, value: Collection[object]) -> Cursor:
    return Cursor(copied(budget, value))


def _add(budget: Budget, value: list[object], *arguments: object) -> object:
    check_growth(budget, value)
    if len(arguments) == 1:
        value.append(arguments[0])
        return True
    value.insert(_insertion_point(budget, value, arguments[0]), arguments[1])
    return VOID


def _add_all(budget: Budget, value: list[object], *arguments: object) -> object:
    added = copied(budget, to_collection(arguments[-1]))
    budget.check_collection(len(value) + len(added))
    place = len(value)
    if len(arguments) == 2:
        place = _insertion_point(budget, value, arguments[0])
    value[place:place] = added
    return bool(added)


def _insertion_point(budget: Budget, value: list[object], index: object) -> int:
    budget.charge_work(len(value))
    return _checked(to_int(index), len(value) + 1)


def _set(budget: Budget, value: list[object], index: object, element: object) -> object:
    place = _checked(to_int(index), len(value))
    former, value[place] = value[place], element
    return former


def _remove(budget: Budget, value: list[object], wanted: object) -> object:
    budget.charge_work(len(value))
    if wanted.__class__ is int:
        return value.pop(_checked(to_int(wanted), len(value)))
    place = position_of(value, wanted, budget)
    if place >= 0:
        del value[place]
    return place >= 0


def _remove_all(budget: Budget, value: list[object], wanted: object) -> bool:
    return _keep(budget, value, to_collection(wanted), present=False)


def _retain_all(budget: Budget, value: list[object], wanted: object) -> bool:
    return _keep(budget, value, to_collection(wanted), present=True)


def _keep(budget: Budget, value: list[object], named: Collection[object], *, present: bool) -> bool:
    budget.charge_work(len(value) * (1 + len(named)))
    kept = [element for element in value if contains(budget, named, element) is present]
    changed = len(kept) < len(value)
    value[:] = kept
    return changed


def _clear(budget: Budget, value: list[object]) -> str:
    value.clear()
    return VOID


def _sort(budget: Budget, value: list[object], comparator: object) -> str:
    if comparator is not None:
        raise Unmatched
    value[:] = sort_by_nature(value, budget)
    return VOID


COLLECTION_METHODS: Table = {
    "size": method(lambda budget, value: len(value)),
    "isEmpty": method(lambda budget, value: not len(value)),
    "contains": method(contains, 1),
    "containsAll": method(contains_all, 1),
    "iterator": method(_cursor),
    "toArray": method(copied),
    "toString": method(lambda budget, value: java_string(value, budget)),
    "equals": method(lambda budget, value, other: java_equals(value, other, budget), 1),
    "hashCode": method(lambda budget, value: java_hash(value, budget)),
}

SEQUENCE_METHODS: Table = COLLECTION_METHODS | {
    "get": method(_get, 1),
    "indexOf": method(lambda budget, value, wanted: position_of(value, wanted, budget), 1),
    "lastIndexOf": method(_last_index_of, 1),
    "subList": method(_sub_list, 2),
    "listIterator": method(_cursor),
    "clone": method(copied),
}

LIST_MUTATORS: Table = {
    "add": method(_add, 1, 2),
    "addAll": method(_add_all, 1, 2),
    "set": method(_set, 2),
    "remove": method(_remove, 1),
    "removeAll": method(_remove_all, 1),
    "retainAll": method(_retain_all, 1),
    "clear": method(_clear),
    "sort": method(_sort, 1),
}

LIST_METHODS: Table = SEQUENCE_METHODS | LIST_MUTATORS


def _unchangeable(budget: Budget, value: range, *arguments: object) -> NoReturn:
    raise MethodFailed("a range cannot be changed")


RANGE_METHODS: Table = SEQUENCE_METHODS | {
    name: Method(_unchangeable, row.arities) for name, row in LIST_MUTATORS.items()
}
