"""From characters to the tree of a template: text, references, comments, directives.

Blanks matter here: whether a directive starts its line decides which blanks belong to it. The
parser only records them (`prefix`, `postfix`); `gobbling` decides what is printed. What is no
directive is text, so that style sheets and scripts survive: `#wrap{}`, `$('#x')`, `$5`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from .directives import DirectiveParser
from .gobbling import settle
from .lexing import BLANKS, MAX_SOURCE, PLAIN_HTML, PLAIN_TEXT, Source
from .nodes import Block, Directive, MacroDefinition, Node, Reference, Text
from .options import Options

CONTROL = frozenset({"if", "elseif", "else", "end"})
CLOSERS = frozenset({"elseif", "else", "end"})
PLUGGABLE = frozenset(
    {"foreach", "include", "parse", "macro", "evaluate", "break", "define", "stop"}
)

_LINE_COMMENT = re.compile(r"##[^\r\n]*(\r\n|\n|\r)?")
_BLOCK_COMMENT = re.compile(r"#\*.*?(?:\*#|\Z)", re.DOTALL)
_TEXTBLOCK = re.compile(r"#\[\[(.*?)\]\]#", re.DOTALL)
_BACKSLASHES = re.compile(r"\\+")
_ESCAPED_BANG = re.compile(r"\$(\\+)(!+)(?=[A-Za-z_{])")
_DOUBLE_BANG = re.compile(r"\$!!+(?=[A-Za-z_{])")


@dataclass(slots=True)
class Parsed:
    """A template as a tree: the statements, and the macros defined anywhere in it."""

    source: Source
    body: list[Node]
    macros: dict[str, MacroDefinition] = field(default_factory=dict)


def parse(text: str, *, name: str, options: Options, known: frozenset[str] = frozenset()) -> Parsed:
    """The tree of a template, blanks already gobbled.

    `known`: macros defined elsewhere; a backslash before their call is an escape. Raises
    ParseError at the first mistake.
    """
    source = Source(name, text)
    parser = TemplateParser(source, text, 0, options)
    parser.known = known
    if len(text) > MAX_SOURCE:
        raise parser.error(f"The template is longer than {MAX_SOURCE:,} characters.")
    try:
        block, _ = parser.block(())
    except RecursionError:
        raise parser.error("The template is nested too deeply.") from None
    parser.check_macro_arguments()
    return Parsed(source, settle(block.body, options.gobbling), parser.macros)


MAX_PARTS = 20_000
"""An e-mail of 20 kB has 300. Reading these takes half a second."""


class TemplateParser(DirectiveParser):
    """Reads a whole template, or the inside of a text in double quotes."""

    def __init__(
        self,
        source: Source,
        text: str,
        base: int,
        options: Options,
        outer: TemplateParser | None = None,
    ) -> None:
        super().__init__(source, text, base, options)
        self.pieces: list[str] = []
        self.parts: Iterator[int] = outer.parts if outer else count()
        self.text_pattern = PLAIN_HTML if options.html_comments else PLAIN_TEXT
        if outer:
            self.macros = outer.macros
            self.known = outer.known
            self.depth = outer.depth
            self.words_given = outer.words_given
            self.loops = outer.loops

    def interpolate(self, text: str, base: int) -> list[Node]:
        """The body of a text in double quotes."""
        inner = TemplateParser(self.source, text, base, self.options, outer=self)
        block, _ = inner.block(())
        return settle(block.body, self.options.gobbling)

    def block(
        self, closers: tuple[str, ...], opener: tuple[str, int] = ("", 0)
    ) -> tuple[Block, str]:
        """The statements up to a closing directive, and that directive's name ('' at the end).

        The closing directive itself is read, but not the blanks after it.
        """
        self.deepen()
        block = Block([])
        while self.position < self.end:
            if closer := self._statement(block, closers):
                self.depth -= 1
                return block, closer
        if closers:
            name, offset = opener
            raise self.error(f"'#{name}' is never closed: its '#end' is missing.", offset)
        self._keep_indent(block)
        self.depth -= 1
        return block, ""

    def _statement(self, block: Block, closers: tuple[str, ...]) -> str:
        if found := self.match(self.text_pattern):
            self._text(block, found[0])
            return ""
        char = self.peek()
        if char == "$":
            self._dollar(block, "")
        elif char == "\\":
            self._backslashes(block)
        elif char == "#":
            return self._hash(block, closers)
        else:
            self._angle(block)
        return ""

    # Text, and the blanks that may belong to a directive after it

    def _text(self, block: Block, text: str) -> None:
        text = self.indent + text
        head = text.rstrip(" \t")
        self.at_line_start = head.endswith(("\n", "\r")) if head else self.at_line_start
        self.indent = text[len(head) :] if self.at_line_start else ""
        self.pieces.append(head if self.at_line_start else text)

    def _keep_indent(self, block: Block) -> None:
        """The blanks at the line start turn out to be text."""
        self.pieces.append(self.indent)
        self.indent, self.at_line_start = "", False
        self._flush(block)

    def _flush(self, block: Block) -> None:
        if text := "".join(self.pieces):
            block.body.append(Text(text))
        self.pieces.clear()

    def _angle(self, block: Block) -> None:
        if self.options.html_comments and self.comment_opens():
            return
        self.take("<")
        self._text(block, "<")

    # Dollars and backslashes

    def _dollar(self, block: Block, backslashes: str) -> None:
        if found := self.match(_ESCAPED_BANG):
            self._text(block, backslashes + "$" + found[1][1:] + found[2])
            return
        if found := self.match(_DOUBLE_BANG):
            self._text(block, backslashes + "$" + "!" * (len(found[0]) - 2))
            return
        reference = self.reference()
        if reference is None:
            self.take("$")
            self._lone(block, backslashes + "$")
            return
        self._keep_indent(block)
        self._count_part()
        block.body.append(self._with_backslashes(reference, backslashes))

    def _lone(self, block: Block, char: str) -> None:
        """A '$' or '#' that begins nothing.

        The original hangs it on what comes next, and so loses it before an escape and before the
        indentation of a directive; after a '$' a single backslash is text, not an escape.
        """
        run = _BACKSLASHES.match(self.text, self.position)
        backslashes = run[0] if run else ""
        if char == "$" and backslashes == "\\" and self.peek(2) == "\\$":
            self.take(backslashes)
            self._text(block, char + backslashes)
        elif not self._is_lost(char, backslashes):
            self._text(block, char)

    def _is_lost(self, char: str, backslashes: str) -> bool:
        start = self.position
        try:
            self.position += len(backslashes)
            if backslashes:
                before_directive = self._directive_ahead({*CONTROL, "set"})
                return before_directive or (len(backslashes) > 1 and self.peek() != "$")
            blanks = self.match(BLANKS)
            starts_line = self.at_line_start and not self.indent and len(char) == 1
            return starts_line and bool(blanks and blanks[0]) and self._directive_ahead({"if"})
        finally:
            self.position = start

    def _directive_ahead(self, others: set[str]) -> bool:
        name = self.directive_name_ahead() if self.peek() == "#" else None
        if name is None:
            return False
        return name in others or self._is_directive(name) or (name == "set" and self.set_follows())

    def _with_backslashes(self, reference: Reference, backslashes: str) -> Reference:
        if backslashes:
            reference.backslashes = "\\" * (len(backslashes) // 2)
            reference.escaped = len(backslashes) % 2 == 1
        return reference

    def _backslashes(self, block: Block) -> None:
        found = self.match(_BACKSLASHES)
        assert found is not None
        run = found[0]
        if self.peek() == "$":
            self._dollar(block, run)
        elif self.peek() == "#":
            self._escaped_hash(block, run)
        else:
            self._text(block, run)

    def _escaped_hash(self, block: Block, run: str) -> None:
        name = self.directive_name_ahead()
        if name is None:
            self._text(block, run)
        elif len(run) % 2 == 0:
            known = name in CONTROL or self._is_directive(name)
            self._text(block, run[: len(run) // 2] if known else run)
        else:
            known = name == "set" or name in CONTROL or self._is_directive(name)
            self._text(block, run[: len(run) // 2] if known else run)
            self._text(block, self.directive_text())

    def _is_directive(self, name: str) -> bool:
        if self.options.strict_escape:
            return True
        bare = name.removeprefix("@")
        return bare in self.macros or bare in self.known or name in PLUGGABLE

    # Hashes

    def _hash(self, block: Block, closers: tuple[str, ...]) -> str:
        if self.peek(2) == "##":
            self._keep_indent(block)
            found = self.match(_LINE_COMMENT)
            self.at_line_start = bool(found and found[1])
            return ""
        if self.peek(2) == "#*":
            self._keep_indent(block)
            self.match(_BLOCK_COMMENT)
            return ""
        if self.peek(3) == "#[[":
            self._textblock(block)
            return ""
        name = self.directive_name_ahead()
        if name is None or (name == "set" and not self.set_follows()):
            self.take("#")
            self._lone(block, "#")
            return ""
        if name in CLOSERS:
            return self._closer(block, name, closers)
        self._directive(block, name)
        return ""

    def _textblock(self, block: Block) -> None:
        found = self.match(_TEXTBLOCK)
        if not found:
            raise self.error("'#[[' is never closed by ']]#'.")
        self._keep_indent(block)
        self.pieces.append(found[1])

    def _closer(self, block: Block, name: str, closers: tuple[str, ...]) -> str:
        if name not in closers:
            raise self.error(f"'#{name}' stands here without a directive that it could belong to.")
        self.directive_text()
        self._count_part()
        self._flush(block)
        if self.at_line_start:
            block.postfix = self.indent
        self.closer_starts_line = self.at_line_start
        self.indent, self.at_line_start = "", False
        return name

    def _count_part(self) -> None:
        if next(self.parts) >= MAX_PARTS:
            raise self.error(f"The template has more than {MAX_PARTS:,} references and directives.")

    def _directive(self, block: Block, name: str) -> None:
        self._flush(block)
        self._count_part()
        prefix, starts_line = self.indent, self.at_line_start
        self.indent, self.at_line_start = "", False
        node = self.directive(name, starts_line)
        if isinstance(node, Directive):
            node.prefix = prefix
            block.body.append(node)
        else:
            self._text(block, prefix)
            self._text(block, node)
