"""From a path to its method: a tree of segments, where a literal goes before a parameter.

Django's resolver tries its patterns one after the other (100 here); the tree takes a step per
segment, and tells "no such path" from "not with this verb" without a second search.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sanderling.api.operations import Operation

PARAMETER = "{}"


@dataclass(slots=True)
class Node:
    """A place in the tree: what follows, and what ends here, by verb."""

    children: dict[str, "Node"] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What a path leads to: its methods by verb, and the values of the parameters."""

    operations: dict[str, Operation]
    values: list[str]

    def params(self, operation: Operation) -> dict[str, str]:
        """Return the values by the names that this method gives them."""
        names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
        return dict(zip(names, self.values, strict=True))


def tree_of(operations: Iterable[Operation]) -> Node:
    """Return the tree of all methods; two for one verb and path are a mistake of ours."""
    root = Node()
    for operation in operations:
        node = root
        for part in segments_of(operation.path):
            node = node.children.setdefault(PARAMETER if part.startswith("{") else part, Node())
        assert operation.method not in node.operations, f"{operation.method} {operation.path}"
        node.operations[operation.method] = operation
    return root


def find(root: Node, path: str) -> Found | None:
    """Return what a path leads to; slashes may be doubled and a last one is ignored."""
    return _find(root, segments_of(path), [])


def segments_of(path: str) -> list[str]:
    """Return the segments of a path without empty ones."""
    return [part for part in path.split("/") if part]


def _find(node: Node, rest: list[str], values: list[str]) -> Found | None:
    if not rest:
        return Found(node.operations, values) if node.operations else None
    first, *others = rest
    if (literal := node.children.get(first)) and (found := _find(literal, others, values)):
        return found
    if parameter := node.children.get(PARAMETER):
        return _find(parameter, others, [*values, first])
    return None
