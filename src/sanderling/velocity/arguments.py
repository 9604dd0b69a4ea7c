"""From characters to the arguments of a directive, and the blanks after it that belong to it.

Arguments are separated by blanks or commas and know no operators; a bare word among them is the
`in` of a loop or the name of a macro, and a mistake where a macro is called with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .expressions import ExpressionParser
from .lexing import LINE_END, NAME, OPENING, Source
from .nodes import Interpolated, Literal, MacroDefinition, Node, Reference
from .options import Gobbling, Options

_COMMENT_OPENS = re.compile(r"<!--[ \t\r\n]*(?=#\{?[@a-z])")
_COMMENT_CLOSES = re.compile(r"[ \t\r\n]*-->")
_COMMENT = re.compile(r"##[^\r\n]*")
_SEPARATOR = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")


@dataclass(slots=True)
class Word(Node):
    """A bare word among arguments: the `in` of a loop, the name of a macro."""

    text: str
    offset: int


@dataclass(slots=True)
class Assigned(Node):
    """`$parameter="default"` in the head of a macro."""

    target: Reference
    value: Node


class ArgumentParser(ExpressionParser):
    """A cursor that can read the arguments of directives."""

    def __init__(self, source: Source, text: str, base: int, options: Options) -> None:
        super().__init__(source, text, base, options)
        self.macros: dict[str, MacroDefinition] = {}
        self.known: frozenset[str] = frozenset()
        self.words_given: list[tuple[str, Word]] = []
        self.argument_texts: list[str] = []
        self.at_line_start = True
        self.inside_comment = False

    # Arguments

    def has_arguments(self) -> bool:
        """Whether a parenthesis follows."""
        return bool(OPENING.match(self.text, self.position))

    def one_text(self, name: str, offset: int) -> Node:
        """The only argument of a directive that takes a text."""
        arguments = self.arguments_of(name) if self.has_arguments() else []
        if len(arguments) != 1 or not self.are_texts(arguments):
            raise self.error(f"'#{name}' needs one text in quotes, or one reference.", offset)
        return arguments[0]

    def are_texts(self, arguments: list[Node]) -> bool:
        """Whether these can be texts."""
        return bool(arguments) and all(
            isinstance(argument, (Reference, Interpolated))
            or (isinstance(argument, Literal) and isinstance(argument.value, str))
            for argument in arguments
        )

    def arguments_of(self, name: str) -> list[Node]:
        """What stands in the parentheses, separated by blanks or commas; no operators."""
        if not self.match(OPENING):
            raise self.unexpected(f"'(' is missing after '#{name}'")
        arguments: list[Node] = []
        self.argument_texts = []
        self.skip_spaces()
        while not self._arguments_end(name):
            self.match(_SEPARATOR)
            self.skip_spaces()
            start = self.position
            arguments.append(self._argument(name))
            self.argument_texts.append(self.text[start : self.position].rstrip())
            self.match(_SEPARATOR)
            self.skip_spaces()
        return arguments

    def _arguments_end(self, name: str) -> bool:
        while name == "macro" and self.match(_COMMENT):
            self.skip_spaces()
        if self.take(")"):
            return True
        if self.position >= self.end:
            raise self.error(f"')' is missing after '#{name}('.")
        if self.peek(2) == "##":
            raise self.error(f"A comment is not allowed among the arguments of '#{name}'.")
        return False

    def _argument(self, name: str) -> Node:
        offset = self.offset()
        found = NAME.match(self.text, self.position)
        if found and found[0] not in ("true", "false"):
            self.position = found.end()
            return Word(found[0], offset)
        self.node_count = 0
        operand = self.operand()
        if name != "macro" or not isinstance(operand, Reference):
            return operand
        self.skip_spaces()
        if not self.take("="):
            return operand
        self.skip_spaces()
        return Assigned(operand, self.operand())

    def check_macro_arguments(self) -> None:
        """Refuse bare words as arguments of macros that exist: they are missing quotes or a '$'."""
        for name, word in self.words_given:
            if name in self.macros or name in self.known:
                raise self.error(
                    f"The argument '{word.text}' of '#{name}' needs quotes or a '$'.", word.offset
                )

    # The blanks after a directive

    def comment_opens(self) -> bool:
        """Move past '<!--' when a directive follows: in HTML they are written inside comments."""
        self.inside_comment = bool(self.match(_COMMENT_OPENS))
        return self.inside_comment

    def comment_closes(self) -> None:
        """Move past the '-->' after a directive that '<!--' stood before."""
        if self.inside_comment and self.match(_COMMENT_CLOSES):
            self.inside_comment = False

    def gobbles_always(self) -> bool:
        """Whether line ends are eaten wherever the directive stands."""
        return self.options.gobbling is Gobbling.BC

    def gobbles_line(self, starts_line: bool, has_parentheses: bool) -> bool:
        """Whether the line end after a directive without a body belongs to it."""
        if self.options.gobbling is Gobbling.BC:
            return has_parentheses
        return starts_line

    def end_postfix(self, starts_line: bool) -> str:
        """The rest of the line after '#end'."""
        return self.line_end(starts_line or self.gobbles_always())

    def line_end(self, belongs: bool) -> str:
        """The rest of the line, when it is blank and belongs to the directive."""
        self.comment_closes()
        found = self.match(LINE_END) if belongs else None
        self.at_line_start = found is not None
        return found[0] if found else ""

    def opening_line_end(self, starts_line: bool) -> str:
        """The rest of the line after `#if (…)` or `#else`; without one, the line goes on inside."""
        end = self.line_end(True)
        self.at_line_start = starts_line or bool(end)
        return end
