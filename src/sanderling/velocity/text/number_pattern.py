"""The grammar of DecimalFormat patterns, with Java's refusals of malformed ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sanderling.velocity.errors import MethodFailed

Affix = tuple[tuple[str, bool], ...]
"""Pieces of text before or after the number; True marks a sign that the locale decides."""

_LONGEST = 200
_UNBOUNDED = 400
_NUMBER_SIGNS = frozenset("#0,.")


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """What a pattern says: how many digits, in which groups, between which texts."""

    prefix: Affix
    suffix: Affix
    negative: tuple[Affix, Affix] | None
    least_whole: int
    most_whole: int
    least_fraction: int
    most_fraction: int
    group_size: int
    multiplier: int
    exponent_digits: int
    always_point: bool

    def with_fraction(self, digits: int) -> NumberPattern:
        """The same pattern with a fixed number of digits after the point."""
        return replace(self, least_fraction=digits, most_fraction=digits)


@dataclass(slots=True)
class _Digits:
    """The number part of a pattern while it is read."""

    left: int = 0
    zeros: int = 0
    right: int = 0
    point: int = -1
    group: int = -1
    exponent: int = 0


def parse_number_pattern(pattern: str) -> NumberPattern:
    """The pattern taken apart; raises MethodFailed when Java would refuse it."""
    if len(pattern) > _LONGEST:
        raise MethodFailed(f"a number pattern may have {_LONGEST} characters at most")
    reader = _Reader(pattern)
    prefix = reader.affix()
    digits = reader.digits()
    suffix = reader.affix()
    negative = None
    if reader.take(";"):
        negative = reader.affix(), (reader.digits(), reader.affix())[1]
        if negative == (prefix, suffix):
            negative = None
    if reader.position < len(pattern):
        raise reader.malformed()
    return _assembled(reader, digits, prefix, suffix, negative)


def _assembled(
    reader: _Reader,
    digits: _Digits,
    prefix: Affix,
    suffix: Affix,
    negative: tuple[Affix, Affix] | None,
) -> NumberPattern:
    total = digits.left + digits.zeros + digits.right
    point = digits.point if digits.point >= 0 else total
    least_whole = point - digits.left
    signs = {text for text, special in prefix + suffix if special}
    return NumberPattern(
        prefix=prefix,
        suffix=suffix,
        negative=negative,
        least_whole=least_whole,
        most_whole=digits.left + least_whole if digits.exponent else _UNBOUNDED,
        least_fraction=max(digits.left + digits.zeros - point, 0) if digits.point >= 0 else 0,
        most_fraction=total - point if digits.point >= 0 else 0,
        group_size=max(digits.group, 0),
        multiplier=100 if "%" in signs else 1000 if "‰" in signs else 1,
        exponent_digits=digits.exponent,
        always_point=digits.point in (0, total) and digits.point >= 0,
    )


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.position = 0

    def malformed(self) -> MethodFailed:
        return MethodFailed(f"the number pattern {self.pattern!r} is malformed")

    def peek(self) -> str:
        return self.pattern[self.position : self.position + 1]

    def take(self, sign: str) -> bool:
        if self.peek() != sign:
            return False
        self.position += 1
        return True

    def affix(self) -> Affix:
        """Text up to the number, to `;`, or to the end; quotes make every sign plain text."""
        parts: list[tuple[str, bool]] = []
        while (char := self.peek()) and char not in _NUMBER_SIGNS and char != ";":
            self.position += 1
            if char == "'":
                parts.append((self.quoted(), False))
            elif char == "¤":
                parts.append(("¤¤" if self.take("¤") else "¤", True))
            else:
                parts.append((char, char in "%‰-"))
        return tuple(parts)

    def quoted(self) -> str:
        if self.take("'"):
            return "'"
        text = ""
        while char := self.peek():
            self.position += 1
            if char != "'":
                text += char
            elif self.take("'"):
                text += "'"
            else:
                return text
        raise self.malformed()

    def digits(self) -> _Digits:
        found = _Digits()
        while (char := self.peek()) in _NUMBER_SIGNS and char:
            self.position += 1
            self.count(found, char)
        if self.peek() == "E" and found.left + found.zeros + found.right:
            self.exponent(found)
        self.settle(found)
        return found

    def count(self, found: _Digits, char: str) -> None:
        if char == ",":
            found.group = 0
            return
        if char == ".":
            if found.point >= 0:
                raise self.malformed()
            found.point = found.left + found.zeros + found.right
            return
        if char == "0":
            if found.right:
                raise self.malformed()
            found.zeros += 1
        elif found.zeros:
            found.right += 1
        else:
            found.left += 1
        if found.group >= 0 and found.point < 0:
            found.group += 1

    def exponent(self, found: _Digits) -> None:
        self.position += 1
        while self.take("0"):
            found.exponent += 1
        if found.left + found.zeros < 1 or found.exponent < 1:
            raise self.malformed()

    def settle(self, found: _Digits) -> None:
        """`#.##` and `.##` have their first digit before the point; bad points and groups end."""
        if not found.zeros and found.left and found.point >= 0:
            whole = max(found.point, 1)
            found.right = found.left - whole
            found.left = whole - 1
            found.zeros = 1
        outside = found.point >= 0 and not (found.left <= found.point <= found.left + found.zeros)
        if outside or found.group == 0:
            raise self.malformed()
