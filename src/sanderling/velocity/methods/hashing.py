"""Java's `hashCode`, as a 32-bit number: the same on every machine, and of a list by its elements.

Nobody needs it in a message; but templates written for the original use it to vary a colour.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sized
from datetime import datetime
from decimal import Decimal
from typing import cast

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import wrap
from sanderling.velocity.methods.equality import moment
from sanderling.velocity.methods.method import charge_elements
from sanderling.velocity.text import java_string, utf16
from sanderling.velocity.values import SEQUENCES, SETS, Entry

_DEEPEST = 100
_NESTED, _ELEMENT = 20, 4


def java_hash(value: object, budget: Budget, depth: int = 0) -> int:
    """`value.hashCode()`. Raises MethodFailed for a value that contains itself."""
    if depth > _DEEPEST:
        raise MethodFailed("the value is nested too deeply, or contains itself")
    if depth > 1:
        budget.charge_work(_NESTED)
    if value.__class__ is dict:
        return _map_hash(value, budget, depth)
    if value.__class__ in SEQUENCES or value.__class__ in SETS:
        charge_elements(budget, _ELEMENT * len(cast(Sized, value)))
        hashes = (java_hash(each, budget, depth + 1) for each in cast("Iterable[object]", value))
        return _folded(hashes) if value.__class__ in SEQUENCES else wrap(sum(hashes), 32)
    if value.__class__ is Entry:
        return _pair_hash(value.key, value.value, budget, depth)
    return _scalar_hash(value)


def _map_hash(value: dict[object, object], budget: Budget, depth: int) -> int:
    charge_elements(budget, 3 * _ELEMENT * len(value))
    return wrap(sum(_pair_hash(key, each, budget, depth) for key, each in value.items()), 32)


def _pair_hash(key: object, value: object, budget: Budget, depth: int) -> int:
    return java_hash(key, budget, depth + 1) ^ java_hash(value, budget, depth + 1)


def _folded(hashes: Iterable[int]) -> int:
    total = 1
    for each in hashes:
        total = wrap(31 * total + each, 32)
    return total


def _scalar_hash(value: object) -> int:
    if value is None:
        return 0
    if value.__class__ is str:
        return _text_hash(value)
    if value.__class__ is bool:
        return 1231 if value else 1237
    if value.__class__ is int:
        return value if -(2**31) <= value < 2**31 else _half(value)
    if value.__class__ is float:
        return _half(struct.unpack(">Q", struct.pack(">d", value))[0])
    if value.__class__ is Decimal and value.is_finite() and len(value.as_tuple().digits) < 1_000:
        return _decimal_hash(value)
    if value.__class__ is datetime:
        return _half(int(moment(value).timestamp() * 1000))
    return _text_hash(java_string(value))


def _decimal_hash(value: Decimal) -> int:
    # As BigDecimal keeps it: the digits as a whole number, and how many follow the point.
    sign, digits, exponent = value.as_tuple()
    unscaled = int("".join(map(str, digits)) or "0")
    total = 0
    for position in range(unscaled.bit_length() // 32, -1, -1):
        total = 31 * total + ((unscaled >> 32 * position) & 0xFFFFFFFF)
    return wrap(31 * wrap(-total if sign else total, 32) - int(exponent), 32)


def _text_hash(text: str) -> int:
    total = 0
    for unit in utf16.units(text):
        total = (31 * total + unit) & 0xFFFFFFFF
    return wrap(total, 32)


def _half(number: int) -> int:
    """A 64-bit number folded into 32 bits."""
    return wrap((number ^ number >> 32) & 0xFFFFFFFF, 32)
