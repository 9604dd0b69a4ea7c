"""What generated code leaves to closures, and the variables the two therefore share.

A name that a closure may read or set lives in the context; every other name of the main body is a
local variable of the generated function, which is half of its speed.
"""

from __future__ import annotations

from collections.abc import Callable

from .generating import MAX_CHAIN, is_plain
from .hoisting import mentioned
from .nodes import (
    Break,
    Call,
    Chain,
    Define,
    Evaluate,
    Foreach,
    Include,
    Interpolated,
    MacroCall,
    MacroDefinition,
    Node,
    Parse,
    Property,
    Reference,
    SetDirective,
    Stop,
    walk,
)
from .options import Options
from .referencing import COUNTS

POSITIONS = frozenset({"index", "count", "hasNext", "first", "last"})


def is_printed_natively(node: Reference) -> bool:
    """Whether this is a plain reference, without backslashes before it."""
    return not (node.escaped or node.backslashes)


def names_shared(nodes: list[Node], inlined: dict[str, MacroDefinition]) -> set[str]:
    """The names that closures may read or set, so that they live in the context."""
    closures = (node for node in nodes if runs_as_closure(node) and not _is_inlined(node, inlined))
    return {name for node in closures for name in mentioned(node)}


def _is_inlined(node: Node, inlined: dict[str, MacroDefinition]) -> bool:
    if isinstance(node, MacroCall):
        return node.name in inlined
    return isinstance(node, MacroDefinition) and inlined.get(node.name) is node


def runs_as_closure(node: Node) -> bool:
    """Whether this node alone, whatever stands in it, is left to the closures."""
    rule = _CLOSURES.get(node.__class__)
    return rule is not None and rule(node)


def _always(node: Node) -> bool:
    return True


_CLOSURES: dict[type, Callable[..., bool]] = {
    Reference: lambda node: not is_printed_natively(node),
    SetDirective: lambda node: bool(node.target.steps),
    Break: lambda node: node.scope is not None,
    Interpolated: lambda node: not is_plain(node),
    Chain: lambda node: len(node.rest) > MAX_CHAIN,
    **dict.fromkeys((MacroCall, MacroDefinition, Define, Evaluate, Parse, Include, Stop), _always),
}


def names_in_loops(nodes: list[Node]) -> set[str]:
    """The names in loops, for templates whose loops are left to the closures."""
    return {name for node in nodes if isinstance(node, Foreach) for name in mentioned(node)}


def loop_names(options: Options) -> frozenset[str]:
    """The names that a loop gives values to, besides its element."""
    return frozenset({"foreach", *COUNTS}) if options.velocity_count else frozenset({"foreach"})


def loops_are_plain(nodes: list[Node], shared: set[str], names: frozenset[str]) -> bool:
    """Whether loops are asked for nothing but the position, and by generated code alone."""
    for node in nodes:
        if isinstance(node, Reference) and node.root == "foreach" and not _is_position(node):
            return False
        if isinstance(node, Foreach) and node.variable in names:
            return False
        if isinstance(node, SetDirective) and node.target.root in names:
            return False
    return not names & shared


def _is_position(node: Reference) -> bool:
    step = node.steps[0] if len(node.steps) == 1 else None
    return isinstance(step, Property) and step.name in POSITIONS


def uses_position(node: Foreach, names: frozenset[str]) -> bool:
    """Whether the body of this loop asks where the loop is."""
    inside = walk(node.block.body)
    return any(isinstance(each, Reference) and each.root in names for each in inside)


def leaves_while_printing(nodes: list[Node]) -> bool:
    """Whether printing a reference may end a body early, so that what stands before it is due.

    A body of `#define` or of a macro's block is rendered where it is printed, and `#stop` in it
    ends more than the body; so may anything of a text that is evaluated.
    """
    if any(isinstance(node, (Evaluate, Parse)) for node in nodes):
        return True
    ends = any(
        isinstance(node, Stop)
        or (isinstance(node, Break) and node.scope is not None)
        or (isinstance(node, Call) and node.name == "stop")
        for node in nodes
    )
    return ends and any(_is_printed_later(node) for node in nodes)


def _is_printed_later(node: Node) -> bool:
    if isinstance(node, Interpolated):
        return not is_plain(node)
    block = isinstance(node, MacroCall) and node.block is not None
    return block or isinstance(node, Define) or (isinstance(node, Call) and node.name == "stop")
