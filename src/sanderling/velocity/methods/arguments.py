"""How Velocity 2.x converts an argument to the type a Java method declares.

To `int`: numbers are cut to whole ones, numeric strings are read, booleans are 1 and 0, null and
everything else match no method. To `String`: everything converts but null, which stays null. To
`CharSequence` (contains, replace): strings only.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.method import Unmatched
from sanderling.velocity.text import java_string

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
LONG_MIN, LONG_MAX = -(2**63), 2**63 - 1
_CONVERTIBLE = frozenset({int, bool, float, str, Decimal})
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)


def to_int(value: object) -> int:
    """The argument as a Java `int`."""
    kind = value.__class__
    number: int
    if kind is int or kind is bool:
        number = int(value)  # type: ignore[call-overload]
        if not LONG_MIN <= number <= LONG_MAX:
            raise Unmatched
    elif kind is float:
        number = narrow(value, LONG_MIN, LONG_MAX)  # type: ignore[arg-type]
    elif kind is str:
        number = _read(value)  # type: ignore[arg-type]
    elif kind is Decimal:
        raise MethodFailed("a decimal number is no whole number")
    else:
        raise Unmatched
    if not INT_MIN <= number <= INT_MAX:
        raise MethodFailed(f"{number} is out of the range of a 32-bit number")
    return number


def to_ints(*values: object) -> list[int]:
    """Several arguments as `int`: that one has no such kind is found before any is converted."""
    if any(value.__class__ not in _CONVERTIBLE for value in values):
        raise Unmatched
    return [to_int(value) for value in values]


def to_text(value: object, budget: Budget) -> str:
    """The argument as a Java `String` that must not be null."""
    if value is None:
        raise MethodFailed("a text was expected, and the value is null")
    return java_string(value, budget)


def to_chars(value: object) -> str:
    """The argument as a Java `CharSequence`: only strings are."""
    if value.__class__ is str:
        return value
    if value is None:
        raise MethodFailed("a text was expected, and the value is null")
    raise Unmatched


def to_bool(value: object) -> bool:
    """The argument as a Java `boolean`."""
    kind = value.__class__
    if kind is str:
        return value.lower() == "true"  # type: ignore[attr-defined,no-any-return]
    if kind is float:
        return narrow(value, INT_MIN, INT_MAX) != 0  # type: ignore[arg-type]
    if kind in (bool, int, Decimal):
        return bool(value)
    raise Unmatched


def narrow(value: float, least: int, most: int) -> int:
    """Java's cast of a double to a whole number: cut, NaN is 0, kept within the bounds."""
    if math.isnan(value):
        return 0
    if math.isinf(value):
        return most if value > 0 else least
    return min(max(int(value), least), most)


def wrap(value: int, bits: int) -> int:
    """The low `bits` of a whole number, as Java's casts between integer types leave them."""
    half = 1 << (bits - 1)
    return (value + half) % (1 << bits) - half


def _read(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise MethodFailed(f"{text[:40]!r} is not a whole number")
    return int(text)
