"""Space gobbling: which of the recorded blanks are printed, decided once, after parsing.

`none` prints all; `bc` (1.x) eats the line ends but keeps the indentation; `lines` eats both; and
`structured` also moves each body left by its own indentation. The result is a tree of plain text
nodes, so blanks cost nothing at rendering.
"""

from __future__ import annotations

import re

from .nodes import (
    Block,
    Define,
    Directive,
    Foreach,
    If,
    MacroCall,
    MacroDefinition,
    Node,
    SetDirective,
    Text,
)
from .options import Gobbling


def settle(body: list[Node], mode: Gobbling) -> list[Node]:
    """The body with the blanks of its directives turned into text or dropped, at every depth."""
    if mode is Gobbling.STRUCTURED:
        for node in body:
            _outdent_blocks(node)
    return _settle(body, mode)


def _settle(body: list[Node], mode: Gobbling) -> list[Node]:
    settled: list[Node] = []
    for node in body:
        if isinstance(node, Directive):
            _settle_directive(settled, node, mode)
        else:
            append(settled, node)
    return settled


def _settle_directive(settled: list[Node], node: Directive, mode: Gobbling) -> None:
    if mode is Gobbling.BC and isinstance(node, SetDirective):
        _settle_blanks_of_set(settled, node)
    elif mode in (Gobbling.NONE, Gobbling.BC):
        append(settled, Text(node.prefix))
    if isinstance(node, MacroCall):
        _settle_source(node, mode)
    for block in blocks_of(node):
        _settle_block(block, mode)
    append(settled, node)
    if mode is Gobbling.NONE:
        append(settled, Text(node.postfix))


def _settle_blanks_of_set(settled: list[Node], node: SetDirective) -> None:
    # In 1.x the blanks before #set are its own, unless they belong to text that goes before.
    before = settled[-1] if settled else None
    if node.prefix and isinstance(before, Text):
        append(settled, Text(node.prefix))
    elif isinstance(before, Text) and not before.text.strip(" \t"):
        settled.pop()


def _settle_source(node: MacroCall, mode: Gobbling) -> None:
    # A call of a macro that does not exist prints what was written, blanks and all.
    before = node.prefix if mode in (Gobbling.LINES, Gobbling.STRUCTURED) else ""
    after = node.postfix if mode is not Gobbling.NONE else ""
    node.source = before + node.source + after


def _settle_block(block: Block, mode: Gobbling) -> None:
    before = block.prefix if mode is Gobbling.NONE else ""
    after = block.postfix if mode in (Gobbling.NONE, Gobbling.BC) else ""
    body: list[Node] = []
    for node in (Text(before), *_settle(block.body, mode), Text(after)):
        append(body, node)
    block.body = body


def append(body: list[Node], node: Node) -> None:
    """Add a node to a body, merging neighbouring text."""
    if not isinstance(node, Text):
        body.append(node)
    elif node.text and body and isinstance(body[-1], Text):
        body[-1] = Text(body[-1].text + node.text)
    elif node.text:
        body.append(node)


def blocks_of(node: Node) -> list[Block]:
    """The bodies of a directive, in the order of the template."""
    if isinstance(node, If):
        blocks = [block for _, block in node.branches]
        return [*blocks, node.otherwise] if node.otherwise else blocks
    if isinstance(node, Foreach):
        return [node.block, node.otherwise] if node.otherwise else [node.block]
    if isinstance(node, (MacroDefinition, Define)):
        return [node.block]
    if isinstance(node, MacroCall) and node.block:
        return [node.block]
    return []


# Structured


def _outdent_blocks(node: Node) -> None:
    """Move the bodies of this directive left, the innermost first."""
    for block in blocks_of(node):
        for child in block.body:
            _outdent_blocks(child)
    if isinstance(node, Directive):
        outdent = _Outdent(node.prefix)
        for block in blocks_of(node):
            outdent.block(block)


class _Outdent:
    """Takes the first indentation it meets, beyond that of the directive, from every line.

    As in the original, empty lines count as indentation: a body that starts with one loses the
    empty lines, not the blanks.
    """

    def __init__(self, parent: str) -> None:
        self.parent = parent
        self.extra = ""

    def block(self, block: Block) -> None:
        for index, node in enumerate(block.body):
            if isinstance(node, Text):
                block.body[index] = Text(self._moved_text(block, index, node.text))
            elif isinstance(node, Directive):
                node.prefix = self.moved(node.prefix)
                for inner in blocks_of(node):
                    self.block(inner)
        block.postfix = self.moved(block.postfix)

    def _moved_text(self, block: Block, index: int, text: str) -> str:
        pieces = _LINE_PIECES.findall(text)
        for number, piece in enumerate(pieces):
            if number or _starts_line(block, index) or self._is_gap(block, index, text, piece):
                pieces[number] = self.moved(piece)
        return "".join(pieces)

    def _is_gap(self, block: Block, index: int, text: str, piece: str) -> bool:
        """Whether these are line ends after a reference, more than one or with blanks after."""
        after_reference = index > 0 and not isinstance(block.body[index - 1], Directive)
        return after_reference and piece.isspace() and "\n" in piece and text != "\n"

    def moved(self, piece: str) -> str:
        if not piece.startswith(self.parent):
            return piece
        rest = piece[len(self.parent) :]
        if not self.extra:
            self.extra = rest[: len(rest) - len(rest.lstrip())]
        return self.parent + rest.removeprefix(self.extra)


def _starts_line(block: Block, index: int) -> bool:
    if index == 0:
        return bool(block.prefix)
    before = block.body[index - 1]
    return isinstance(before, Directive) and bool(before.postfix)


# What stands on one line with its end, and all blank lines after it.
_LINE_PIECES = re.compile(r"[^\r\n]+(?:[\r\n](?:[ \t\r\n]*[\r\n])?)?|[\r\n](?:[ \t\r\n]*[\r\n])?")
