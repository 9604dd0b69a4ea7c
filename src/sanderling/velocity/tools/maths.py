"""`$math`: arithmetic on numbers and on texts that say numbers.

As in the original everything is calculated in doubles, and a result is a whole number when it is
one and no operand was written with a point. What cannot be calculated is null, never an error.
`max` differs wilfully: the original answers 4.9E-324 for two negative numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from random import Random
from typing import cast

from babel import Locale

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import (
    INT_MAX,
    INT_MIN,
    LONG_MAX,
    LONG_MIN,
    narrow,
    to_text,
    wrap,
)
from sanderling.velocity.methods.lists import copied
from sanderling.velocity.methods.method import MANY, Table, method
from sanderling.velocity.methods.numbers import as_double, as_int, as_long
from sanderling.velocity.text import java_string
from sanderling.velocity.tools.numbers_of import Number, number_of
from sanderling.velocity.tools.properties import property_of
from sanderling.velocity.values import COLLECTIONS


class MathTool:
    """`$math`. Random numbers only with a seed, so that a message is the same whenever rendered."""

    __slots__ = ("locale", "random")

    def __init__(self, locale: Locale, *, seed: int | None = None) -> None:
        self.locale = locale
        self.random = None if seed is None else Random(seed)  # noqa: S311 - no secrets here


def matched(result: float, operands: Sequence[Number]) -> Number:
    """The result as a whole number if it is one and no operand was written with a point."""
    whole = result == math.inf or result == -math.inf or result == result // 1
    if not whole or any("." in java_string(operand) for operand in operands):
        return result
    return narrow(result, LONG_MIN, LONG_MAX)


def _numbers(budget: Budget, tool: MathTool, values: Sequence[object]) -> list[Number] | None:
    found = [number_of(value, locale=tool.locale, budget=budget) for value in values]
    return None if None in found else found  # type: ignore[return-value]


def _reducing(step: Callable[[float, float], float]) -> Callable[..., object]:
    def calculate(budget: Budget, tool: MathTool, *values: object) -> object:
        numbers = _numbers(budget, tool, values)
        if not numbers:
            return None
        try:
            return matched(reduce(step, map(as_double, numbers)), numbers)
        except ZeroDivisionError:
            return None

    return calculate


def _bitwise(step: Callable[[int, int], int]) -> Callable[..., object]:
    def calculate(budget: Budget, tool: MathTool, *values: object) -> object:
        numbers = _numbers(budget, tool, values)
        return reduce(step, map(as_long, numbers)) if numbers else None

    return calculate


def _pow(budget: Budget, tool: MathTool, base: object, exponent: object) -> object:
    numbers = _numbers(budget, tool, [base, exponent])
    if not numbers:
        return None
    return matched(_power(as_double(numbers[0]), as_double(numbers[1])), numbers)


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        return math.inf if base == 0 else math.nan


def _idiv(budget: Budget, tool: MathTool, left: object, right: object) -> object:
    numbers = _numbers(budget, tool, [left, right])
    if not numbers or not as_int(numbers[1]):
        return None
    above, below = map(as_int, numbers)
    quotient = abs(above) // abs(below)
    return wrap(quotient if (above < 0) == (below < 0) else -quotient, 32)


def _mod(budget: Budget, tool: MathTool, left: object, right: object) -> object:
    numbers = _numbers(budget, tool, [left, right])
    if not numbers or not as_int(numbers[1]):
        return None
    above, below = map(as_int, numbers)
    rest = abs(above) % abs(below)
    return -rest if above < 0 else rest


def _rounding(step: Callable[[float], float]) -> Callable[..., object]:
    def calculate(budget: Budget, tool: MathTool, value: object) -> object:
        numbers = _numbers(budget, tool, [value])
        if not numbers:
            return None
        number = as_double(numbers[0])
        return narrow(step(number) if math.isfinite(number) else number, INT_MIN, INT_MAX)

    return calculate


def _abs(budget: Budget, tool: MathTool, value: object) -> object:
    numbers = _numbers(budget, tool, [value])
    return matched(abs(as_double(numbers[0])), numbers) if numbers else None


def _round_to(budget: Budget, tool: MathTool, decimals: object, value: object) -> object:
    numbers = _numbers(budget, tool, [decimals, value])
    if not numbers:
        return None
    # At least one decimal, and an int for the power of ten: both as the original has it.
    places = min(max(as_int(numbers[0]), 1), 32)
    power, number = wrap(10**places, 32), as_double(numbers[1])
    if not power or math.isnan(number):
        return math.nan
    scaled = number * power
    rounded = math.floor(scaled + 0.5) if math.isfinite(scaled) else scaled
    return narrow(rounded, LONG_MIN, LONG_MAX) / power


def _total(budget: Budget, tool: MathTool, *values: object) -> object:
    elements = _elements(budget, values)
    numbers = _numbers(budget, tool, elements) if elements is not None else None
    if numbers is None:
        return None
    return matched(sum(map(as_double, numbers), 0.0), numbers[:1])


def _average(budget: Budget, tool: MathTool, *values: object) -> object:
    total = _total(budget, tool, *values)
    if total is None:
        return None
    count = len(_elements(budget, values) or ())
    if not count:
        return math.nan
    return matched(as_double(total) / count, [total])  # type: ignore[arg-type, list-item]


def _elements(budget: Budget, values: Sequence[object]) -> Sequence[object] | None:
    """The numbers to add up: of one list, of a field of one list's maps, or the arguments."""
    if not values or values[0].__class__ not in COLLECTIONS:
        return values
    elements = copied(budget, cast("list[object]", values[0]))
    budget.charge_work(10 * len(elements))
    if len(values) == 1:
        return elements
    if len(values) > 2:
        return None
    path = to_text(values[1], budget)
    try:
        fields = [property_of(budget, each, path) for each in elements]
    except MethodFailed:
        return None
    return [field for field in fields if field is not None]


