"""Java's `equals`, `compareTo` and `hashCode`, for whole values however deep.

1 equals neither 1.0 nor true; a list equals a list element by element; NaN equals NaN. Lists that
share their parts can be exponentially large to compare, so every step is counted.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sized
from datetime import UTC, datetime
from decimal import Decimal

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import wrap
from sanderling.velocity.methods.method import charge_elements
from sanderling.velocity.text import java_string, utf16
from sanderling.velocity.values import SEQUENCES, SETS, Entry, KeySet

_DEEPEST = 100
_NESTED = 20


def java_equals(left: object, right: object, budget: Budget) -> bool:
    """`left.equals(right)`; two nulls are equal."""
    return _equal(left, right, budget, 0)


def position_of(elements: Iterable[object], wanted: object, budget: Budget) -> int:
    """The index of the first element that equals the wanted one, or -1."""
    if elements.__class__ is range and wanted.__class__ is not int:
        return -1
    if elements.__class__ is range:
        return elements.index(wanted) if wanted in elements else -1  # type: ignore
    charge_elements(budget, len(elements))  # type: ignore[arg-type]
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
        return int(left > right) - int(left < right)  # type: ignore[operator]
    if left.__class__ is not right.__class__:
        raise MethodFailed("values of different kinds cannot be compared")
    if left.__class__ is str or left.__class__ is bool:
        return (left > right) - (left < right)  # type: ignore[operator]
    if left.__class__ is datetime:
        first, second = moment(left), moment(right)  # type: ignore[arg-type]
        return (first > second) - (first < second)
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


def java_hash(value: object, budget: Budget, depth: int = 0) -> int:
    """`hashCode()` as a 32-bit number."""
    _step(budget, value, depth)
    kind = value.__class__
    if kind is dict:
        pairs = value.items()  # type: ignore[attr-defined]
        charge_elements(budget, 4 * len(pairs))
        return wrap(sum(_pair_hash(key, item, budget, depth) for key, item in pairs), 32)
    if kind in SEQUENCES:
        total = 1
        charge_elements(budget, 2 * len(value))  # type: ignore[arg-type]
        for element in value:  # type: ignore[attr-defined]
            total = wrap(31 * total + java_hash(element, budget, depth + 1), 32)
        return total
    if kind in SETS:
        return wrap(sum(java_hash(item, budget, depth + 1) for item in value), 32)  # type: ignore
    if kind is Entry:
        return _pair_hash(value.key, value.value, budget, depth)  # type: ignore[attr-defined]
    return _scalar_hash(value)


def _pair_hash(key: object, value: object, budget: Budget, depth: int) -> int:
    return java_hash(key, budget, depth + 1) ^ java_hash(value, budget, depth + 1)


def _scalar_hash(value: object) -> int:
    kind = value.__class__
    if kind is str:
        total = 0
        for unit in utf16.units(value):  # type: ignore[arg-type]
            total = (31 * total + unit) & 0xFFFFFFFF
        return wrap(total, 32)
    if value is None:
        return 0
    if kind is bool:
        return 1231 if value else 1237
    if kind is int:
        return _int_hash(value)  # type: ignore[arg-type]
    if kind is float:
        bits = struct.unpack(">Q", struct.pack(">d", value))[0]
        return wrap((bits ^ bits >> 32) & 0xFFFFFFFF, 32)
    if kind is datetime:
        millis = int(moment(value).timestamp() * 1000)  # type: ignore[arg-type]
        return wrap((millis ^ millis >> 32) & 0xFFFFFFFF, 32)
    return _scalar_hash(java_string(value))


def _int_hash(value: int) -> int:
    if -(2**31) <= value < 2**31:
        return value
    return wrap((value ^ value >> 32) & 0xFFFFFFFF, 32)


def _equal(left: object, right: object, budget: Budget, depth: int) -> bool:
    if left is right:
        return True
    kind = left.__class__
    if kind is range and right.__class__ is range:
        return left == right
    if kind in SEQUENCES and right.__class__ in SEQUENCES:
        return _equal_elements(left, right, budget, depth)  # type: ignore[arg-type]
    if kind in SETS and right.__class__ in SETS:
        return _equal_sets(left, right, budget, depth)
    if kind is not right.__class__:
        return False
    if kind is dict:
        return _equal_maps(left, right, budget, depth)  # type: ignore[arg-type]
    if kind is Entry:
        return _equal_elements(
            [left.key, left.value],  # type: ignore[attr-defined]
            [right.key, right.value],  # type: ignore[attr-defined]
            budget,
            depth,
        )
    return _equal_scalars(left, right)


def _equal_scalars(left: object, right: object) -> bool:
    if left.__class__ is float:
        return left == right or (left != left and right != right)
    if left.__class__ is Decimal:
        return left.as_tuple() == right.as_tuple()  # type: ignore[attr-defined,no-any-return]
    if left.__class__ is datetime:
        return moment(left) == moment(right)  # type: ignore[arg-type]
    return left == right


def _equal_elements(left: Sized, right: Sized, budget: Budget, depth: int) -> bool:
    if len(left) != len(right):
        return False
    _step(budget, left, depth)
    pairs = zip(left, right, strict=True)  # type: ignore[call-overload]
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


def _equal_sets(left: object, right: object, budget: Budget, depth: int) -> bool:
    if left.__class__ is not right.__class__:
        return False
    first, second = left.source, right.source  # type: ignore[attr-defined]
    if left.__class__ is KeySet:
        return bool(first.keys() == second.keys())
    return _equal_maps(first, second, budget, depth)


def _step(budget: Budget, value: object, depth: int) -> None:
    # A container inside another costs something even when it is empty: shared parts are what makes
    # a comparison exponential, and they are always nested.
    if depth > _DEEPEST:
        raise MethodFailed("the value is nested too deeply, or contains itself")
    if depth > 1:
        budget.charge_work(_NESTED)
    if isinstance(value, Sized):
        charge_elements(budget, len(value))


def _is_number(value: object) -> bool:
    return value.__class__ in (int, float, Decimal)


def _fold(char: str) -> str:
    upper = char.upper()
    lower = (upper if len(upper) == 1 else char).lower()
    return lower if len(lower) == 1 else char
