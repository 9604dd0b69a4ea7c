"""`java.text.DecimalFormat`: patterns like `#,##0.00`, `0.##%`, `0.00E0`, `0;(0)`.

Rounding is half-even, on the exact value of the double: 1.005 prints as 1.00, since the double is a
little less. A negative number that rounds to nothing keeps its sign (`-0`), as in Java.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.numbers import get_currency_precision, get_currency_symbol, get_territory_currencies

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.text.locales import plain_blanks
from sanderling.velocity.text.number_pattern import NumberPattern, parse_number_pattern

_PRECISION = Context(prec=5_000, rounding=ROUND_HALF_EVEN)
_MOST_DIGITS = 1_000
_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class Symbols:
    """The signs a locale writes numbers with."""

    decimal: str
    group: str
    minus: str
    percent: str
    per_mille: str
    infinity: str
    nan: str
    exponent: str
    currency: str
    currency_code: str


@lru_cache(maxsize=256)
def symbols_of(locale: Locale) -> Symbols:
    """The signs of a locale; its currency is that of its country, `¤` where it names none."""
    signs = locale.number_symbols["latn"]
    code = currency_of(locale)
    return Symbols(
        decimal=signs["decimal"],
        group=signs["group"],
        minus=signs["minusSign"],
        percent=signs["percentSign"],
        per_mille=signs["perMille"],
        infinity=signs["infinity"],
        nan=signs["nan"],
        exponent=signs["exponential"],
        currency=get_currency_symbol(code, locale) if code else "¤",
        currency_code=code or "XXX",
    )


def currency_of(locale: Locale) -> str | None:
    """The code of the currency that the locale's country pays with."""
    if not locale.territory:
        return None
    codes = get_territory_currencies(locale.territory)
    return codes[0] if codes else None


