"""Space gobbling: which of the recorded blanks are printed, decided once, after parsing.

`none` prints all; `bc` (1.x) eats the line ends but keeps the indentation; `lines` eats both; and
`structured` also moves each body left by its own indentation. The result is a tree of plain text
nodes, so blanks cost nothing at rendering.
"""

from __future__ import annotations

from .nodes import (
    Block,
    Define,
    Directive,
    Foreach,
    If,
    MacroCall,
    MacroDefinition,
    Node,
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
            _append(settled, node)
    return settled


def _settle_directive(settled: list[Node], node: Directive, mode: Gobbling) -> None:
    if mode in (Gobbling.NONE, Gobbling.BC):
        _append(settled, Text(node.prefix))
    if isinstance(node, MacroCall):
        _settle_source(node, mode)
    for block in blocks_of(node):
        _settle_block(block, mode)
    _append(settled, node)
    if mode is Gobbling.NONE:
        _append(settled, Text(node.postfix))


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
        _append(body, node)
    block.body = body


def _append(body: list[Node], node: Node) -> None:
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
    for block in blocks_of(node):
        indent = _first_indent(block)
        if indent.startswith(node.prefix) and len(indent) > len(node.prefix):
            _outdent(block, indent[len(node.prefix) :])


def _first_indent(block: Block) -> str:
    """The blanks of the first line of a body that has any."""
    at_line_start = bool(block.prefix)
    for node in block.body:
        if isinstance(node, Text):
            for index, line in enumerate(node.text.split("\n")):
                blanks = line[: len(line) - len(line.lstrip(" \t"))]
                if blanks and (index or at_line_start):
                    return blanks
            at_line_start = node.text.endswith("\n")
        elif isinstance(node, Directive):
            if node.prefix:
                return node.prefix
            at_line_start = bool(node.postfix)
        else:
            at_line_start = False
    return ""


def _outdent(block: Block, extra: str) -> None:
    at_line_start = bool(block.prefix)
    for index, node in enumerate(block.body):
        if isinstance(node, Text):
            lines = node.text.split("\n")
            moved = [
                line.removeprefix(extra) if number or at_line_start else line
                for number, line in enumerate(lines)
            ]
            block.body[index] = Text("\n".join(moved))
            at_line_start = node.text.endswith("\n")
        elif isinstance(node, Directive):
            node.prefix = node.prefix.removeprefix(extra)
            for inner in blocks_of(node):
                _outdent(inner, extra)
            at_line_start = bool(node.postfix)
        else:
            at_line_start = False
    block.postfix = block.postfix.removeprefix(extra)
