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

from .gobbling import settle
from .lexing import MAX_SOURCE, Source
from .nodes import Block, MacroDefinition, Node, Text
from .options import Options
from .residue import After, Residue, ResidueParser
from .signs import Begins, SignReader, Signs, left_over

CONTROL = frozenset({"if", "elseif", "else", "end"})
CLOSERS = frozenset({"elseif", "else", "end"})
PLUGGABLE = frozenset(
    {"foreach", "include", "parse", "macro", "evaluate", "break", "define", "stop"}
)

_LINE_COMMENT = re.compile(r"##[^\r\n]*(?:\r\n|\n|\r)?")
_BLOCK_COMMENT = re.compile(r"#\*.*?(?:\*#|\Z)", re.DOTALL)
_TEXTBLOCK = re.compile(r"#\[\[(.*?)\]\]#", re.DOTALL)
_BACKSLASHES = re.compile(r"\\+")
_BLANKS = re.compile(r"[ \t]+(?=[$#\\\r\n]|\Z)")
_COMMENT_AHEAD = re.compile(r"[ \t]*(?=<!--[ \t\r\n]*#\{?[@a-z])")
_LINE = r"(?:\r\n|\n|\r)"
# As the original cuts text: a line that is not blank with all whole lines after it, or a piece.
_TEXT = re.compile(
    rf"[ \t]*[^$#\\\r\n \t][^$#\\\r\n]*(?:{_LINE}(?:[^$#\\\r\n]*{_LINE})*)?|{_LINE}|[ \t]+"
)
_HTML_TEXT = re.compile(
    rf"[ \t]*[^$#\\\r\n \t<][^$#\\\r\n<]*(?:{_LINE}(?:[^$#\\\r\n<]*{_LINE})*)?|{_LINE}|[ \t]+|<"
)


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


