"""What a template reads and whether it changes what it is given, found in its tree.

The product fetches only what is read: contact fields by name, sources by the literal keys of
`$data`. A template that may change a list or a map gets copies of them; all others are given the
caller's own objects, which costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .methods import MUTATORS
from .nodes import (
    Call,
    Define,
    Evaluate,
    Foreach,
    Index,
    Literal,
    MacroDefinition,
    Node,
    Parse,
    Property,
    Reference,
    SetDirective,
    Step,
    walk,
)

SOURCES_ROOT = "data"
BUILT_IN = frozenset({"foreach", "velocityCount", "velocityHasNext", "bodyContent"})

_MUTATING = frozenset().union(*MUTATORS.values()) | {"put", "set", "add", "remove", "clear"}


@dataclass(frozen=True, slots=True)
class Reads:
    """What a template needs.

    `roots`: names it reads and never sets itself before, `{"firstName", "data"}`.
    `paths`: the same with their properties, `{"firstName", "contact.city", "data.orders"}`.
    `sources`: the literal keys of `$data`, however written: `.get('x')`, `['x']`, `.x`.
    `all_sources`: `$data` is used in another way, so any source may be read.
    `dynamic`: text from values is rendered (`#evaluate`, `#parse`), so any name may be read.
    """

    roots: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    all_sources: bool = False
    dynamic: bool = False


def reads_of(nodes: list[Node]) -> Reads:
    """What a template of these nodes reads, macros included."""
    own = frozenset(_names_made(nodes)) | BUILT_IN
    references = [node for node in nodes if isinstance(node, Reference) and node.root not in own]
    targets = {id(node.target) for node in nodes if isinstance(node, SetDirective)}
    read = [node for node in references if not (id(node) in targets and not node.steps)]
    keys = [key_of(node) for node in read if node.root == SOURCES_ROOT]
    return Reads(
        roots=frozenset(node.root for node in read),
        paths=frozenset(_path_of(node) for node in read),
        sources=frozenset(key for key in keys if key is not None),
        all_sources=None in keys,
        dynamic=any(isinstance(node, (Evaluate, Parse)) for node in nodes),
    )


def changes_values(nodes: Iterable[Node]) -> bool:
    """Whether any of these nodes may change a list or a map that it was given."""
    return any(map(_changes, nodes))


def _changes(node: Node) -> bool:
    if isinstance(node, Call):
        return node.name in _MUTATING
    if isinstance(node, SetDirective):
        return bool(node.target.steps)
    return isinstance(node, (Evaluate, Parse))


def _names_made(nodes: list[Node]) -> Iterator[str]:
    """Names that the template gives values to, so that they are its own, not the context's."""
    for node in nodes:
        if isinstance(node, SetDirective) and not node.target.steps:
            if not _reads_itself(node):
                yield node.target.root
        elif isinstance(node, Foreach):
            yield node.variable
        elif isinstance(node, Define):
            yield node.name
        elif isinstance(node, MacroDefinition):
            yield from (name for name, _ in node.parameters)


def _reads_itself(node: SetDirective) -> bool:
    name = node.target.root
    return any(isinstance(each, Reference) and each.root == name for each in walk([node.value]))


def _path_of(node: Reference) -> str:
    names = [node.root]
    for step in node.steps:
        key = literal_key(step)
        if key is None:
            break
        names.append(key)
    return ".".join(names)


def key_of(node: Reference) -> str | None:
    """The literal key of the first step: `orders` of `$data.get('orders').size()`."""
    return literal_key(node.steps[0]) if node.steps else None


def literal_key(step: Step) -> str | None:
    """The key that a step reads, however it is written; None when it is not a constant."""
    if isinstance(step, Property):
        return step.name
    key: Node | None = None
    if isinstance(step, Index):
        key = step.key
    elif (step.name in ("get", "containsKey") and len(step.arguments) == 1) or (
        step.name == "getOrDefault" and len(step.arguments) == 2
    ):
        key = step.arguments[0]
    if isinstance(key, Literal) and isinstance(key.value, (str, int)):
        return str(key.value)
    return None
