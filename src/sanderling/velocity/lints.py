"""What the tree shows of a template that is correct and yet will not do what it seems to.

A method that no value has, something that cannot be set, a `#break` that no loop is around.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from .gobbling import blocks_of
from .methods import METHODS, PROPERTIES
from .nodes import Break, Call, Define, Foreach, MacroCall, MacroDefinition, Node, SetDirective

Lint = tuple[int, str, str]

_LEFT_BY_BREAK = (Foreach, MacroDefinition, Define, MacroCall)


def method_lints(nodes: Iterable[Node]) -> Iterator[Lint]:
    """Calls of methods that no value has, with the one that was probably meant."""
    known = frozenset(name for table in METHODS.values() for name in table)
    known |= frozenset(name for table in PROPERTIES.values() for name in table)
    for node in nodes:
        if isinstance(node, Call) and node.name not in known:
            close = get_close_matches(node.name, known, n=1)
            hint = f"Is '{close[0]}' meant?" if close else "Check the spelling."
            yield node.offset, f"No value has a method '{node.name}'.", hint


def set_lints(nodes: Iterable[Node]) -> Iterator[Lint]:
    """`#set` of what a method returns."""
    for node in nodes:
        steps = node.target.steps if isinstance(node, SetDirective) else []
        if steps and isinstance(steps[-1], Call):
            hint = "Set a key, as in #set($map.key = …), or an element, as in #set($list[0] = …)."
            yield node.offset, "What a method returns cannot be set.", hint  # type: ignore[attr-defined]


def break_lints(nodes: Iterable[Node]) -> Iterator[Lint]:
    """`#break` where nothing is around it that it could leave but the message itself."""
    for node in nodes:
        if isinstance(node, Break) and node.scope is None:
            hint = "Put it into an #foreach; to end the message say #stop."
            yield node.offset, "'#break' stands outside of any loop: the message ends here.", hint
        elif not isinstance(node, _LEFT_BY_BREAK):
            for block in blocks_of(node):
                yield from break_lints(block.body)
