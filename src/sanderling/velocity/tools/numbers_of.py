"""How the tools take a number from any value: a date is its milliseconds, a text is read.

A text is read as `NumberFormat` reads it, from its beginning: `12 pieces` is 12 and `abc` is none.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale

from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.dates import millis_of
from sanderling.velocity.text import java_string
from sanderling.velocity.text.decimal_format import DecimalFormat, decimal_format, named_format

Number = int | float | Decimal

_READ = 1_000
_READING = 80


def number_of(
    value: object, *, locale: Locale, budget: Budget, pattern: str = "default"
) -> Number | None:
    """The number that the value is or says, None when there is none."""
    if value.__class__ in (int, float, Decimal):
        return value
    if value.__class__ is datetime or value.__class__ is date:
        return millis_of(value)
    if value is None or value.__class__ is bool:
        return None
    text = java_string(value, budget)
    budget.charge_work(_READING + 4 * min(len(text), _READ))
    return number_format(pattern, locale).parse(text[:_READ])


@lru_cache(maxsize=512)
def number_format(pattern: str, locale: Locale) -> DecimalFormat:
    """The format of a style's name or of a pattern; raises MethodFailed for a malformed one."""
    return named_format(pattern, locale) or decimal_format(pattern, locale)
