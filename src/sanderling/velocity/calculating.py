"""Arithmetic and comparison with Java's number rules.

Whole numbers divide towards zero; a decimal meets a whole number as `15 * 2.0`, since that is how
the original turns an Integer into a BigDecimal; a numeric string is a decimal. Results of `None`
mean null: a side is no number, or the divisor is zero.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_DOWN, Context, Decimal, InvalidOperation, Overflow

from .errors import MethodFailed
from .limits import Budget
from .methods import java_equals
from .text import java_string

Number = int | float | Decimal

_NUMERIC = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
_PRECISE = Context(prec=400, rounding=ROUND_HALF_DOWN, Emax=9999, Emin=-9999)
_LONGEST_NUMBER = 200


def number_of(value: object, *, numeric_strings: bool = True) -> Number | None:
    """The value as a number; None when it is none. Booleans are not."""
    kind = value.__class__
    if kind is int or kind is float or kind is Decimal:
        return value  # type: ignore[return-value]
    if kind is str and numeric_strings:
        return _decimal_in(value)  # type: ignore[arg-type]
    return None


def _decimal_in(text: str) -> Decimal | None:
    if len(text) > _LONGEST_NUMBER or not _NUMERIC.fullmatch(text):
        return None
    return Decimal(text)


def calculate(operator: str, left: Number, right: Number, budget: Budget) -> Number | None:
    """`left operator right` for one of `+ - * / %`.

    Raises MethodFailed where the original throws (the rest of a decimal), BudgetExceeded when a
    number would have too many digits.
    """
    if operator in "/%" and right == 0:
        return None
    if left.__class__ is int and right.__class__ is int:
        return _whole(operator, left, right, budget)
    if left.__class__ is Decimal or right.__class__ is Decimal:
        return _decimal(operator, _as_decimal(left), _as_decimal(right), budget)
    return _double(operator, _as_double(left), _as_double(right))


def negative(value: Number) -> Number:
    """`-value`."""
    return _PRECISE.minus(value) if isinstance(value, Decimal) else -value


def _whole(operator: str, left: int, right: int, budget: Budget) -> int:
    if operator == "+":
        result = left + right
    elif operator == "-":
        result = left - right
    elif operator == "*":
        result = left * right
    elif operator == "/":
        result = abs(left) // abs(right)
        result = result if (left < 0) == (right < 0) else -result
    else:
        result = abs(left) % abs(right)
        result = -result if left < 0 else result
    budget.check_integer(result)
    return result


def _double(operator: str, left: float, right: float) -> float:
    try:
        if operator == "+":
            return left + right
        if operator == "-":
            return left - right
        if operator == "*":
            return left * right
        return left / right if operator == "/" else math.fmod(left, right)
    except (OverflowError, ValueError):
        return math.nan


def _decimal(operator: str, left: Decimal, right: Decimal, budget: Budget) -> Decimal:
    try:
        if operator == "+":
            result = _PRECISE.add(left, right)
        elif operator == "-":
            result = _PRECISE.subtract(left, right)
        elif operator == "*":
            result = _PRECISE.multiply(left, right)
        elif operator == "/":
            scale = Decimal((0, (1,), int(left.as_tuple().exponent)))
            result = _PRECISE.quantize(_PRECISE.divide(left, right), scale)
        else:
            raise MethodFailed("the rest of a division is defined for whole numbers only")
    except (InvalidOperation, Overflow) as error:
        raise MethodFailed("a decimal number is too large") from error
    if len(result.as_tuple().digits) > budget.limits.digits or abs(result.adjusted()) > 400:
        budget.check_integer(10 ** (budget.limits.digits + 1))
    return result


def _as_double(value: Number) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _as_decimal(value: Number) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if value.__class__ is int and not -(2**63) <= value < 2**63:
        return Decimal(value)
    if not math.isfinite(value):
        raise MethodFailed("infinity and NaN are no decimal numbers")
    return Decimal(java_string(float(value)))


# Comparison


def same(left: object, right: object, budget: Budget, *, numeric_strings: bool = True) -> bool:
    """`left == right`: numbers by value, equal classes by `equals`, all else by their text.

    A string of digits equals the number it shows; null equals null alone.
    """
    if left is None or right is None:
        return left is right
    numbers = _two_numbers(left, right, numeric_strings)
    if numbers:
        return order(*numbers) == 0
    if left.__class__ is right.__class__:
        return java_equals(left, right, budget)
    return java_string(left, budget) == java_string(right, budget)


def compare(left: object, right: object, *, numeric_strings: bool = True) -> int | None:
    """Negative, zero, positive; None when the two have no order: two strings have none."""
    numbers = _two_numbers(left, right, numeric_strings)
    return order(*numbers) if numbers else None


def _two_numbers(
    left: object, right: object, numeric_strings: bool
) -> tuple[Number, Number] | None:
    if left.__class__ is str and right.__class__ is str:
        return None
    first = number_of(left, numeric_strings=numeric_strings)
    if first is None:
        return None
    second = number_of(right, numeric_strings=numeric_strings)
    return None if second is None else (first, second)


def order(left: Number, right: Number) -> int:
    """Negative, zero or positive, by value whatever the kinds; NaN is the largest, as in Java."""
    if isinstance(left, float) and isinstance(right, Decimal):
        left = _finite_decimal(left)
    elif isinstance(right, float) and isinstance(left, Decimal):
        right = _finite_decimal(right)
    if left != left or right != right:
        return (left != left) - (right != right)
    return (left > right) - (left < right)


def _finite_decimal(value: float) -> Decimal:
    return Decimal(java_string(value)) if math.isfinite(value) else Decimal(value)


ORDERINGS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}
