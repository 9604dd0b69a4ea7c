"""`$number`: numbers as the reader's country writes them.

`$number.format('#,##0.00', $x)`, `$number.format('currency', $x)`, `$number.percent($x)`; with a
third argument in another country's way: `$number.format('currency', $x, 'uk_UA')`.
"""

from __future__ import annotations

from collections.abc import Callable

from babel import Locale

from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import to_text
from sanderling.velocity.methods.method import Table, method
from sanderling.velocity.text.locales import locale_of
from sanderling.velocity.tools.numbers_of import number_format, number_of

_FORMATTED = 200


# What Java makes of an empty pattern: thousands apart, and all digits there are.
_EMPTY = "#,###." + "#" * 20


class NumberTool:
    """`$number`."""

    __slots__ = ("locale",)

    def __init__(self, locale: Locale) -> None:
        self.locale = locale


def _format(budget: Budget, tool: NumberTool, *arguments: object) -> object:
    if len(arguments) == 1:
        arguments = ("default", arguments[0])
    if arguments[0] is None:
        return None
    return _formatted(budget, tool, to_text(arguments[0], budget), *arguments[1:])


def _formatted(
    budget: Budget, tool: NumberTool, pattern: str, value: object, language: object = None
) -> object:
    locale = tool.locale if language is None else locale_of(to_text(language, budget))
    budget.charge_work(_FORMATTED)
    number = number_of(value, locale=tool.locale, budget=budget)
    form = number_format(pattern or _EMPTY, locale)
    return None if number is None else form.format(number)


def _styled(style: str) -> Callable[[Budget, NumberTool, object], object]:
    def formatted(budget: Budget, tool: NumberTool, value: object) -> object:
        return _formatted(budget, tool, style, value)

    return formatted


def _to_number(budget: Budget, tool: NumberTool, *arguments: object) -> object:
    if len(arguments) == 1:
        return number_of(arguments[0], locale=tool.locale, budget=budget)
    language = arguments[2] if len(arguments) > 2 else None
    locale = tool.locale if language is None else locale_of(to_text(language, budget))
    pattern = to_text(arguments[0], budget)
    return number_of(arguments[1], locale=locale, budget=budget, pattern=pattern)


NUMBER_TOOL_METHODS: Table = {
    "format": method(_format, 1, 2, 3),
    "toNumber": method(_to_number, 1, 2, 3),
    **{style: method(_styled(style), 1) for style in ("currency", "integer", "number", "percent")},
}
