"""Java's `equals` and `compareTo`, for whole values however deep.

1 equals neither 1.0 nor true; a list equals a list element by element; NaN equals NaN. Lists that
share their parts can be exponentially large to compare, so every step is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Sized
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.method import charge_elements
from sanderling.velocity.text import utf16
from sanderling.velocity.values import SEQUENCES, Entry, EntrySet, KeySet

_DEEPEST = 100
_NESTED = 20


def java_equals(left: object, right: object, budget: Budget) -> bool:
    """`left.equals(right)`; two nulls are equal.

    Raises MethodFailed for values that contain themselves, BudgetExceeded when it takes too long.
    """
    return _equal(left, right, budget, 0)


def position_of(elements: Collection[object], wanted: object, budget: Budget) -> int:
    """The index of the first element that equals the wanted one, or -1."""
    if elements.__class__ is range:
        found = wanted.__class__ is int and wanted in elements
        return elements.index(cast(int, wanted)) if found else -1
    charge_elements(budget, len(elements))
    for index, element in enumerate(elements):
        if _equal(element, wanted, budget, 0):
            return index
    return -1


def java_compare(left: object, right: object) -> int:
    """`left.compareTo(right)`: negative, 0 or positive.

    Strings by their characters' codes. Unlike Java, whole numbers and fractions are comparable with
    each other, since JSON does not tell 200 from 200.0. Raises MethodFailed for all other pairs.
    """
    if _is_number(left) and _is_number(right):
        return _order(left, right)
    if left.__class__ is not right.__class__:
        raise MethodFailed("values of different kinds cannot be compared")
    if left.__class__ is str or left.__class__ is bool:
        return _order(left, right)
    if left.__class__ is datetime:
        return _order(moment(left).timestamp(), moment(cast(datetime, right)).timestamp())
    raise MethodFailed("these values have no order")


def compare_text(left: str, right: str) -> int:
    """`String.compareTo`: the difference of the first units that differ, else of the lengths."""
    if left == right:
        return 0
    first, second = utf16.units(left), utf16.units(right)
    for one, other in zip(first, second, strict=False):
        if one != other:
            return one - other
    return len(first) - len(second)


def folded(text: str) -> str:
    """Text for Java's `...IgnoreCase`: upper case, then lower, one character at a time."""
    return text.lower() if text.isascii() else "".join(map(_fold, text))


def moment(value: datetime) -> datetime:
    """A time as a point in time; one without a zone is taken as UTC."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _order(left: Any, right: Any) -> int:
    try:
        return int(left > right) - int(left < right)
    except InvalidOperation as error:
        raise MethodFailed("what is no number cannot be compared") from error


def _equal(left: object, right: object, budget: Budget, depth: int) -> bool:
    if left is right:
        return True
    if left.__class__ in SEQUENCES and right.__class__ in SEQUENCES:
        if left.__class__ is range and right.__class__ is range:
            return left == right
        one, other = cast("Collection[object]", left), cast("Collection[object]", right)
        return _equal_elements(one, other, budget, depth)
    if left.__class__ is not right.__class__:
        return False
    if left.__class__ is str:
        budget.charge_work(len(left) >> 7)
        return left == right
    if left.__class__ is dict:
        return _equal_maps(left, cast("dict[object, object]", right), budget, depth)
    if left.__class__ is KeySet:
        return left.source.keys() == cast(KeySet, right).source.keys()
    if left.__class__ is EntrySet:
        return _equal_maps(left.source, cast(EntrySet, right).source, budget, depth)
    if left.__class__ is Entry:
        twin = cast(Entry, right)
        pairs = [left.key, left.value], [twin.key, twin.value]
        return _equal_elements(*pairs, budget, depth)
    return _equal_scalars(left, right)


def _equal_scalars(left: object, right: object) -> bool:
    if left.__class__ is float:
        return left == right or (left != left and right != right)
    if left.__class__ is Decimal:
        return left.as_tuple() == cast(Decimal, right).as_tuple()
    if left.__class__ is datetime:
        return moment(left) == moment(cast(datetime, right))
    return left == right


def _equal_elements(
    left: Collection[object], right: Collection[object], budget: Budget, depth: int
) -> bool:
    if len(left) != len(right):
        return False
    _step(budget, left, depth)
    pairs = zip(left, right, strict=True)
    return all(_equal(one, other, budget, depth + 1) for one, other in pairs)


def _equal_maps(
    left: dict[object, object], right: dict[object, object], budget: Budget, depth: int
) -> bool:
    if len(left) != len(right):
        return False
    _step(budget, left, depth)
    return all(
        key in right and _equal(value, right[key], budget, depth + 1) for key, value in left.items()
    )


def _step(budget: Budget, value: Sized, depth: int) -> None:
    # A container inside another costs something even when it is empty: shared parts are what makes
    # a comparison exponential, and they are always nested.
    if depth > _DEEPEST:
        raise MethodFailed("the value is nested too deeply, or contains itself")
    if depth > 1:
        budget.charge_work(_NESTED)
    charge_elements(budget, len(value))


def _is_number(value: object) -> bool:
    return value.__class__ in (int, float, Decimal)


def _fold(char: str) -> str:
    upper = char.upper()
    lower = (upper if len(upper) == 1 else char).lower()
    return lower if len(lower) == 1 else char