class DecimalFormat:
    """A number pattern in a locale, ready to print and to read numbers."""

    __slots__ = ("_around", "pattern", "symbols")

    def __init__(self, pattern: NumberPattern, symbols: Symbols) -> None:
        self.pattern = pattern
        self.symbols = symbols
        self._around = {negative: self._affixes(negative=negative) for negative in (False, True)}

    def format(self, value: float | Decimal) -> str:
        """The number as text."""
        if digits := self._everyday(value):
            negative = value < 0 or (value == 0 and str(value).startswith("-"))
            return self._signed(self._laid_out(digits), negative=negative)
        if value != value:
            return self.symbols.nan
        negative = value < 0 or (value == 0 and str(value).startswith("-"))
        if value * self.pattern.multiplier in (float("inf"), float("-inf")):
            return self._signed(self.symbols.infinity, negative=negative)
        size = self._decimal(value)
        body = self._scientific(size) if self.pattern.exponent_digits else self._plain(size)
        return self._signed(body, negative=negative)

    def _everyday(self, value: Any) -> str:
        """The digits of a usual number without the help of Decimal; nothing for all others.

        Most of what is printed is prices: the shortest digits of a double where the pattern has
        room for them, its exact value rounded half-even where it has not. Decimal takes three
        times as long for the same.
        """
        pattern = self.pattern
        if pattern.exponent_digits:
            return ""
        if value.__class__ is int:
            return str(abs(value * pattern.multiplier)) if _LONG_MIN < value < _LONG_MAX else ""
        if value.__class__ is not float:
            return ""
        scaled = abs(value * pattern.multiplier)
        shortest = repr(scaled)
        _, point, fraction = shortest.partition(".")
        if not point or "e" in fraction:
            return ""
        most = pattern.most_fraction
        return shortest if len(fraction) <= most else f"{scaled:.{most}f}"

    def parse(self, text: str) -> float | None:
        """The number at the beginning of the text, None when there is none; `12abc` is 12."""
        for negative in (False, True):
            prefix, suffix = self._affixes(negative=negative)
            if text.startswith(prefix) and (prefix or not negative):
                found = self._number_at(text, len(prefix))
                if found and text.startswith(suffix, found[1]):
                    return self._read(found[0], negative=negative)
        return None

    def _decimal(self, value: float | Decimal) -> Decimal:
        # Multiplied as a double where it is one, as Java does: 0.145 * 100 is below 14.5.
        if value.__class__ is float:
            scaled = value * self.pattern.multiplier
            shortest = Decimal(repr(scaled))
            fraction = -int(shortest.as_tuple().exponent)
            return abs(shortest if fraction <= self.pattern.most_fraction else Decimal(scaled))
        exact = Decimal(value).copy_abs()
        if exact.adjusted() > _MOST_DIGITS:
            raise MethodFailed("the number has too many digits")
        with localcontext(_PRECISION):
            return exact * self.pattern.multiplier

    def _plain(self, size: Decimal) -> str:
        pattern = self.pattern
        with localcontext(_PRECISION):
            rounded = size.quantize(Decimal(1).scaleb(-pattern.most_fraction))
        return self._laid_out(format(rounded, "f"))

    def _laid_out(self, digits: str) -> str:
        pattern = self.pattern
        whole, _, fraction = digits.partition(".")
        fraction = fraction.rstrip("0").ljust(pattern.least_fraction, "0")
        whole = whole.lstrip("0").rjust(pattern.least_whole, "0")
        if not whole and not fraction:
            whole = "0"
        point = self.symbols.decimal if fraction or pattern.always_point else ""
        return f"{self._grouped(whole)}{point}{fraction}"

    def _grouped(self, whole: str) -> str:
        size = self.pattern.group_size
        if not size or len(whole) <= size:
            return whole
        head = len(whole) % size
        groups = [whole[i : i + size] for i in range(head, len(whole), size)]
        return self.symbols.group.join(([whole[:head]] if head else []) + groups)

    def _scientific(self, size: Decimal) -> str:
        pattern = self.pattern
        most, least = pattern.most_whole, pattern.least_whole
        if size:
            with localcontext(Context(prec=most + pattern.most_fraction or 1)):
                size = (+size).normalize()
        digits = "".join(map(str, size.as_tuple().digits)) if size else ""
        exponent = size.adjusted() + 1 if size else 0
        if most > 1 and most > least:
            exponent = (exponent - 1) // most * most
            least = 1
        else:
            exponent -= least if least > 0 or pattern.least_fraction > 0 else 1
        whole_digits = least if not size else size.adjusted() + 1 - exponent
        if not size:
            exponent = 0
        shown = max(least + pattern.least_fraction, whole_digits, len(digits))
        digits = digits.ljust(shown, "0")
        whole, fraction = digits[:whole_digits], digits[whole_digits:]
        point = self.symbols.decimal if fraction or pattern.always_point else ""
        sign = self.symbols.minus if exponent < 0 else ""
        power = str(abs(exponent)).rjust(pattern.exponent_digits, "0")
        return f"{whole}{point}{fraction}{self.symbols.exponent}{sign}{power}"

    def _signed(self, body: str, *, negative: bool) -> str:
        prefix, suffix = self._around[negative]
        return f"{prefix}{body}{suffix}"

    def _affixes(self, *, negative: bool) -> tuple[str, str]:
        pattern = self.pattern
        if not negative:
            return self._affix(pattern.prefix), self._affix(pattern.suffix)
        if pattern.negative is None:
            return self.symbols.minus + self._affix(pattern.prefix), self._affix(pattern.suffix)
        return self._affix(pattern.negative[0]), self._affix(pattern.negative[1])

    def _affix(self, parts: tuple[tuple[str, bool], ...]) -> str:
        return "".join(self._sign(text) if special else text for text, special in parts)

    def _sign(self, sign: str) -> str:
        signs = {
            "%": self.symbols.percent,
            "‰": self.symbols.per_mille,
            "-": self.symbols.minus,
            "¤": self.symbols.currency,
            "¤¤": self.symbols.currency_code,
        }
        return signs[sign]

    def _number_at(self, text: str, start: int) -> tuple[str, int] | None:
        digits, position, point = "", start, False
        while position < len(text):
            char = text[position]
            if "0" <= char <= "9":
                digits += char
            elif char == self.symbols.decimal and not point:
                point = True
                digits += "."
            elif char != self.symbols.group or point or not self.pattern.group_size:
                break
            position += 1
        if not digits.strip("."):
            return None
        return self._with_exponent(text, digits, position)

    def _with_exponent(self, text: str, digits: str, position: int) -> tuple[str, int]:
        sign = self.symbols.exponent
        end = position + len(sign)
        if text.startswith(sign, position):
            if text.startswith(self.symbols.minus, end):
                end += len(self.symbols.minus)
            first = end
            while end < len(text) and "0" <= text[end] <= "9" and end - first < 4:
                end += 1
            if end > first:
                minus = "-" if first > position + len(sign) else ""
                return f"{digits}E{minus}{text[first:end]}", end
        return digits, position

    def _read(self, digits: str, *, negative: bool) -> float:
        if len(digits) > _MOST_DIGITS:
            raise MethodFailed("the number has too many digits")
        number = Decimal(digits) / self.pattern.multiplier
        if negative:
            number = -number
        if -308 < number.adjusted() < 19 and number == int(number):
            whole = int(number)
            if _LONG_MIN <= whole <= _LONG_MAX and not (negative and whole == 0):
                return whole
        return float(number)


@lru_cache(maxsize=512)
def decimal_format(pattern: str, locale: Locale) -> DecimalFormat:
    """The format of a pattern; raises MethodFailed when the pattern is malformed."""
    return DecimalFormat(parse_number_pattern(pattern), symbols_of(locale))


@lru_cache(maxsize=256)
def named_format(style: str, locale: Locale) -> DecimalFormat | None:
    """The formats `number` (`default`), `integer`, `percent`, `currency`; None for others."""
    style = style.lower()
    if style in ("number", "default"):
        return decimal_format(locale.decimal_formats[None].pattern, locale)
    if style == "integer":
        return decimal_format("#,##0", locale)
    if style == "percent":
        return decimal_format(locale.percent_formats[None].pattern, locale)
    if style == "currency":
        return _currency_format(locale)
    return None


def _currency_format(locale: Locale) -> DecimalFormat:
    pattern = plain_blanks(locale.currency_formats["standard"].pattern)
    code = currency_of(locale)
    digits = get_currency_precision(code) if code else 2
    parsed = parse_number_pattern(pattern).with_fraction(digits)
    return DecimalFormat(parsed, symbols_of(locale))
