"""`$convert`: texts to numbers, truth values, lists and dates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from typing import cast

from babel import Locale

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import to_bool, to_text
from sanderling.velocity.methods.dates import in_utc
from sanderling.velocity.methods.lists import copied
from sanderling.velocity.methods.method import Table, method
from sanderling.velocity.methods.numbers import as_double, as_int
from sanderling.velocity.text import java_string
from sanderling.velocity.text.date_parsing import parse_date
from sanderling.velocity.text.locales import locale_of
from sanderling.velocity.tools.numbers_of import Number, number_of
from sanderling.velocity.tools.sorting import split_at_commas
from sanderling.velocity.values import COLLECTIONS

Conversion = Callable[[Budget, "ConversionTool", object], object]


class ConversionTool:
    """`$convert`."""

    __slots__ = ("locale", "now", "zone")

    def __init__(self, now: datetime, locale: Locale, zone: tzinfo) -> None:
        self.now = now
        self.locale = locale
        self.zone = zone


def _to_string(budget: Budget, tool: ConversionTool, value: object) -> object:
    return None if value is None else java_string(value, budget)


def _to_number(budget: Budget, tool: ConversionTool, value: object) -> Number | None:
    return number_of(value, locale=tool.locale, budget=budget)


def _narrowing(narrow: Callable[[Number], Number]) -> Conversion:
    def convert(budget: Budget, tool: ConversionTool, value: object) -> object:
        if value is None:
            return None
        number = _to_number(budget, tool, value)
        if number is None:
            raise MethodFailed(f"{java_string(value, budget)[:40]!r} is not a number")
        return narrow(number)

    return convert


def _to_boolean(budget: Budget, tool: ConversionTool, value: object) -> object:
    if value is None or value.__class__ is bool:
        return value
    return to_bool(java_string(value, budget))


def _to_strings(budget: Budget, tool: ConversionTool, value: object) -> list[object] | None:
    if value is None:
        return None
    if value.__class__ not in COLLECTIONS:
        return list(split_at_commas(java_string(value, budget), budget))
    elements = copied(budget, cast("list[object]", value))
    return [_to_string(budget, tool, element) for element in elements] or None


def _each(convert: Conversion) -> Callable[..., object]:
    def converted(budget: Budget, tool: ConversionTool, value: object) -> object:
        texts = _to_strings(budget, tool, value)
        return None if texts is None else [convert(budget, tool, text) for text in texts]

    return converted


def _to_date(budget: Budget, tool: ConversionTool, value: object) -> object:
    if value.__class__ is datetime or value.__class__ is date:
        return in_utc(value)
    return None if value is None else _parse_date(budget, tool, value)


def _to_locale(budget: Budget, tool: ConversionTool, value: object) -> object:
    return None if value is None else str(locale_of(to_text(value, budget)))


def _parse_number(budget: Budget, tool: ConversionTool, *arguments: object) -> object:
    pattern = to_text(arguments[1], budget) if len(arguments) > 1 else "default"
    locale = locale_of(to_text(arguments[2], budget)) if len(arguments) > 2 else tool.locale
    text = to_text(arguments[0], budget)
    return number_of(text, locale=locale, budget=budget, pattern=pattern)


def _parse_date(budget: Budget, tool: ConversionTool, *arguments: object) -> object:
    pattern = to_text(arguments[1], budget) if len(arguments) > 1 else "default"
    locale = locale_of(to_text(arguments[2], budget)) if len(arguments) > 2 else tool.locale
    text = to_text(arguments[0], budget)[:200]
    return parse_date(pattern, text, locale=locale, zone=tool.zone, now=tool.now)


def _int_or_zero(budget: Budget, tool: ConversionTool, value: object) -> object:
    number = _to_number(budget, tool, value)
    return 0 if number is None else as_int(number)


def _double_or_zero(budget: Budget, tool: ConversionTool, value: object) -> object:
    number = _to_number(budget, tool, value)
    return 0.0 if number is None else as_double(number)


CONVERT_METHODS: Table = {
    "toString": method(_to_string, 1),
    "toNumber": method(_to_number, 1),
    "toInteger": method(_narrowing(as_int), 1),
    "toDouble": method(_narrowing(as_double), 1),
    "toBoolean": method(_to_boolean, 1),
    "toDate": method(_to_date, 1),
    "toLocale": method(_to_locale, 1),
    "toStrings": method(_to_strings, 1),
    "toNumbers": method(_each(_to_number), 1),
    "toInts": method(_each(_int_or_zero), 1),
    "toIntegers": method(_each(_int_or_zero), 1),
    "toDoubles": method(_each(_double_or_zero), 1),
    "toBooleans": method(_each(_to_boolean), 1),
    "toDates": method(_each(_to_date), 1),
    "parseNumber": method(_parse_number, 1, 2, 3),
    "parseDate": method(_parse_date, 1, 2, 3),
}
