"""`Integer`, `Long` and `BigInteger` over int; `Double` over float; `Boolean`.

Statics answer on any value of the class, because templates write
`#set($Integer = 0)$Integer.parseInt("7")`.
"""

from __future__ import annotations

import math
import re
import struct
import sys
from collections.abc import Callable
from decimal import Decimal

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import (
    INT_MAX,
    INT_MIN,
    LONG_MAX,
    LONG_MIN,
    narrow,
    to_bool,
    to_int,
    to_ints,
    wrap,
)
from sanderling.velocity.methods.equality import java_equals
from sanderling.velocity.methods.hashing import java_hash
from sanderling.velocity.methods.method import Table, Unmatched, method
from sanderling.velocity.text import java_string

_DOUBLE = re.compile(r"[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)", re.ASCII)
LARGEST_SCALE = 1_000


def to_double(value: object) -> float:
    """The argument as a Java `double`: numbers, and texts that `Double.parseDouble` takes."""
    if value.__class__ is str:
        text = value.strip()
        if len(text) > 400 or not _DOUBLE.fullmatch(text):
            raise MethodFailed(f"{text[:40]!r} is not a number")
        return float(text.rstrip("fFdD") if text[-1] in "fFdD" else text)
    if value.__class__ in (int, float, Decimal):
        return as_double(value)
    raise Unmatched


