"""Where characters become tokens: the source, its positions, and a cursor that moves over it.

The language has no one set of tokens: `-1` is text after a reference in the body, a number inside
`#set`, and a mistake after an operand. So the parser asks the cursor for what may stand where it
is, one regular expression at a time; each is linear, and none looks back.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from .errors import ParseError, VelocityError

BLANKS = re.compile(r"[ \t]*")
SPACES = re.compile(r"[ \t\r\n]*")
LINE_END = re.compile(r"[ \t]*(?:\r\n|\n|\r)")
PLAIN_TEXT = re.compile(r"[^$#\\]+")
PLAIN_HTML = re.compile(r"[^$#\\<]+")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NAME_WITH_HYPHENS = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
NUMBER = re.compile(r"-?(?:[0-9]+(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
SINGLE_QUOTED = re.compile(r"'((?:[^']|'')*)'")
DOUBLE_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
DIRECTIVE = re.compile(r"#(?:\{(@?[A-Za-z_][A-Za-z0-9_]*)\}|(@?[A-Za-z_][A-Za-z0-9_]*|@))")
DIRECTIVE_WITH_HYPHENS = re.compile(
    r"#(?:\{(@?[A-Za-z_][A-Za-z0-9_-]*)\}|(@?[A-Za-z_][A-Za-z0-9_-]*|@))"
)
OPENING = re.compile(r"[ \t\r\n]*\(")

MINUS_GLUED = re.compile(r"-[0-9]")

MAX_SOURCE = 512_000


class Source:
    """The text of one template, by name, that knows the line of every offset."""

    __slots__ = ("_line_starts", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._line_starts: list[int] | None = None

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1."""
        if self._line_starts is None:
            ends = (match.end() for match in re.finditer(r"\r\n|\n|\r", self.text))
            self._line_starts = [0, *ends]
        line = bisect_right(self._line_starts, min(offset, len(self.text)))
        return line, min(offset, len(self.text)) - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of one line, without its end."""
        starts = self._line_starts or [0]
        start = starts[number - 1]
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def error(self, kind: type[VelocityError], message: str, offset: int) -> VelocityError:
        """An error of this kind that shows the line of the offset."""
        line, column = self.place(offset)
        return kind(
            message,
            template=self.name,
            line=line,
            column=column,
            source_line=self.line(line)[:400],
        )


class Cursor:
    """A position in a text; `base` maps it to the source when the text is part of a string."""

    def __init__(self, source: Source, text: str, base: int = 0) -> None:
        self.source = source
        self.text = text
        self.base = base
        self.position = 0
        self.end = len(text)

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What the pattern matches here; moves past it."""
        found = pattern.match(self.text, self.position)
        if found:
            self.position = found.end()
        return found

    def peek(self, length: int = 1) -> str:
        """The next characters, without moving."""
        return self.text[self.position : self.position + length]

    def take(self, token: str) -> bool:
        """Move past this token when it stands here."""
        if self.text.startswith(token, self.position):
            self.position += len(token)
            return True
        return False

    def expect(self, token: str, why: str) -> None:
        """Move past this token, which must stand here."""
        if not self.take(token):
            raise self.unexpected(f"{token!r} is missing {why}")

    def skip_spaces(self) -> None:
        """Move past blanks and line ends."""
        self.match(SPACES)

    def offset(self) -> int:
        """This position in the source."""
        return self.base + self.position

    def error(self, message: str, offset: int | None = None) -> VelocityError:
        """A ParseError at this place, or at an offset of the source."""
        return self.source.error(ParseError, message, self.offset() if offset is None else offset)

    def unexpected(self, what: str) -> VelocityError:
        """A ParseError that shows what stands here instead."""
        here = self.text[self.position : self.position + 12].split("\n")[0]
        if MINUS_GLUED.match(here):
            return self.error(f"A minus before a digit belongs to the number: write '- {here[1]}'.")
        found = f"found {here!r}" if here else "the line or the template ends here"
        return self.error(f"{what}; {found}.")
