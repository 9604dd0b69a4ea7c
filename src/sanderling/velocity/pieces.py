"""What can stand inside an f-string: text, references, and `#if` whose branches are such, too.

The format of `str` and of `int` is Python's own; all else goes through `writing`. What is printed
in several places is escaped and encoded once, at the start, and then stands there as a bare name:
what cannot be settled (a list, a body of `#define`) prints itself when it is formatted.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import groupby

from . import writing
from .building import (
    assign,
    call,
    choose,
    constant,
    either,
    formatted,
    is_class,
    joined,
    negation,
    read,
)
from .closures import prints_raw
from .escaping import ESCAPERS, Encoding, TextFunction, unescaped
from .generating import ExpressionGenerator
from .hoisting import Usage, text_key
from .nodes import Block, If, MacroDefinition, Node, Reference, Text
from .options import Escaping, Options
from .running import Site
from .sharing import is_printed_natively

MAX_VALUES = 32
"""So many values are printed by one f-string: a text has a million characters at the most, so it
cannot be too long before it is measured."""

MAX_BRANCHES = 8
STATEMENT = 1_000
"""The weight of what cannot stand inside an f-string."""


class PieceGenerator(ExpressionGenerator):
    """Generates the Python of what is printed."""

    def __init__(self, options: Options, encoding: Encoding | None) -> None:
        super().__init__(options)
        self.encoding = encoding
        self.leaves = False
        self._weights: dict[int, int] = {}

    # What can be a piece

    def weight(self, node: Node) -> int:
        """How many values a node prints inside an f-string; STATEMENT where it cannot stand."""
        if isinstance(node, Text):
            return 0
        if isinstance(node, Reference):
            return 1 if is_printed_natively(node) and not self.leaves else STATEMENT
        if isinstance(node, MacroDefinition):
            return 0
        if not isinstance(node, If):
            return STATEMENT
        if id(node) not in self._weights:
            self._weights[id(node)] = self._weight_of_choice(node)
        return self._weights[id(node)]

    def _weight_of_choice(self, node: If) -> int:
        blocks = [block for _, block in node.branches]
        if node.otherwise:
            blocks.append(node.otherwise)
        weight = sum(self.weight(each) for block in blocks for each in block.body)
        return weight if weight < MAX_VALUES and len(blocks) <= MAX_BRANCHES else STATEMENT

    def pieces(self, node: Node) -> list[ast.expr]:
        """Python for a node that can stand inside an f-string."""
        if isinstance(node, Text):
            return [constant(self.encoding.text(node.text) if self.encoding else node.text)]
        if isinstance(node, If):
            return [formatted(self._choice(node, 0))]
        if isinstance(node, MacroDefinition):
            return []
        assert isinstance(node, Reference)
        piece = formatted(self._printed(node))
        end = self.encoding.end if self.encoding else ""
        return [piece, constant(end)] if end else [piece]

    def _choice(self, node: If, number: int) -> ast.expr:
        if number == len(node.branches):
            return self._text_of(node.otherwise) if node.otherwise else constant("")
        condition, block = node.branches[number]
        test = self.condition(condition)
        return choose(test, self._text_of(block), self._choice(node, number + 1))

    def _text_of(self, block: Block) -> ast.expr:
        return joined(merged([piece for node in block.body for piece in self.pieces(node)]))

    # References

    def _printed(self, node: Reference) -> ast.expr:
        """Python for what a reference prints; whole numbers are left to the f-string."""
        escaping = self.escaping_of(node)
        local, owner = self._local_of(node)
        if ready := self.names.printed.get((local, node.source, node.quiet, escaping)):
            return read(ready)
        printing = self._printing(node, escaping)
        if not local:
            found = self.worked_out(self.reference(node))
            slow = self.slow(printing, found.whole)
            return self._by_class(found.first, found.name, node, slow, writing.written)
        if local == owner:
            slow = self.slow(printing, read(local))
        else:
            reading = writing.printing_property(self.builder.step(node.steps[0]), printing)
            slow = self.slow(reading, read(local), read(owner))
        return self._by_class(read(local), local, node, slow, writing.written)

    def _local_of(self, node: Reference) -> tuple[str, str]:
        """The local that holds what a reference reads, and its owner's; empty if there is none."""
        if node.alternate or len(node.steps) > 1 or not self.is_local(node.root):
            return "", ""
        owner = self.local_of(node.root) or ""
        if not node.steps:
            return owner, owner
        key = text_key(node.steps[0])
        return (self.names.hoisted.get((owner, key), "") if key is not None else ""), owner

    def _by_class(
        self,
        first: ast.expr,
        name: str,
        node: Reference,
        slow: ast.expr,
        written: Callable[[Site, TextFunction], writing.Writing],
    ) -> ast.expr:
        is_text, is_number = is_class(first, "str"), is_class(read(name), "int")
        escaping = self.escaping_of(node)
        if escaping is Escaping.NONE and not self.encoding:
            return choose(either(is_text, is_number), read(name), slow)
        write = written(self.site(node.offset, node), self._value_writer(escaping))
        other = choose(is_number, read(name), slow)
        return choose(is_text, self._text_written(read(name), write, escaping), other)

    def printed_once(self, owner: str, usage: Usage) -> Iterator[ast.stmt]:
        """Works out at the start what is printed more than once of a variable or its keys."""
        if self.leaves:
            return
        for key, node in usage.printed_ahead():
            local = owner if key is None else self.names.hoisted.get((owner, key))
            if local is None:
                continue
            escaping = self.escaping_of(node)
            ready = self.fresh("w")
            self.names.printed[local, node.source, node.quiet, escaping] = ready
            yield assign(ready, self._once(local, owner, node, escaping))

    def _once(self, local: str, owner: str, node: Reference, escaping: Escaping) -> ast.expr:
        printing = self._printing(node, escaping)
        if local == owner:
            slow = self.slow(writing.printing_ahead(printing), read(local))
        else:
            ahead = writing.printing_property_ahead(self.builder.step(node.steps[0]), printing)
            slow = self.slow(ahead, read(local), read(owner))
        return self._by_class(read(local), local, node, slow, writing.written_once)

    def print_to(self, node: Reference) -> ast.expr:
        """Python that prints a reference by itself."""
        write = self._ended(self._value_writer(self.escaping_of(node)))
        plain = self.encoding.text if self.encoding else unescaped
        printing = writing.printing_to(self.site(node.offset, node), write, plain)
        return self.slow(printing, read("out"), self.reference(node))

    def _printing(self, node: Reference, escaping: Escaping) -> writing.Printing:
        """The function that prints what is neither text nor a whole number."""
        site = self.site(node.offset, node)
        if escaping is Escaping.NONE and not self.encoding:
            return writing.printing(site)
        plain = self.encoding.value if self.encoding else unescaped
        return writing.printing_escaped(site, self._value_writer(escaping), plain)

    def _text_written(
        self, value: ast.expr, write: writing.Writing, escaping: Escaping
    ) -> ast.expr:
        """Python for a text as it is printed."""
        written = self.slow(write, value)
        # One search in C instead of a call: most values hold no sign.
        clean = self._clean(escaping, value)
        return choose(clean, value, written) if clean else written

    def escaping_of(self, node: Reference) -> Escaping:
        """How this reference is escaped."""
        raw = prints_raw(node, self.options.escaping)
        return Escaping.NONE if raw else self.options.escaping

    def _clean(self, escaping: Escaping, value: ast.expr) -> ast.expr | None:
        """Python that asks whether a text needs neither escaping nor encoding."""
        if self.encoding is None and escaping is Escaping.HTML:
            return negation(call(read("find_sign"), value))
        clean = self.encoding.clean.get(escaping) if self.encoding else None
        return call(self.constant(clean), value) if clean else None

    def _ended(self, write: TextFunction) -> TextFunction:
        """The same, and what stands after each value in the encoding."""
        end = self.encoding.end if self.encoding else ""
        return (lambda text: write(text) + end) if end else write

    def _value_writer(self, escaping: Escaping) -> TextFunction:
        encoding, escape = self.encoding, ESCAPERS[escaping]
        if encoding is None:
            return escape
        encode = encoding.value
        return encode if escaping is Escaping.NONE else lambda text: encode(escape(text))


def merged(pieces: list[ast.expr]) -> list[ast.expr]:
    """Text beside text as one constant."""
    result: list[ast.expr] = []
    for is_text, group in groupby(pieces, key=lambda piece: isinstance(piece, ast.Constant)):
        if is_text:
            text = "".join(str(piece.value) for piece in group if isinstance(piece, ast.Constant))
            result.append(constant(text))
        else:
            result.extend(group)
    return result