class TemplateParser(ResidueParser):
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
        self.stray = ""
        self.parts: Iterator[int] = outer.parts if outer else count()
        self.signs = SignReader(text, self.directive_pattern, self.name_pattern)
        self.text_pattern = _HTML_TEXT if options.html_comments else _TEXT
        if outer:
            self.macros = outer.macros
            self.known = outer.known
            self.depth = outer.depth
            self.words_given = outer.words_given
            self.loops = outer.loops

    def skip_spaces(self) -> None:
        """Move past blanks, line ends, and signs that begin nothing: they hang on no text here."""
        super().skip_spaces()
        while self.position < self.end and self.text[self.position] in "$#\\":
            signs = self.signs.run(self.position, free=False)
            if signs.begins is not Begins.NOTHING or signs.start == signs.end:
                return
            self.position = signs.end
            super().skip_spaces()

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
        self.depth -= 1
        return block, ""

    def _statement(self, block: Block, closers: tuple[str, ...]) -> str:
        if self.residue and self.in_residue(block):
            return ""
        char = self.peek()
        if char == "\\" and not self._dollar_ahead():
            self._backslashes(block)
            return ""
        if char and char in "$#\\":
            return self._sign(block, closers, self.signs.run(self.position, free=not self.residue))
        if char in " \t<" and self.at_line_start and (found := self._indented_sign()):
            return self._sign(block, closers, *found)
        if char == "<" and self.options.html_comments and self.comment_opens():
            return ""
        self._text(block)
        return ""

    # Text, and the blanks that may belong to a directive after it

    def _text(self, block: Block) -> None:
        found = self.match(self.text_pattern)
        assert found is not None
        text = found[0]
        self.emit(block, text)
        self.at_line_start = text.endswith(("\n", "\r"))

    def emit(self, block: Block, text: str, *, moves: bool = True) -> None:
        """Add text to a body, after the signs that hang on it."""
        if moves and self.stray:
            text = self.stray + text
        block.body.append(Text(text, moves))
        self.stray, self.at_line_start = "", False

    def _indented_sign(self) -> tuple[Signs, str] | None:
        """The directive that stands here after blanks, and the blanks; None when there is none."""
        start = self.position
        if self.options.html_comments and (found := self.match(_COMMENT_AHEAD)):
            self.comment_opens()
        else:
            found = self.match(_BLANKS)
        if found and self.peek() in ("$", "#", "\\"):
            signs = self.signs.run(self.position)
            if signs.begins is Begins.DIRECTIVE:
                return signs, found[0]
        self.position = start
        return None

    # Signs

    def _sign(self, block: Block, closers: tuple[str, ...], signs: Signs, indent: str = "") -> str:
        self._end_references(signs)
        image = self.text[signs.start : signs.end]
        before = self.text[signs.start : signs.last]
        self.position = signs.end
        if signs.begins is Begins.REFERENCE:
            self._reference(block, signs, before)
        elif signs.begins is Begins.DIRECTIVE:
            self.stray, self.position = "", signs.last
            return self._directive(block, closers, before, indent)
        elif signs.begins is Begins.NOTHING:
            self.stray = left_over(self.text[signs.start : signs.end + 1])
        elif signs.begins is Begins.BANG:
            self._bang(block, image)
        elif signs.begins in (Begins.LINE_COMMENT, Begins.BLOCK_COMMENT, Begins.RAW):
            self.stray, self.position = "", signs.last
            self._comment(block, signs.begins, before)
        else:
            self.emit(block, image)
            self.at_line_start = signs.begins is Begins.LINE_END
            self._stay_after_sign(signs)
        return ""

    def _dollar_ahead(self) -> bool:
        run = _BACKSLASHES.match(self.text, self.position)
        return bool(run and self.text.startswith("$", run.end()))

    def _end_references(self, signs: Signs) -> None:
        """What references before these signs are over."""
        if not self.residue:
            return
        if self.text[signs.start] != "#":
            self.end_before_dollar()
            if "#" in self.text[signs.start : signs.last + 1]:
                self.end_after_call()
        elif signs.start < signs.last:
            self.end_before_hash()
        else:
            self._end_before_hash(signs)

    def _end_before_hash(self, signs: Signs) -> None:
        if signs.begins is Begins.LINE_COMMENT:
            self.end_before_dollar()
        elif signs.begins is Begins.DIRECTIVE and self._is_set(signs.last):
            return
        elif signs.begins not in (Begins.BLOCK_COMMENT, Begins.RAW):
            self.end_before_hash()

    def _is_set(self, position: int) -> bool:
        start, self.position = self.position, position
        found = self.directive_name_ahead() == "set" and self.set_touches()
        self.position = start
        return found

    def _stay_after_sign(self, signs: Signs) -> None:
        stays = signs.begins is Begins.NO_INDEX and signs.start != signs.last
        if signs.begins is Begins.BRACE or stays:
            self.residue.append(Residue(After.SIGN, int(signs.begins is Begins.BRACE)))

    def _bang(self, block: Block, image: str) -> None:
        """`$\\!name`: one backslash fewer is printed, and nothing is read."""
        self.emit(block, image.replace("\\!", "!"), moves=False)

    def _reference(self, block: Block, signs: Signs, before: str) -> None:
        self.position = signs.last
        reference = self.reference()
        assert reference is not None
        self._count_part()
        run = _BACKSLASHES.match(before)
        backslashes = run[0] if run else ""
        more = before[len(backslashes) :]
        if backslashes:
            reference.escaped = len(backslashes) % 2 == 1
            reference.backslashes = "\\" * (len(backslashes) // 2)
        if not reference.backslashes and not reference.escaped:
            block.body.append(Text(more))
        elif not reference.escaped:
            reference.more = more
        self.stray, self.at_line_start = "", False
        block.body.append(reference)
        if not reference.source.startswith(("${", "$!{")):
            self.leave_open(reference)

    def _comment(self, block: Block, begins: Begins, before: str) -> None:
        if begins is Begins.RAW:
            self._textblock(block, before)
            return
        self.match(_LINE_COMMENT if begins is Begins.LINE_COMMENT else _BLOCK_COMMENT)
        self.at_line_start = begins is Begins.LINE_COMMENT
        # Even an empty comment stands between a text and a directive.
        block.body.append(Text(before if self.at_line_start else ""))
        self.end_after_comment()

    def _textblock(self, block: Block, before: str) -> None:
        found = self.match(_TEXTBLOCK)
        if not found:
            raise self.error("'#[[' is never closed by ']]#'.")
        # The original cuts off three characters, whatever they are.
        self.emit(block, f"{before}#[[{found[1]}"[3:], moves=False)

    # Backslashes

    def _backslashes(self, block: Block) -> None:
        found = self.match(_BACKSLASHES)
        assert found is not None
        run = found[0]
        if self.peek() == "#":
            self._escaped_hash(block, run)
        else:
            self._kept(block, run)

    def _kept(self, block: Block, run: str) -> None:
        if self.options.strict_escape:
            run = "\\" * ((len(run) + 1) // 2)
        self.emit(block, run, moves=len(run) == 1)

    def _escaped_hash(self, block: Block, run: str) -> None:
        name = self.directive_name_ahead()
        if name is None:
            self._kept(block, run)
            return
        odd = len(run) % 2 == 1
        known = name in CONTROL or (odd and name == "set") or self._is_directive(name)
        if not odd and self.peek(2) == "#{" and name not in CONTROL:
            known = self.options.strict_escape
        text = run[: len(run) // 2] if known else run
        self.emit(block, text + (self.directive_text() if odd else ""), moves=False)

    def _is_directive(self, name: str) -> bool:
        if self.options.strict_escape:
            return True
        bare = name.removeprefix("@")
        return bare in self.macros or bare in self.known or name in PLUGGABLE

    # Directives

    def _directive(self, block: Block, closers: tuple[str, ...], more: str, indent: str) -> str:
        name = self.directive_name_ahead()
        assert name is not None
        self._count_part()
        if name in CLOSERS:
            return self._closer(block, name, closers, more, indent)
        starts_line, self.at_line_start = self.at_line_start, False
        node = self.directive(name, starts_line)
        node.prefix, node.more = indent, more
        block.body.append(node)
        return ""

    def _closer(
        self, block: Block, name: str, closers: tuple[str, ...], more: str, indent: str
    ) -> str:
        if name not in closers:
            raise self.error(f"'#{name}' stands here without a directive that it could belong to.")
        self.directive_text()
        block.postfix, block.more = indent, more
        self.closer_starts_line = self.at_line_start
        self.at_line_start = False
        return name

    def _count_part(self) -> None:
        if next(self.parts) >= MAX_PARTS:
            raise self.error(f"The template has more than {MAX_PARTS:,} references and directives.")
