"""Runs of '$', '#' and '\\': what they begin, and what is left of those that begin nothing.

The original collects signs until one of them begins something, and only the last does: `$$name` is
a '$' and a reference, `$#if` a '$' and a directive. A run that begins nothing hangs on what comes
next, and is lost where that is no text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from .lexing import NUMBER

_DOLLAR = re.compile(r"\\*\$(\\*!)?")
_NO_INDEX = re.compile(r"\$!?\[|\$\\!\[|\$\.")
_SUFFIX = re.compile(r"[ \t]*(?:\r\n|\n|\r)")
_FORMAL = re.compile(r"\{\$?")
_SET = re.compile(r"#(?:set|\{set\})[ \t]*\(")


class Begins(Enum):
    """What the last sign of a run begins."""

    REFERENCE = auto()
    DIRECTIVE = auto()
    LINE_COMMENT = auto()
    BLOCK_COMMENT = auto()
    RAW = auto()
    BANG = auto()
    BRACE = auto()
    NO_INDEX = auto()
    LINE_END = auto()
    TEXT = auto()
    NOTHING = auto()


@dataclass(slots=True)
class Signs:
    """A run from `start`; its last sign stands at `last`, what belongs to it ends at `end`."""

    begins: Begins
    start: int
    last: int
    end: int


class SignReader:
    """Finds where a run of signs ends; `words` and `names` differ when hyphens are letters."""

    def __init__(self, text: str, words: re.Pattern[str], names: re.Pattern[str]) -> None:
        self.text = text
        self.words = words
        self.names = names

    def run(self, start: int, *, free: bool = True) -> Signs:
        """The run that starts here. `free`: no reference stands directly before it."""
        position, last, sign = start, start, ""
        while True:
            dollar = _DOLLAR.match(self.text, position)
            if dollar:
                if sign != "#" and (free or sign) and self._is_no_index(position):
                    found = _NO_INDEX.match(self.text, position)
                    assert found is not None
                    return Signs(Begins.NO_INDEX, start, position, found.end())
                position, last, sign = dollar.end(), dollar.end() - len(dollar[1] or "") - 1, "$"
            elif self.text.startswith("#", position):
                if found_kind := self._hash(position, sign):
                    return Signs(found_kind, start, position, position)
                last, sign, position = position, "#", position + 1
            else:
                break
        if sign == "$":
            return self._after_dollar(start, last, position)
        return self._after_hash(start, last, position)

    def _is_no_index(self, position: int) -> bool:
        return _NO_INDEX.match(self.text, position) is not None

    def _hash(self, position: int, sign: str) -> Begins | None:
        follows = self.text[position + 1 : position + 3]
        if follows[:1] == "#":
            return Begins.LINE_COMMENT
        if follows == "[[":
            return Begins.RAW
        if follows[:1] == "*":
            return Begins.BLOCK_COMMENT
        if sign != "#" and _SET.match(self.text, position):
            return Begins.DIRECTIVE
        return None

    def _after_dollar(self, start: int, last: int, position: int) -> Signs:
        text = self.text
        if position == len(text):
            return Signs(Begins.TEXT, start, last, position)
        brace = _FORMAL.match(text, position)
        if self.names.match(text, brace.end() if brace else position):
            slashed = "\\" in text[last:position]
            return Signs(Begins.BANG if slashed else Begins.REFERENCE, start, last, position)
        if brace:
            return Signs(Begins.BRACE, start, last, brace.end())
        return self._line_end(start, last, position)

    def _after_hash(self, start: int, last: int, position: int) -> Signs:
        if position == len(self.text):
            return Signs(Begins.TEXT, start, last, position)
        if self.words.match(self.text, last):
            return Signs(Begins.DIRECTIVE, start, last, position)
        if number := NUMBER.match(self.text, position):
            return Signs(Begins.TEXT, start, last, number.end())
        return self._line_end(start, last, position)

    def _line_end(self, start: int, last: int, position: int) -> Signs:
        if found := _SUFFIX.match(self.text, position):
            return Signs(Begins.LINE_END, start, last, found.end())
        return Signs(Begins.NOTHING, start, last, position)


def left_over(image: str) -> str:
    """What is printed of signs that began nothing, with the character that ended them."""
    kept: list[str] = []
    index = 0
    while index < len(image):
        if image[index] in "#$":
            kept.append(image[index])
        elif image[index] == "\\":
            end = index
            while end < len(image) and image[end] == "\\":
                end += 1
            if image[end : end + 1] == "$":
                kept.append(image[index : end + 1])
                index = end + 1
        index += 1
    return "".join(kept)