def _convert(step: Callable[[Number], Number]) -> Callable[..., object]:
    def converted(budget: Budget, tool: MathTool, value: object) -> object:
        numbers = _numbers(budget, tool, [value])
        return step(numbers[0]) if numbers else None

    return converted


def _random(budget: Budget, tool: MathTool, *bounds: object) -> object:
    if tool.random is None:
        return None
    if not bounds:
        return tool.random.random()
    numbers = _numbers(budget, tool, bounds)
    if not numbers:
        return None
    low, high = map(as_double, numbers)
    number = (high - low) * tool.random.random() + low
    return number if any(type(n) is not int for n in numbers) else matched(number // 1, numbers)


MATH_METHODS: Table = {
    "add": method(_reducing(lambda total, number: total + number), MANY[1:]),
    "sub": method(_reducing(lambda total, number: total - number), MANY[1:]),
    "mul": method(_reducing(lambda total, number: total * number), MANY[1:]),
    "div": method(_reducing(lambda total, number: total / number), MANY[1:]),
    "max": method(_reducing(max), MANY[1:]),
    "min": method(_reducing(min), MANY[1:]),
    "bitwiseOr": method(_bitwise(lambda left, right: left | right), MANY[1:]),
    "bitwiseAnd": method(_bitwise(lambda left, right: left & right), MANY[1:]),
    "bitwiseXOr": method(_bitwise(lambda left, right: left ^ right), MANY[1:]),
    "pow": method(_pow, 2),
    "idiv": method(_idiv, 2),
    "mod": method(_mod, 2),
    "abs": method(_abs, 1),
    "ceil": method(_rounding(math.ceil), 1),
    "floor": method(_rounding(math.floor), 1),
    "round": method(_rounding(round), 1),
    "roundTo": method(_round_to, 2),
    "toNumber": method(_convert(lambda number: number), 1),
    "toInteger": method(_convert(as_int), 1),
    "toLong": method(_convert(as_long), 1),
    "toDouble": method(_convert(as_double), 1),
    "getTotal": method(_total, MANY[1:]),
    "getAverage": method(_average, MANY[1:]),
    "getRandom": method(_random),
    "random": method(_random, 2),
}