def as_double(value: float | Decimal) -> float:
    """A number as a double; one that is too large is infinite, as in Java."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def as_int(value: float | Decimal) -> int:
    """`intValue()`: whole numbers keep their low 32 bits, doubles stop at the largest."""
    if value.__class__ is float:
        return narrow(value, INT_MIN, INT_MAX)
    return wrap(whole(value), 32)


def as_long(value: float | Decimal) -> int:
    """`longValue()`."""
    if value.__class__ is float:
        return narrow(value, LONG_MIN, LONG_MAX)
    return wrap(whole(value), 64)


def whole(value: float | Decimal) -> int:
    """A number cut to its whole part; raises MethodFailed where there is none."""
    if value.__class__ is Decimal and (value.is_nan() or abs(value.adjusted()) > LARGEST_SCALE):
        raise MethodFailed("the number is too large, or none")
    return int(value)


def _as_float(budget: Budget, value: float | Decimal) -> float:
    try:
        single = struct.unpack(">f", struct.pack(">f", as_double(value)))[0]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    # Java prints the shortest text that is still this 32-bit number; keep the double of that text.
    for digits in range(1, 10):
        short = float(f"{single:.{digits}g}")
        if struct.pack(">f", short) == struct.pack(">f", single):
            return short
    return float(single)


def _doubles(*values: object) -> list[float]:
    """Several arguments as `double`: that one has no such kind is found before any is converted."""
    if any(value.__class__ not in (str, int, float, Decimal) for value in values):
        raise Unmatched
    return [to_double(value) for value in values]


def _order(left: int, right: int) -> int:
    return (left > right) - (left < right)


def _parse_int(budget: Budget, value: int, text: object, radix: object = 10) -> int:
    if not is_integer(value):
        raise Unmatched
    number = _parse_long(budget, value, text, radix)
    if not INT_MIN <= number <= INT_MAX:
        raise MethodFailed(f"{number} is too large for parseInt")
    return number


def _parse_long(budget: Budget, value: object, text: object, radix: object = 10) -> int:
    base = to_int(radix)
    if text is None:
        raise MethodFailed("null is not a whole number")
    if not 2 <= base <= 36:
        raise MethodFailed(f"there is no number system of {base} digits")
    digits = java_string(text, budget)
    if not re.fullmatch(r"[+-]?[^\W_]{1,64}", digits):
        raise MethodFailed(f"{digits[:40]!r} is not a whole number")
    try:
        number = int(digits, base)
    except ValueError as error:
        raise MethodFailed(f"{digits[:40]!r} is not a whole number") from error
    if not LONG_MIN <= number <= LONG_MAX:
        raise MethodFailed(f"{digits[:40]} is too large")
    return number


def _parse_long_of_long(budget: Budget, value: int, text: object, radix: object = 10) -> int:
    if is_integer(value):
        raise Unmatched
    return _parse_long(budget, value, text, radix)


def _int_of(budget: Budget, value: int, text: object, *radix: object) -> int:
    # Integer.valueOf takes an int or a String: what is neither could become both.
    if not radix and text.__class__ in (bool, float, Decimal):
        raise Unmatched
    parse = _parse_int if is_integer(value) else _parse_long
    return parse(budget, value, text, *radix)


def _parse_double(budget: Budget, value: object, text: object) -> float:
    if text is None:
        raise MethodFailed("null is not a number")
    return to_double(text)


def is_integer(value: int) -> bool:
    """Whether Java would hold this in an Integer; a Long has other statics."""
    return INT_MIN <= value <= INT_MAX


def _compare_ints(budget: Budget, value: int, other: object) -> int:
    # An Integer cannot be compared with a Long, nor either with a fraction.
    if other.__class__ is not int or is_integer(value) is not is_integer(other):
        raise MethodFailed("a whole number is compared with something else")
    number = other
    return (value > number) - (value < number)


def _compare_doubles(budget: Budget, value: float, other: object) -> int:
    if other.__class__ is not float:
        raise MethodFailed("a fraction is compared with something else")
    return _double_order(value, other)


def _double_order(value: float, other: float) -> int:
    if value != value or other != other:
        return (value != value) - (other != other)
    return (value > other) - (value < other)


def _compare_booleans(budget: Budget, value: bool, other: object) -> int:
    if other.__class__ is not bool:
        raise MethodFailed("true or false is compared with something else")
    return value - other


def _to_string(budget: Budget, value: object, *other: object) -> str:
    return java_string(other[0] if other else value, budget)


def _int_to_string(budget: Budget, value: int, *arguments: object) -> str:
    if not arguments:
        return java_string(value, budget)
    number, radix = [*to_ints(*arguments), 10][:2]
    return _digits(number, radix if 2 <= radix <= 36 else 10)


def _digits(number: int, radix: int) -> str:
    if radix == 10 or number == 0:
        return str(number)
    digits, rest = "", abs(number)
    while rest:
        rest, digit = divmod(rest, radix)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return "-" + digits if number < 0 else digits


def _double_to_string(budget: Budget, value: float, *other: object) -> str:
    return java_string(to_double(other[0]) if other else value, budget)


def _bool_to_string(budget: Budget, value: bool, *other: object) -> str:
    return java_string(to_bool(other[0]) if other else value, budget)


def _parse_bool(budget: Budget, value: bool, text: object) -> bool:
    return text is not None and java_string(text, budget).lower() == "true"


def _bool_of(budget: Budget, value: bool, other: object) -> bool:
    # A number could become a boolean or a text, and Java's choice between them is none.
    if other.__class__ in (int, float):
        raise Unmatched
    return to_bool(other) if other.__class__ is bool else _parse_bool(budget, value, other)


def _in_radix(letter: str) -> Callable[[Budget, int, object], str]:
    def text(budget: Budget, value: int, number: object) -> str:
        return format(to_int(number) & 0xFFFFFFFF, letter)

    return text


def _this(value: float, arguments: tuple[object, ...]) -> float:
    return to_double(arguments[0]) if arguments else value


NUMBER_METHODS: Table = {
    "intValue": method(lambda budget, value: as_int(value)),
    "longValue": method(lambda budget, value: as_long(value)),
    "shortValue": method(lambda budget, value: wrap(as_int(value), 16)),
    "byteValue": method(lambda budget, value: wrap(as_int(value), 8)),
    "doubleValue": method(lambda budget, value: as_double(value)),
    "floatValue": method(_as_float),
    "equals": method(lambda budget, value, other: java_equals(value, other, budget), 1),
    "hashCode": method(lambda budget, value: java_hash(value, budget)),
    "toString": method(_to_string, 0),
}

INT_METHODS: Table = NUMBER_METHODS | {
    "compareTo": method(_compare_ints, 1),
    "toString": method(_int_to_string, 0, 1, 2),
    "parseInt": method(_parse_int, 1, 2),
    "parseLong": method(_parse_long_of_long, 1, 2),
    "valueOf": method(_int_of, 1, 2),
    "compare": method(lambda budget, value, a, b: _order(*to_ints(a, b)), 2),
    "max": method(lambda budget, value, a, b: max(to_ints(a, b)), 2),
    "min": method(lambda budget, value, a, b: min(to_ints(a, b)), 2),
    "sum": method(lambda budget, value, a, b: wrap(sum(to_ints(a, b)), 32), 2),
    "signum": method(lambda budget, value, a: (to_int(a) > 0) - (to_int(a) < 0), 1),
    "toHexString": method(_in_radix("x"), 1),
    "toOctalString": method(_in_radix("o"), 1),
    "toBinaryString": method(_in_radix("b"), 1),
}

DOUBLE_METHODS: Table = NUMBER_METHODS | {
    "compareTo": method(_compare_doubles, 1),
    "toString": method(_double_to_string, 0, 1),
    "isNaN": method(lambda budget, value, *a: math.isnan(_this(value, a)), 0, 1),
    "isInfinite": method(lambda budget, value, *a: math.isinf(_this(value, a)), 0, 1),
    "isFinite": method(lambda budget, value, a: math.isfinite(to_double(a)), 1),
    "parseDouble": method(_parse_double, 1),
    "valueOf": method(_parse_double, 1),
    "compare": method(lambda budget, value, a, b: _double_order(*_doubles(a, b)), 2),
    "max": method(lambda budget, value, a, b: max(_doubles(a, b)), 2),
    "min": method(lambda budget, value, a, b: min(_doubles(a, b)), 2),
    "sum": method(lambda budget, value, a, b: sum(_doubles(a, b)), 2),
}

# Java's constants are read off any value of the class, as its statics are called on it.
INT_CONSTANTS: dict[str, object] = {"MAX_VALUE": INT_MAX, "MIN_VALUE": INT_MIN}
DOUBLE_CONSTANTS: dict[str, object] = {
    "MAX_VALUE": sys.float_info.max,
    "MIN_VALUE": 5e-324,
    "NaN": math.nan,
    "POSITIVE_INFINITY": math.inf,
    "NEGATIVE_INFINITY": -math.inf,
}
BOOLEAN_CONSTANTS: dict[str, object] = {"TRUE": True, "FALSE": False}

BOOLEAN_METHODS: Table = {
    "booleanValue": method(lambda budget, value: value),
    "toString": method(_bool_to_string, 0, 1),
    "equals": method(lambda budget, value, other: other is value, 1),
    "compareTo": method(_compare_booleans, 1),
    "hashCode": method(lambda budget, value: java_hash(value, budget)),
    "valueOf": method(_bool_of, 1),
    "parseBoolean": method(_parse_bool, 1),
    "logicalAnd": method(lambda budget, value, a, b: to_bool(a) and to_bool(b), 2),
    "logicalOr": method(lambda budget, value, a, b: to_bool(a) or to_bool(b), 2),
    "logicalXor": method(lambda budget, value, a, b: to_bool(a) is not to_bool(b), 2),
}
