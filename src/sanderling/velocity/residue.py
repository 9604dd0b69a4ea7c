"""What still counts as part of a reference, after it: the original goes on reading there.

`$a.b{` is followed by a name and '}' or by nothing; `$a.b$c[` is a mistake, since the '[' belongs
to nobody; after `$a.f(` whatever is no list of arguments must be blanks, words or numbers. Where a
reference stands inside what follows another one, both are remembered, the innermost last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from .directives import DirectiveParser
from .lexing import DOUBLE_QUOTED, NUMBER, SINGLE_QUOTED, Source
from .nodes import Block, Call, Index, Reference, Step
from .options import Options


class After(Enum):
    """After what the text goes on."""

    SIGN = auto()
    NAME = auto()
    PROPERTY = auto()
    CALL = auto()
    PARENTHESIS = auto()
    BAR = auto()


@dataclass(slots=True)
class Residue:
    """One reference that is not over yet, and how many of its braces are open."""

    after: After
    braces: int = 0


_GOES_ON = re.compile(r"[{}|#$\\(]|(?:true|false)(?![A-Za-z0-9_])")
_STEPS_MAY_FOLLOW = frozenset({After.NAME, After.PROPERTY, After.CALL})
_TRUE_OR_FALSE = re.compile(r"(?:true|false)(?![A-Za-z0-9_])")
_BRACE = re.compile(r"\{\$?")
_LINE_END = re.compile(r"\r\n|\n|\r")
_SUFFIX = re.compile(r"[ \t]*(?:\r\n|\n|\r)")
_INDENTED_SIGN = re.compile(r"[ \t]+[$#]")
_BLANKS = re.compile(r"[ \t]+")
_OPERATORS = frozenset({"or", "and", "eq", "ne", "lt", "le", "gt", "ge", "not", "true", "false"})


class ResidueParser(DirectiveParser):
    """A cursor that knows which references are not over yet."""

    def __init__(self, source: Source, text: str, base: int, options: Options) -> None:
        super().__init__(source, text, base, options)
        self.residue: list[Residue] = []

    def emit(self, block: Block, text: str, *, moves: bool = True) -> None:
        """Add text to a body; `moves` when structured gobbling may take indentation from it."""
        raise NotImplementedError

    def leave_open(self, reference: Reference) -> None:
        """Remember a reference without braces when what follows may still belong to it."""
        if _GOES_ON.match(self.text, self.position):
            self.residue.append(Residue(_after(reference.steps, After.NAME)))

    # Before something that a sign begins

    def end_before_dollar(self) -> None:
        """A '$' ends a reference that is only a name."""
        if self.residue and self.residue[-1].after in (After.NAME, After.SIGN):
            self.residue.pop()

    def end_before_hash(self) -> None:
        """A '#' ends a name or a property; after a call it ends everything."""
        if self.residue and self.residue[-1].after in (After.NAME, After.SIGN, After.PROPERTY):
            self.residue.pop()
        self.end_after_call()

    def end_after_call(self) -> None:
        """A '#' among signs: a call before them is over, and all that it stands in."""
        if self.residue and self.residue[-1].after is After.CALL:
            self.residue.clear()

    def end_after_comment(self) -> None:
        """A comment ends a name or a call."""
        if self.residue and self.residue[-1].after in (After.NAME, After.CALL):
            self.residue.pop()

    # What follows

    def in_residue(self, block: Block) -> bool:
        """Read what still belongs to a reference; False when it is over, or a sign follows."""
        while self.residue and self.position < self.end:
            char = self.peek()
            if char in "$#" or (char == "\\" and self._is_escaped_dollar()):
                return False
            last = self.residue[-1]
            if last.after in (After.PARENTHESIS, After.BAR):
                if self.at_line_start and self._matches(_INDENTED_SIGN):
                    return False
                self._among_arguments(block, last)
                return True
            if self._continues(block, last, char):
                return True
            self.residue.pop()
        return False

    def _is_escaped_dollar(self) -> bool:
        rest = self.position
        while self.text.startswith("\\", rest):
            rest += 1
        return self.text.startswith("$", rest)

    def _continues(self, block: Block, last: Residue, char: str) -> bool:
        if char == "{":
            self._brace(block, last)
        elif char == "}":
            self._closing_brace(block)
        elif last.after is After.SIGN:
            return self._after_sign(block, last)
        elif char == "|":
            self._bar(block, last)
        elif char == "[" or (last.after is not After.CALL and self._matches(_TRUE_OR_FALSE)):
            raise self.unexpected("This cannot follow a reference: close it with braces '${…}'")
        elif char == "." and self.name_pattern.match(self.text, self.position + 1):
            self._mark(block, ".", last, After.PROPERTY)
        elif char == "(" and last.after is After.PROPERTY:
            self._mark(block, "(", last, After.PARENTHESIS)
        elif last.after is After.PROPERTY and self._matches(self.name_pattern):
            self._word(block, last, After.PROPERTY)
        else:
            return False
        return True

    def _matches(self, pattern: re.Pattern[str]) -> bool:
        return pattern.match(self.text, self.position) is not None

    def _mark(self, block: Block, mark: str, last: Residue, after: After) -> None:
        self.take(mark)
        last.after = after
        self.emit(block, mark)

    def _after_sign(self, block: Block, last: Residue) -> bool:
        if self._matches(self.name_pattern):
            self._word(block, last, After.NAME)
            return True
        if found := self.match(_SUFFIX):
            self.residue.pop()
            self.emit(block, found[0])
            self.at_line_start = True
            return True
        return False

    def _word(self, block: Block, last: Residue, without_steps: After) -> None:
        """A name without a sign: it is printed as it stands, and so are its steps."""
        start = self.position
        self.match(self.name_pattern)
        last.after = _after(self.steps(), without_steps)
        self.emit(block, self.text[start : self.position], moves=False)

    def _brace(self, block: Block, last: Residue) -> None:
        start = self.position
        found = self.match(_BRACE)
        assert found is not None
        if last.after in (After.SIGN, After.PROPERTY) and self.match(self.name_pattern):
            self.steps()
            self.formal_end()
            self.residue.pop()
            self.emit(block, self.text[start : self.position], moves=False)
        else:
            last.braces += 1
            self.emit(block, found[0])

    def _closing_brace(self, block: Block) -> None:
        self.take("}")
        while self.residue and not self.residue[-1].braces:
            self.residue.pop()
        if self.residue and self.residue[-1].after is not After.PARENTHESIS:
            self.residue.pop()
        self.emit(block, "}")

    def _bar(self, block: Block, last: Residue) -> None:
        starts_line = self.at_line_start
        if self.take("||"):
            self.residue.pop()
            self.emit(block, "||")
            self.at_line_start = starts_line
            return
        self.take("|")
        if last.braces == 1:
            last.after = After.BAR
        else:
            self.residue.pop()
        self.emit(block, "|")

    def _among_arguments(self, block: Block, last: Residue) -> None:
        if found := self.match(_LINE_END):
            self.emit(block, found[0])
            self.at_line_start = True
            return
        for pattern in (_BLANKS, NUMBER, SINGLE_QUOTED, DOUBLE_QUOTED):
            if found := self.match(pattern):
                self.emit(block, found[0])
                return
        if last.after is After.PARENTHESIS and self._word_among_arguments(block, last):
            return
        raise self.unexpected("This is neither a list of arguments nor text after '('")

    def _word_among_arguments(self, block: Block, last: Residue) -> bool:
        if self.peek() == "." and self.name_pattern.match(self.text, self.position + 1):
            self._mark(block, ".", last, After.PROPERTY)
            return True
        found = self.name_pattern.match(self.text, self.position)
        if not found or found[0] in _OPERATORS:
            return False
        if self.text.startswith("[", found.end()):
            raise self.unexpected("An index cannot stand here")
        self._word(block, last, After.PARENTHESIS)
        return True


def _after(steps: list[Step], without_steps: After) -> After:
    """After what a reference leaves the text: an index counts as what stands before it."""
    for step in reversed(steps):
        if not isinstance(step, Index):
            return After.CALL if isinstance(step, Call) else After.PROPERTY
    return without_steps
