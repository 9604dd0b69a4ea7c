"""The grammar of SimpleDateFormat patterns: runs of letters are fields, quotes make plain text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sanderling.velocity.errors import MethodFailed

LETTERS = frozenset("GyYMLdDFEuaHkKhmsSzZXwW")
_LONGEST = 200
_MOST_LETTERS = 40


@dataclass(frozen=True, slots=True)
class Field:
    """One run of a letter: `yyyy` is Field("y", 4); plain text has no letter."""

    letter: str
    count: int
    text: str = ""


@lru_cache(maxsize=512)
def parse_date_pattern(pattern: str) -> tuple[Field, ...]:
    """The pattern taken apart; raises MethodFailed for an unknown letter or an open quote."""
    if len(pattern) > _LONGEST:
        raise MethodFailed(f"a date pattern may have {_LONGEST} characters at most")
    fields: list[Field] = []
    position = 0
    while position < len(pattern):
        char = pattern[position]
        if char == "'":
            text, position = _quoted(pattern, position + 1)
            fields.append(Field("", 0, text))
            continue
        end = position
        while end < len(pattern) and pattern[end] == char:
            end += 1
        fields.append(_field(pattern, char, end - position))
        position = end
    return tuple(fields)


def _field(pattern: str, char: str, count: int) -> Field:
    if not (char.isascii() and char.isalpha()):
        return Field("", 0, char * count)
    if char not in LETTERS:
        raise MethodFailed(f"{char!r} is no letter of a date pattern (in {pattern!r})")
    if count > _MOST_LETTERS or (char == "X" and count > 3):
        raise MethodFailed(f"{count} letters {char} in the date pattern {pattern!r}")
    return Field(char, count)


def _quoted(pattern: str, start: int) -> tuple[str, int]:
    if pattern.startswith("'", start):
        return "'", start + 1
    text, position = "", start
    while position < len(pattern):
        if pattern[position] != "'":
            text += pattern[position]
            position += 1
        elif pattern.startswith("''", position):
            text += "'"
            position += 2
        else:
            return text, position + 1
    raise MethodFailed(f"a quote is not closed in the date pattern {pattern!r}")
