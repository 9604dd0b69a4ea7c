"""A safe part of `java.util.Formatter`: `String.format` and `$display.printf`.

`%s %S %d %x %X %o %c %b %e %f %g %n %%` with the flags `- # + space 0 , (`, width, precision
and argument numbers. Widths and precisions are capped: no template shall ask for a billion blanks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.text.printing import java_string

_WIDEST = 1_000
_SPECIFIED = 100
_SPECIFIER = re.compile(
    r"%(?:(\d{1,4})\$|(<))?([-#+ 0,(]*)(\d{1,9})?(?:\.(\d{1,9}))?(.)", re.DOTALL
)


def java_format(pattern: str, arguments: Sequence[object], *, budget: Budget) -> str:
    """The pattern with its arguments put in; raises MethodFailed when the two do not fit."""
    pieces: list[str] = []
    position = taken = last = size = 0
    while (start := pattern.find("%", position)) >= 0:
        found = _SPECIFIER.match(pattern, start)
        if found is None:
            raise MethodFailed(f"the format ends in the middle of {pattern[start : start + 20]!r}")
        budget.charge_work(_SPECIFIED)
        number, same, flags, width, precision, letter = found.groups()
        pieces.append(pattern[position:start])
        position = found.end()
        if letter in "n%":
            text = "\n" if letter == "n" else "%"
            pieces.append(_padded(text, flags, _capped(width)))
            continue
        if number:
            last = int(number)
        elif not same:
            taken += 1
            last = taken
        if not 1 <= last <= len(arguments):
            raise MethodFailed(f"the format has no value for {found.group()[:20]!r}")
        value = arguments[last - 1]
        text = _converted(value, letter, flags, _capped(precision), _capped(width), budget)
        pieces.append(text)
        size += len(text)
        if size > budget.limits.string:
            budget.check_string(size)
    pieces.append(pattern[position:])
    budget.check_string(size + len(pattern))
    return "".join(pieces)


def _capped(digits: str | None) -> int | None:
    if digits is None:
        return None
    if int(digits) > _WIDEST:
        raise MethodFailed(f"a width or precision may be {_WIDEST} at most")
    return int(digits)


def _padded(text: str, flags: str, width: int | None) -> str:
    if width is None:
        return text
    return text.ljust(width) if "-" in flags else text.rjust(width)


def _converted(
    value: object,
    letter: str,
    flags: str,
    precision: int | None,
    width: int | None,
    budget: Budget,
) -> str:
    kind = letter.lower()
    if letter != kind and kind not in "sxcbeg":
        raise MethodFailed(f"there is no conversion %{letter}")
    if kind in "sbc" or value is None:
        text = _general(value, kind, budget)[:precision]
        text = _padded(text, flags, width)
    elif kind in "dxo":
        text = _number(_whole(value, kind), flags, width)
    elif kind in "feg":
        text = _number(_fraction(value, kind, 6 if precision is None else precision), flags, width)
    else:
        raise MethodFailed(f"there is no conversion %{letter}")
    return text.upper() if letter != kind else text


def _general(value: object, kind: str, budget: Budget) -> str:
    if kind == "b":
        return "false" if value is None or value is False else "true"
    if value is None:
        return "null"
    if kind == "c" and value.__class__ is int:
        if not 0 <= value <= 0x10FFFF:
            raise MethodFailed("the number is no character's code")
        return chr(value)
    text = java_string(value, budget)
    if kind == "c" and len(text) != 1:
        raise MethodFailed("%c takes one character")
    return text


def _whole(value: object, kind: str) -> str:
    if value.__class__ is not int:
        raise MethodFailed(f"%{kind} takes a whole number")
    number: int = value
    if kind == "d":
        return java_string(number)
    bits = 32 if -(2**31) <= number < 2**31 else 64
    return format(number & ((1 << bits) - 1), kind)


def _fraction(value: object, kind: str, precision: int) -> str:
    if value.__class__ not in (float, Decimal):
        raise MethodFailed(f"%{kind} takes a number with a fraction")
    number = Decimal(repr(value)) if value.__class__ is float else Decimal(value)
    if not number.is_finite():
        return "NaN" if number.is_nan() else "-Infinity" if number < 0 else "Infinity"
    with localcontext(Context(prec=2_000, rounding=ROUND_HALF_UP)):
        if kind == "g":
            precision = max(precision, 1)
            kind = "f" if number == 0 or Decimal("1e-4") <= abs(number) < 10**precision else "e"
            shift = number.adjusted() + 1 if number and kind == "f" else 1
            precision -= shift
        if kind == "f":
            return format(number.quantize(Decimal(1).scaleb(-max(precision, 0))), "f")
        mantissa, _, power = format(number, f".{precision}e").partition("e")
        return f"{mantissa}e{int(power):+03d}"


def _number(text: str, flags: str, width: int | None) -> str:
    negative = text.startswith("-")
    digits = text[1:] if negative else text
    if "," in flags:
        whole, dot, rest = digits.partition(".")
        digits = f"{int(whole):,}{dot}{rest}" if whole.isdigit() else digits
    before, after = _signs(flags, negative=negative)
    if "0" in flags and width is not None and digits[0].isalnum():
        digits = digits.rjust(width - len(before) - len(after), "0")
    return _padded(before + digits + after, flags, width)


def _signs(flags: str, *, negative: bool) -> tuple[str, str]:
    if negative:
        return ("(", ")") if "(" in flags else ("-", "")
    return ("+" if "+" in flags else " " if " " in flags else ""), ""
