"""Which macros become part of the code that calls them.

A call of a macro binds its arguments, counts, and puts back what they hid; for a button or a row of
a table that costs more than what it prints. Where a macro is small, sets none of its parameters and
leaves nothing early, its body can stand at the call, its parameters being locals of their own. All
calls of a macro must be such, since closures would look for its variables in the context.
"""

from __future__ import annotations

from collections.abc import Iterable

from .generating import is_plain
from .hoisting import mentioned
from .nodes import (
    Break,
    Call,
    Define,
    Evaluate,
    Foreach,
    Include,
    Interpolated,
    MacroCall,
    MacroDefinition,
    Node,
    Parse,
    Reference,
    SetDirective,
    Stop,
    walk,
)
from .options import Options

MOST_NODES = 80
"""Of one macro."""

MOST_INLINED = 1_000
"""Of all calls together: code grows with each, and with it the time that compiling takes."""

MOST_DEEP = 4

_NEVER = (Break, Stop, Define, Evaluate, Parse, Include, MacroDefinition)


def inlined_macros(
    macros: dict[str, MacroDefinition], nodes: list[Node], options: Options
) -> dict[str, MacroDefinition]:
    """The macros whose calls can all be replaced by their bodies, those never called included."""
    if not macros or not _allowed(options):
        return {}
    found = {name: each for name, each in macros.items() if _is_simple(each)}
    set_anywhere = set().union(*(_names_set(each) for each in found.values()))
    found = {
        name: each for name, each in found.items() if not set_anywhere & _names_bound(each, options)
    }
    found = _closed(found, _called_by_closures(macros, nodes, found))
    return found if _size_of_calls(nodes, found) <= MOST_INLINED else {}


def _allowed(options: Options) -> bool:
    switches = options.strict_references, options.strict_arguments, options.macro_by_name
    deepest = options.macro_depth if options.macro_depth > 0 else options.limits.macro_depth
    return not any(switches) and options.scopes <= {"foreach"} and deepest > MOST_DEEP


def _is_simple(definition: MacroDefinition) -> bool:
    nodes = list(walk(definition.block.body))
    return len(nodes) <= MOST_NODES and not any(map(_is_hard, nodes))


def _is_hard(node: Node) -> bool:
    if isinstance(node, Reference):
        return bool(node.escaped or node.backslashes)
    if isinstance(node, SetDirective):
        return bool(node.target.steps)
    if isinstance(node, MacroCall):
        return node.block is not None
    if isinstance(node, Interpolated):
        return not is_plain(node)
    return isinstance(node, _NEVER) or (isinstance(node, Call) and node.name == "stop")


def _names_set(definition: MacroDefinition) -> set[str]:
    nodes = walk(definition.block.body)
    return {
        node.target.root if isinstance(node, SetDirective) else node.variable
        for node in nodes
        if isinstance(node, (SetDirective, Foreach))
    }


def _names_bound(definition: MacroDefinition, options: Options) -> set[str]:
    return {name for name, _ in definition.parameters} | {options.body_reference}


def _called_by_closures(
    macros: dict[str, MacroDefinition], nodes: list[Node], found: dict[str, MacroDefinition]
) -> set[str]:
    """The macros that are called where nothing can be put in their place."""
    closures: list[Node] = [each.block for name, each in macros.items() if name not in found]
    closures += [each for each in nodes if _is_closure(each, found)]
    return _calls_in(closures)


def _is_closure(node: Node, found: dict[str, MacroDefinition]) -> bool:
    if isinstance(node, MacroCall):
        return node.block is not None or node.name not in found
    return isinstance(node, (Define, Interpolated))


def _calls_in(nodes: list[Node]) -> set[str]:
    return {node.name for node in walk(nodes) if isinstance(node, MacroCall)}


def _closed(
    found: dict[str, MacroDefinition], called_by_closures: set[str]
) -> dict[str, MacroDefinition]:
    """Those that call only each other, no deeper than that, never in a circle."""
    calls = {name: _calls_in([each.block]) for name, each in found.items()}
    left = set(found) - called_by_closures
    while True:
        kept: set[str] = set()
        for _ in range(MOST_DEEP):
            kept |= {name for name in left if calls[name] <= kept}
        # What one of the others calls is called by a closure.
        kept -= set().union(*(calls[name] for name in found if name not in kept))
        if kept == left:
            return {name: found[name] for name in kept}
        left = kept


def _size_of_calls(nodes: list[Node], found: dict[str, MacroDefinition]) -> int:
    sizes: dict[str, int] = {}
    return sum(
        _size_of(node.name, found, sizes)
        for node in nodes
        if isinstance(node, MacroCall) and node.name in found
    )


def _size_of(name: str, found: dict[str, MacroDefinition], sizes: dict[str, int]) -> int:
    if name not in sizes:
        inside = list(walk(found[name].block.body))
        inner = (each for each in inside if isinstance(each, MacroCall) and each.name in found)
        sizes[name] = len(inside) + sum(_size_of(each.name, found, sizes) for each in inner)
    return sizes[name]


def names_of(definitions: Iterable[MacroDefinition]) -> set[str]:
    """Every variable that these macros mention."""
    return {name for each in definitions for name in mentioned(each)}
