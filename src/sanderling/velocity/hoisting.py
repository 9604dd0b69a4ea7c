"""How often variables and their keys are used, so that each is read once, ahead of its uses.

`$contact.name` in three places is one look-up where nothing in the template can change a map. The
scope of a variable is the message, or the round of the loop that binds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from .nodes import (
    Call,
    Define,
    Foreach,
    If,
    Index,
    Literal,
    MacroCall,
    MacroDefinition,
    Node,
    Property,
    Reference,
    SetDirective,
    Step,
    walk,
)

MOST_KEYS = 40
"""Of more keys than these only those that occur twice are read ahead: each costs some 10 ns."""

_VIEWS = frozenset({"entrySet", "keySet", "values"})


Printed = tuple[str | None, str, bool]


@dataclass(slots=True)
class Usage:
    """What a variable is used for within its scope.

    `keys`: how often each literal key is read; `printed`: how often it is printed by itself (key
    None) or with one key, told apart by what null prints as, and one of the places; both twice for
    what stands in a loop further inside.
    """

    depth: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    printed: Counter[Printed] = field(default_factory=Counter)
    places: dict[Printed, Reference] = field(default_factory=dict)
    is_assigned: bool = False

    def keys_ahead(self) -> list[str]:
        """The keys worth reading ahead."""
        if self.is_assigned or self.keys.total() < 2:
            return []
        many = len(self.keys) > MOST_KEYS
        return [key for key, count in self.keys.items() if count > 1 or not many]

    def printed_ahead(self) -> Iterator[tuple[str | None, Reference]]:
        """What is printed more than once, as (key, one of the places)."""
        if self.is_assigned:
            return
        for found, count in self.printed.items():
            if count > 1:
                yield found[0], self.places[found]


class Usages:
    """The usages of the variables of a body, and of each loop's own variable."""

    def __init__(self, body: list[Node], inlined: dict[str, MacroDefinition]) -> None:
        self._inlined = inlined
        # Of the parameters of a macro nothing is read ahead.
        self._parameter = Usage(is_assigned=True)
        self.roots: dict[str, Usage] = {}
        self.loops: dict[int, Usage] = {}
        self._bound: dict[str, Usage] = {}
        self._depth = 0
        self._body(body)

    def of_loop(self, node: Foreach) -> Usage:
        """How a loop's variable is used within its rounds."""
        return self.loops[id(node)]

    def _body(self, nodes: list[Node]) -> None:
        for node in nodes:
            if isinstance(node, Reference):
                self._printed(node)
            elif isinstance(node, If):
                self._if(node)
            elif isinstance(node, Foreach):
                self._foreach(node)
            elif isinstance(node, SetDirective):
                self._expression(node.value)
                if not node.target.steps:
                    self._usage(node.target.root).is_assigned = True
            elif isinstance(node, MacroCall) and node.name in self._inlined:
                self._call(node)

    def _if(self, node: If) -> None:
        for condition, block in node.branches:
            self._expression(condition)
            self._body(block.body)
        if node.otherwise:
            self._body(node.otherwise.body)

    def _foreach(self, node: Foreach) -> None:
        self._expression(node.elements)
        outer = self._bound
        self._depth += 1
        usage = Usage(self._depth)
        # Entries of a map are no maps: reading ahead would find nothing.
        usage.is_assigned = _walks_over_a_view(node.elements)
        self.loops[id(node)] = usage
        self._bound = {**outer, node.variable: usage}
        self._body(node.block.body)
        self._bound = outer
        self._depth -= 1
        if node.otherwise:
            self._body(node.otherwise.body)

    def _call(self, node: MacroCall) -> None:
        definition = self._inlined[node.name]
        for given in node.arguments:
            self._expression(given)
        outer = self._bound
        self._bound = {**outer, **{name: self._parameter for name, _ in definition.parameters}}
        self._body(definition.block.body)
        self._bound = outer

    def _printed(self, node: Reference) -> None:
        if node.steps or node.alternate:
            self._expression(node)
        if node.alternate or len(node.steps) > 1:
            return
        key = text_key(node.steps[0]) if node.steps else None
        if key is not None or not node.steps:
            usage = self._usage(node.root)
            found = (key, node.source, node.quiet)
            usage.printed[found] += 1 + (self._depth > usage.depth)
            usage.places.setdefault(found, node)

    def _expression(self, node: Node) -> None:
        for each in walk([node]):
            if isinstance(each, Reference) and each.steps:
                key = text_key(each.steps[0])
                if key is not None:
                    usage = self._usage(each.root)
                    usage.keys[key] += 1 + (self._depth > usage.depth)

    def _usage(self, name: str) -> Usage:
        bound = self._bound.get(name)
        if bound is not None:
            return bound
        usage = self.roots.get(name)
        if usage is None:
            usage = self.roots[name] = Usage()
        return usage


def born_here(body: list[Node], everything: list[Node]) -> set[str]:
    """The variables that a body sets before it can read them, so that nothing was there before."""
    made = [each for each in body if isinstance(each, SetDirective) and not each.target.steps]
    if not made:
        return set()
    targets = {id(each.target) for each in made}
    first: dict[str, int] = {}
    for node in everything:
        if isinstance(node, Reference) and id(node) not in targets:
            first[node.root] = min(node.offset, first.get(node.root, node.offset))
    return {
        each.target.root
        for each in made
        if first.get(each.target.root, each.offset) >= each.offset
        and each.target.root not in mentioned(each.value)
    }


def mentioned(node: Node) -> Iterator[str]:
    """Every variable that a node or anything in it reads or sets."""
    for each in walk([node]):
        if isinstance(each, Reference):
            yield each.root
        elif isinstance(each, Foreach):
            yield each.variable
        elif isinstance(each, Define):
            yield each.name
        elif isinstance(each, MacroDefinition):
            yield from (name for name, _ in each.parameters)


def text_key(step: Step) -> str | None:
    """The key that a step reads from a map, when it is a constant text."""
    if isinstance(step, Property):
        return step.name
    key: Node | None = None
    if isinstance(step, Index):
        key = step.key
    elif isinstance(step, Call) and step.name == "get" and len(step.arguments) == 1:
        key = step.arguments[0]
    if isinstance(key, Literal) and key.value.__class__ is str:
        return key.value
    return None


def _walks_over_a_view(elements: Node) -> bool:
    last = elements.steps[-1] if isinstance(elements, Reference) and elements.steps else None
    return isinstance(last, (Call, Property)) and last.name in _VIEWS
