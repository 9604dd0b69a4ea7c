"""From references to Python `ast`: where a variable lives, and each step from its value.

A variable is a local of the generated function where no closure can touch it, and a key of it may
have been read ahead. A step is inlined for the class that it is meant for; all else calls a
function of `linking` that knows its place.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from . import linking
from .building import (
    ADD,
    GREATER,
    IS_NOT,
    arithmetic,
    attribute,
    bind,
    both,
    call,
    choose,
    compare,
    constant,
    is_class,
    item,
    read,
    tuple_of,
)
from .hoisting import text_key
from .nodes import Call, Index, Literal, Node, Property, Reference, Step
from .options import Escaping, Options
from .running import Site
from .statements import ClosureBuilder

COUNTS = {"velocityCount": "count", "velocityHasNext": "hasNext"}
"""What 1.x called the position of a loop."""


@dataclass(slots=True)
class LoopNames:
    """The Python names of a loop being generated, for `$foreach.index` and its kin."""

    index: str
    size: str


@dataclass(slots=True)
class Names:
    """Where the variables of the function being generated live.

    `locals`: the Python local of a variable; `hoisted`: the local that holds a key of the map in
    another local; `printed`: the local that holds what one of these prints. Both are known by the
    name of the Python local, which nothing else ever has.
    """

    locals: dict[str, str] = field(default_factory=dict)
    hoisted: dict[tuple[str, str], str] = field(default_factory=dict)
    printed: dict[tuple[str, str, bool, Escaping], str] = field(default_factory=dict)
    loops: list[LoopNames] = field(default_factory=list)
    roots: dict[str, str] = field(default_factory=dict)
    """The locals that are read from the context at the start."""


@dataclass(slots=True)
class Read:
    """A value that has been worked out: how to test it first, and how to read it after that.

    They differ for what was read ahead: the local can be tested at once, but stands for a value
    that is yet to be read where its owner was no map; `whole` reads that too.
    """

    first: ast.expr
    name: str
    whole: ast.expr

    def again(self) -> ast.expr:
        """The value, once it has been tested."""
        return read(self.name)


class ReadAhead(ast.IfExp):
    """The value of a local that was read ahead, or of what it could not be read from."""

    lineno = 1
    col_offset = 0
    local = ""
    owner = ""
    reader: Callable[..., object]


class ReferenceGenerator:
    """Generates the Python of references of one source."""

    builder: ClosureBuilder

    def __init__(self, options: Options) -> None:
        self.options = options
        self.names = Names()
        self.constants: dict[str, object] = {}
        self.counter = 0
        self.uses_variables = False

    # Names and constants

    def fresh(self, prefix: str) -> str:
        """A name that nothing else has."""
        self.counter += 1
        return f"{prefix}_{self.counter}"

    def constant(self, value: object) -> ast.expr:
        """An object of ours as a global of the generated code."""
        name = self.fresh("k")
        self.constants[name] = value
        return read(name)

    def slow(self, function: Callable[..., object], *arguments: ast.expr) -> ast.expr:
        """A call of a function of ours that knows its place."""
        return call(self.constant(function), read("run"), *arguments)

    def site(self, offset: int, reference: Reference | None = None) -> Site:
        """The place for messages."""
        return self.builder.site(offset, reference)

    def delegated(self, node: Node) -> ast.expr:
        """The value by the closure of this node."""
        self.uses_variables = True
        return self.slow(self.builder.value(node))

    def variables(self) -> ast.expr:
        """The variables of the rendering, as a dictionary."""
        self.uses_variables = True
        return read("V")

    def is_local(self, name: str) -> bool:
        """Whether a variable is touched by nothing but the function being generated."""
        raise NotImplementedError

    def value(self, node: Node) -> ast.expr:
        """Python for an expression."""
        raise NotImplementedError

    def truth(self, value: ast.expr) -> ast.expr:
        """Python that asks whether a value counts as true."""
        return value if self.options.empty_check else call(read("is_true"), read("run"), value)

    # References

    def reference(self, node: Reference) -> ast.expr:
        """Python for the value of a reference, alternate included."""
        if node.alternate is None:
            return self.path(node)
        path = self.path(node) if node.steps else self.set_or_not(node.root)
        name = self.fresh("t")
        test = self.truth(bind(name, path))
        return choose(test, read(name), self.value(node.alternate))

    def path(self, node: Reference) -> ast.expr:
        """Python for `$root.step[step]`."""
        steps = node.steps
        if (position := self._position_read(node.root, steps)) is not None:
            return self._along(position, steps[1:] if node.root == "foreach" else steps)
        root = self._root(node)
        if steps and isinstance(root, ast.Name):
            ahead = self._read_ahead(root.id, steps[0])
            if ahead is not None:
                return self._along(ahead, steps[1:])
        return self._along(root, steps)

    def _read_ahead(self, owner: str, step: Step) -> ReadAhead | None:
        key = text_key(step)
        local = self.names.hoisted.get((owner, key)) if key is not None else None
        if local is None:
            return None
        reader = self.builder.step(step)
        test = compare(read(local), IS_NOT, read("UNREAD"))
        ahead = ReadAhead(test, read(local), self.slow(reader, read(owner)))
        ahead.local, ahead.owner, ahead.reader = local, owner, reader
        return ahead

    def _position_read(self, root: str, steps: list[Step]) -> ast.expr | None:
        """Python for `$foreach.index` or `$velocityCount` inside a loop; None for all else."""
        if not self.names.loops:
            return None
        if root == "foreach" and steps and "foreach" in self.options.scopes:
            assert isinstance(steps[0], Property)
            return self._position(steps[0].name)
        counts = self.options.velocity_count and root in COUNTS
        return self._position(COUNTS[root]) if counts else None

    def _along(self, value: ast.expr, steps: list[Step]) -> ast.expr:
        for step in steps:
            value = self.step(value, step)
        return value

    def _root(self, node: Reference) -> ast.expr:
        if self.options.strict_references and not node.tested and not node.alternate:
            self.uses_variables = True
            return self.slow(linking.reading_variable(node.root, self.site(node.offset)))
        return self.set_or_not(node.root)

    def set_or_not(self, name: str) -> ast.expr:
        """Python for a variable that is null when it is not set."""
        if (position := self._position_read(name, [])) is not None:
            return position
        if local := self.local_of(name):
            return read(local)
        return call(attribute(self.variables(), "get"), constant(name))

    def local_of(self, name: str) -> str | None:
        """The Python local of a variable, read from the context at the start; None if shared."""
        if local := self.names.locals.get(name):
            return local
        if not self.is_local(name):
            return None
        local = self.fresh("v")
        self.names.locals[name] = self.names.roots[name] = local
        return local

    def _position(self, name: str) -> ast.expr:
        loop = self.names.loops[-1]
        index = read(loop.index)
        if name == "index":
            return index
        if name == "first":
            return compare(index, ast.Eq(), constant(0))
        count = arithmetic(index, ADD, constant(1))
        if name == "count":
            return count
        return compare(count, ast.Lt() if name == "hasNext" else ast.GtE(), read(loop.size))

    def step(self, value: ast.expr, step: Step) -> ast.expr:
        """Python for one step from a value, the common classes inlined."""
        if (key := text_key(step)) is not None:
            found = self.worked_out(value)
            get = call(attribute(found.again(), "get"), constant(key))
            slow = self.slow(self.builder.step(step), found.whole)
            return choose(is_class(found.first, "dict"), get, slow)
        if isinstance(step, Index):
            getting = linking.getting_item(self.site(step.offset))
            return self.slow(getting, value, self.value(step.key))
        assert isinstance(step, Call)
        return self._call_step(value, step)

    def _call_step(self, value: ast.expr, step: Call) -> ast.expr:
        if (index := _position_asked(step)) is not None:
            return self._element(value, index, step)
        if step.name == "size" and not step.arguments:
            found = self.worked_out(value)
            slow = self.slow(self.builder.step(step), found.whole)
            return choose(is_class(found.first, "list"), call(read("len"), found.again()), slow)
        if all(isinstance(each, Literal) for each in step.arguments):
            return self.slow(self.builder.step(step), value)
        arguments = tuple_of([self.value(each) for each in step.arguments])
        calling = linking.calling(step.name, self.site(step.offset))
        return self.slow(calling, value, arguments)

    def _element(self, value: ast.expr, index: int, step: Call) -> ast.expr:
        found = self.worked_out(value)
        size = call(read("len"), found.again())
        has_it = both(is_class(found.first, "list"), compare(size, GREATER, constant(index)))
        slow = self.slow(self.builder.step(step), found.whole)
        return choose(has_it, item(found.again(), constant(index)), slow)

    def worked_out(self, value: ast.expr) -> Read:
        """The value in a variable of its own, unless it is one."""
        if isinstance(value, ReadAhead):
            return Read(read(value.local), value.local, value)
        if isinstance(value, ast.Name):
            return Read(value, value.id, value)
        name = self.fresh("t")
        return Read(bind(name, value), name, read(name))


def _position_asked(step: Call) -> int | None:
    """The `1` of `.get(1)`."""
    key = step.arguments[0] if step.name == "get" and len(step.arguments) == 1 else None
    if isinstance(key, Literal) and key.value.__class__ is int and key.value >= 0:
        return key.value
    return None
