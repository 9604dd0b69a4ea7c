"""`java.math.BigDecimal` over Decimal: exact arithmetic that keeps its scale.

Where Java throws (a division that never ends, a scale that needs rounding), the method fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    localcontext,
)

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import to_int
from sanderling.velocity.methods.method import Table, Unmatched, method
from sanderling.velocity.methods.numbers import LARGEST_SCALE, NUMBER_METHODS
from sanderling.velocity.text import java_string

_EXACT = Context(prec=200, traps=[Inexact, InvalidOperation, DivisionByZero])
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_ROUNDINGS = (
    ROUND_UP,
    ROUND_DOWN,
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
)


def _set_scale(budget: Budget, value: Decimal, scale: object, *rounding: object) -> Decimal:
    if rounding and rounding[0].__class__ is not int:
        if rounding[0] is None:
            raise MethodFailed("a rounding was expected, and the value is null")
        raise Unmatched
    digits = to_int(scale)
    if abs(digits) > LARGEST_SCALE:
        raise MethodFailed(f"a scale of {digits} digits")
    if not value.is_finite():
        raise MethodFailed("the value is not a number")
    mode = to_int(rounding[0]) if rounding else None
    if mode is not None and not 0 <= mode < len(_ROUNDINGS) + 1:
        raise MethodFailed(f"there is no rounding {mode}")
    way = ROUND_HALF_UP if mode is None or mode == len(_ROUNDINGS) else _ROUNDINGS[mode]
    with localcontext(Context(prec=5_000)):
        scaled = value.quantize(Decimal(1).scaleb(-digits), rounding=way)
    if scaled != value and mode in (None, len(_ROUNDINGS)):
        raise MethodFailed(f"rounding is needed to bring {value} to {digits} digits")
    return scaled


def _to_big(value: object) -> Decimal:
    """The argument as a Java `BigDecimal`."""
    if value.__class__ in (int, float, str):
        text = java_string(value)
        if len(text) > LARGEST_SCALE or not _DECIMAL.fullmatch(text):
            raise MethodFailed("this is no decimal number")
        return Decimal(text)
    if value is None:
        raise MethodFailed("a number was expected, and the value is null")
    if not isinstance(value, Decimal):
        raise Unmatched
    return value


def _calculated(name: str) -> Callable[[Budget, Decimal, object], Decimal]:
    def calculate(budget: Budget, value: Decimal, other: object) -> Decimal:
        number = _to_big(other)
        try:
            with localcontext(Context(prec=200)):
                return _CALCULATIONS[name](value, number)
        except DecimalException as error:
            raise MethodFailed("this cannot be calculated") from error

    return calculate


_CALCULATIONS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "add": lambda left, right: left + right,
    "subtract": lambda left, right: left - right,
    "multiply": lambda left, right: left * right,
    "remainder": lambda left, right: left % right,
    "max": max,
    "min": min,
}


def _divide(budget: Budget, value: Decimal, other: object) -> Decimal:
    if other.__class__ is not Decimal:
        raise Unmatched
    if not (value.is_finite() and other.is_finite()):
        raise MethodFailed("the value is not a number")
    try:
        with localcontext(_EXACT):
            quotient = (value / other).normalize()
            scale = _scale(budget, value) - _scale(budget, other)
            if -int(quotient.as_tuple().exponent) < scale:
                quotient = quotient.quantize(Decimal(1).scaleb(-scale))
            return quotient
    except DecimalException as error:
        raise MethodFailed("the quotient has no end, or there is none") from error


def _pow(budget: Budget, value: Decimal, exponent: object) -> Decimal:
    power = to_int(exponent)
    if not 0 <= power <= 999 or not value.is_finite():
        raise MethodFailed(f"the power {power} of a number")
    try:
        with localcontext(_EXACT):
            return value**power
    except DecimalException as error:
        raise MethodFailed("the power has too many digits") from error


def _compare(budget: Budget, value: Decimal, other: object) -> int:
    if isinstance(other, Decimal) and value.is_finite() and other.is_finite():
        return int(value > other) - int(value < other)
    raise MethodFailed("a decimal number is compared with something else")


def _plain(budget: Budget, value: Decimal) -> str:
    if abs(value.adjusted()) > LARGEST_SCALE:
        raise MethodFailed("the number is too long to be printed")
    return format(value, "f")


def _scale(budget: Budget, value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


DECIMAL_METHODS: Table = (
    NUMBER_METHODS
    | {name: method(_calculated(name), 1) for name in _CALCULATIONS}
    | {
        "compareTo": method(_compare, 1),
        "divide": method(_divide, 1),
        "pow": method(_pow, 1),
        "setScale": method(_set_scale, 1, 2),
        "scale": method(_scale),
        "precision": method(lambda budget, value: len(value.as_tuple().digits)),
        "signum": method(
            lambda budget, value: int(value > 0) - int(value < 0) if value == value else 0
        ),
        "negate": method(lambda budget, value: value.copy_negate()),
        "abs": method(lambda budget, value: value.copy_abs()),
        "toPlainString": method(_plain),
        "stripTrailingZeros": method(lambda budget, value: value.normalize(Context(prec=5_000))),
    }
)
