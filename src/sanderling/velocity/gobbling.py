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
    if mode is Gobbling.BC:
        _settle_blanks_of_sets(body)
    settled: list[Node] = []
    for node in _joined(body):
        if isinstance(node, Directive):
            _settle_directive(settled, node, mode)
        else:
            append(settled, node)
    return settled


def _joined(body: list[Node]) -> list[Node]:
    # Neighbouring texts at once: piece by piece, a hundred thousand of them take seconds.
    joined: list[Node] = []
    texts: list[str] = []
    for node in body:
        if isinstance(node, Text):
            texts.append(node.text)
            continue
        if texts:
            joined.append(Text("".join(texts)))
            texts = []
        joined.append(node)
    return [*joined, Text("".join(texts))] if texts else joined


def _settle_directive(settled: list[Node], node: Directive, mode: Gobbling) -> None:
    keeps_all = mode is Gobbling.NONE or bool(node.more)
    if keeps_all or mode is Gobbling.BC:
        append(settled, Text(node.prefix))
    append(settled, Text(node.more))
    if isinstance(node, MacroCall):
        _settle_source(node, mode)
    for block in blocks_of(node):
        _settle_block(block, mode)
    append(settled, node)
    if keeps_all:
        append(settled, Text(node.postfix))


def _settle_blanks_of_sets(body: list[Node]) -> None:
    # In 1.x the blanks before #set are its own, unless they belong to text that goes before.
    before: Node | None = None
    for node in body:
        if isinstance(node, SetDirective):
            if not isinstance(before, Text) or not before.moves:
                node.prefix = ""
            elif not before.text.strip(" \t"):
                before.text = ""
        before = node


def _settle_source(node: MacroCall, mode: Gobbling) -> None:
    # A call of a macro that does not exist prints what was written, blanks and all.
    if node.more:
        return
    before = node.prefix if mode in (Gobbling.LINES, Gobbling.STRUCTURED) else ""
    after = node.postfix if mode is not Gobbling.NONE else ""
    node.source = before + node.source + after


def _settle_block(block: Block, mode: Gobbling) -> None:
    before = block.prefix if mode is Gobbling.NONE else ""
    after = block.postfix if block.more or mode in (Gobbling.NONE, Gobbling.BC) else ""
    body: list[Node] = []
    for node in (Text(before), *_settle(block.body, mode), Text(after + block.more)):
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
    if not isinstance(node, Directive):
        return
    if node.postfix if isinstance(node, If) else not node.more:
        _Outdent(node.prefix).bodies(node)


class _Outdent:
    """Takes the first indentation it meets, beyond that of the directive, from every line.

    As in the original, empty lines count as indentation: a body that starts with one loses the
    empty lines, not the blanks. A body that goes on in the line of its directive stays.
    """

    def __init__(self, parent: str) -> None:
        self.parent = parent
        self.extra: str | None = None
        self.pattern: re.Pattern[str] | None = None

    def bodies(self, node: Directive) -> None:
        for number, block in enumerate(blocks_of(node)):
            if number == 0 or not isinstance(node, If) or self.extra:
                self._body(block)

    def _body(self, block: Block) -> None:
        if not block.prefix:
            return
        for node in block.body:
            if isinstance(node, Text) and node.moves:
                node.text = self._moved(node.text)
            elif isinstance(node, Directive) and node.prefix:
                node.prefix = self._moved(node.prefix)
                if self.extra:
                    self.bodies(node)

    def _moved(self, text: str) -> str:
        if self.extra is None:
            found = re.match(rf"{self.parent}(\s+)", text)
            self.extra = found[1] if found else ""
            self.pattern = re.compile(_LINE_START + re.escape(self.parent + self.extra))
        if not self.extra or not self.pattern:
            return text
        return self.pattern.sub(lambda found: self.parent, text)


# Where a line starts for Java: not inside '\\r\\n'.
_LINE_START = "(?:(?<![^\\n\\r\\x85\\u2028\\u2029])(?<!\\r(?=\\n)))"
