"""The tree of a template: what the parser makes and both back ends read.

Nodes hold offsets into the source, not lines: a position is worked out only when it is shown.
Chains of operators are flat (`Chain`), and so are the steps of a reference, so that no template,
however long, makes a tree deeper than it is nested.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields


@dataclass(slots=True)
class Node:
    """Anything in the tree."""


@dataclass(slots=True)
class Text(Node):
    """Text that is printed as it stands; `moves` where structured gobbling may outdent it."""

    text: str
    moves: bool = False


# Expressions


@dataclass(slots=True)
class Literal(Node):
    """A constant: text, number, true or false."""

    value: object


@dataclass(slots=True)
class Interpolated(Node):
    """Text in double quotes with references or directives inside."""

    body: list[Node]
    offset: int


@dataclass(slots=True)
class ListLiteral(Node):
    """`[1, 2]`."""

    items: list[Node]
    offset: int


@dataclass(slots=True)
class MapLiteral(Node):
    """`{"a": 1}`."""

    pairs: list[tuple[Node, Node]]
    offset: int


@dataclass(slots=True)
class RangeLiteral(Node):
    """`[1..5]`, in either direction."""

    first: Node
    last: Node
    offset: int


@dataclass(slots=True)
class Chain(Node):
    """Operands with operators of one rank between them, applied from left to right."""

    first: Node
    rest: list[tuple[str, Node, int]]
    """(operator, operand, offset of the operator)"""


@dataclass(slots=True)
class Logic(Node):
    """`a && b && c` or `a || b || c`; stops at the first that decides."""

    operator: str
    operands: list[Node]


@dataclass(slots=True)
class Not(Node):
    """`!x`."""

    operand: Node


@dataclass(slots=True)
class Negative(Node):
    """`-x`."""

    operand: Node
    offset: int


# References


@dataclass(slots=True)
class Property(Node):
    """`.name`."""

    name: str
    offset: int


@dataclass(slots=True)
class Call(Node):
    """`.name(arguments)`."""

    name: str
    arguments: list[Node]
    offset: int


@dataclass(slots=True)
class Index(Node):
    """`[expression]`."""

    key: Node
    offset: int


Step = Property | Call | Index


@dataclass(slots=True)
class Reference(Node):
    """`$root.step[step]`: `source` is what is printed when it is null.

    `backslashes` and then `more` signs stand before it. `tested`: strict references do not mind
    here that it is not set.
    """

    root: str
    steps: list[Step]
    source: str
    offset: int
    quiet: bool = False
    alternate: Node | None = None
    backslashes: str = ""
    escaped: bool = False
    more: str = ""
    tested: bool = False


# Directives


@dataclass(slots=True)
class Block(Node):
    """A body, with the blanks around it that space gobbling decides about.

    `prefix`: the rest of the line after the opening directive; `postfix`: the blanks between the
    line start and the closing one; `more`: signs that the closing one stands behind.
    """

    body: list[Node]
    prefix: str = ""
    postfix: str = ""
    more: str = ""


@dataclass(slots=True)
class Directive(Node):
    """What all directives share: the blanks before them on the line, and the line end after.

    `more`: signs that stand directly before, as in `$#if(…)`; with them the blanks are kept.
    """

    offset: int
    prefix: str = field(default="", kw_only=True)
    postfix: str = field(default="", kw_only=True)
    more: str = field(default="", kw_only=True)


@dataclass(slots=True)
class SetDirective(Directive):
    """`#set($target = value)`."""

    target: Reference
    value: Node


@dataclass(slots=True)
class If(Directive):
    """`#if … #elseif … #else … #end`."""

    branches: list[tuple[Node, Block]]
    otherwise: Block | None


@dataclass(slots=True)
class Foreach(Directive):
    """`#foreach($variable in elements) … #else … #end`."""

    variable: str
    elements: Node
    block: Block
    otherwise: Block | None
    breaks: bool = False


@dataclass(slots=True)
class MacroDefinition(Directive):
    """`#macro(name $parameter $other="default") … #end`: known from the parsing on."""

    name: str
    parameters: list[tuple[str, Node | None]]
    block: Block


@dataclass(slots=True)
class MacroCall(Directive):
    """`#name(arguments)` or `#@name(arguments) … #end`.

    Whether such a macro exists is known when it is called; if not, `source` is printed.
    """

    name: str
    arguments: list[Node]
    source: str
    block: Block | None = None
    texts: list[str] = field(default_factory=list, kw_only=True)
    """The arguments as they are written."""


@dataclass(slots=True)
class Define(Directive):
    """`#define($name) … #end`: rendered at each use."""

    name: str
    block: Block


@dataclass(slots=True)
class Evaluate(Directive):
    """`#evaluate(text)`: the text is a template."""

    argument: Node


@dataclass(slots=True)
class Parse(Directive):
    """`#parse(name)`: a snippet as part of this template."""

    argument: Node


@dataclass(slots=True)
class Include(Directive):
    """`#include(names)`: snippets as plain text."""

    arguments: list[Node]


@dataclass(slots=True)
class Break(Directive):
    """`#break`, or `#break($scope)`."""

    scope: Reference | None


@dataclass(slots=True)
class Stop(Directive):
    """`#stop`: the message ends here."""


def children_of(node: Node) -> list[Node]:
    """The nodes directly below this one, in the order of the template."""
    children: list[Node] = []
    for name, is_list in _FIELDS.get(node.__class__) or _fields_of(node.__class__):
        value = getattr(node, name)
        if is_list:
            children += value
        elif value is not None:
            _collect(value, children)
    return children


def _fields_of(kind: type[Node]) -> tuple[tuple[str, bool], ...]:
    found = (each for each in fields(kind) if each.type not in _PLAIN)
    _FIELDS[kind] = tuple((each.name, each.type in _LISTS) for each in found)
    return _FIELDS[kind]


_PLAIN = frozenset({"int", "str", "bool", "object"})
_LISTS = frozenset({"list[Node]", "list[Step]"})
_FIELDS: dict[type, tuple[tuple[str, bool], ...]] = {}
"""The fields of each class that can hold nodes, found out once, and whether each is a list of them:
all that is known of a template is found by walking, so that was a fifth of what compiling took."""


def walk(nodes: list[Node]) -> Iterator[Node]:
    """These nodes and all below, in the order of the template; no recursion."""
    waiting = nodes[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if node.__class__ not in _LEAVES:
            waiting += children_of(node)[::-1]


_LEAVES = frozenset({Text, Literal, Property, Stop})


def _collect(value: object, children: list[Node]) -> None:
    if isinstance(value, Node):
        children.append(value)
    elif isinstance(value, (list, tuple)):
        for element in value:
            _collect(element, children)
