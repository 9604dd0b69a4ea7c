"""`$sorter` and `$collection`: sorted copies, by nature or by properties.

`$sorter.sort($products, 'price:desc')`, `$sorter.sort($people, ['city', 'name'])`. Texts compare
without regard to case when sorted by property. What cannot be compared (a text with a number, a
missing value with a present one) makes the answer null, as in the original.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import cast

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import to_text
from sanderling.velocity.methods.equality import folded, java_compare
from sanderling.velocity.methods.lists import charge_sorting, copied, sort_by_nature
from sanderling.velocity.methods.method import Table, charge_elements, method
from sanderling.velocity.text import java_string
from sanderling.velocity.tools.properties import property_of
from sanderling.velocity.values import COLLECTIONS, elements_of

Row = tuple[list[object], object]


class SortTool:
    """`$sorter`."""

    __slots__ = ()


class CollectionTool:
    """`$collection`: sorts too, and splits a text at its commas."""

    __slots__ = ()


def _sort(budget: Budget, tool: object, value: object, *properties: object) -> object:
    elements = elements_of(value)
    if elements is None:
        return None
    copy = copied(budget, cast("list[object]", elements))
    try:
        if not properties or properties[0] is None:
            return sort_by_nature(copy, budget)
        return _by_properties(budget, copy, _named(budget, properties[0]))
    except MethodFailed:
        return None


def _named(budget: Budget, value: object) -> list[str]:
    if value.__class__ not in COLLECTIONS:
        return [to_text(value, budget)]
    return [to_text(each, budget) for each in copied(budget, cast("list[object]", value))[:16]]


def _by_properties(budget: Budget, elements: list[object], names: list[str]) -> list[object]:
    paths = [name.partition(":")[0] for name in names]
    downwards = [name.partition(":")[2].lower() == "desc" for name in names]
    charge_elements(budget, 4 * len(elements) * len(names))
    charge_sorting(budget, 2 * len(elements))
    rows = [
        ([_sortable(property_of(budget, element, path)) for path in paths], element)
        for element in elements
    ]
    return [row[1] for row in sorted(rows, key=cmp_to_key(_comparing(downwards)))]


def _sortable(value: object) -> object:
    return folded(value) if isinstance(value, str) else value


def _comparing(downwards: list[bool]) -> Callable[[Row, Row], int]:
    def compare(left: Row, right: Row) -> int:
        for one, other, down in zip(left[0], right[0], downwards, strict=True):
            if one is None and other is None:
                continue
            order = java_compare(one, other)
            if order:
                return -order if down else order
        return 0

    return compare


def _split(budget: Budget, tool: object, value: object) -> object:
    return None if value is None else split_at_commas(java_string(value, budget), budget)


def split_at_commas(text: str, budget: Budget) -> list[str]:
    """The parts of `a, b,c` without blanks around them; empty ones at the end are dropped."""
    budget.check_collection(1 + text.count(","))
    parts = text.split(",")
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return [part.strip() for part in parts] if parts != [""] or not text else []


SORTER_METHODS: Table = {"sort": method(_sort, 1, 2)}

COLLECTION_TOOL_METHODS: Table = SORTER_METHODS | {"split": method(_split, 1)}
