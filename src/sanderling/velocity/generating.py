"""From expressions to Python `ast`: what generated code computes, guarded by exact classes.

Nodes are built, never text, and every name is ours (`v_7`, from a counter), so nothing a template
says can become Python. The common case is inlined behind a test of the exact class, which costs
5 ns; all else calls the same function of `running` that the closures call.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from . import operating, running
from .closures import Getter, never_true
from .nodes import (
    Call,
    Chain,
    Index,
    Interpolated,
    ListLiteral,
    Literal,
    Logic,
    MapLiteral,
    Negative,
    Node,
    Not,
    Property,
    RangeLiteral,
    Reference,
    Step,
    Text,
)
from .options import Escaping, Options
from .running import Site, source_of
from .statements import ClosureBuilder

MAX_INLINE = 1 << 31
COUNTS = {"velocityCount": "count", "velocityHasNext": "hasNext"}
"""What 1.x called the position of a loop."""

MAX_COMPARED = 200
"""Comparing with a longer text is paid for, and so left to `operate`."""

MAX_CHAIN = 20
"""A longer chain of operators stays a closure: each link nests the generated code one deeper."""


@dataclass(slots=True)
class LoopNames:
    """The Python names of a loop being generated, for `$foreach.index` and its kin."""

    index: str
    size: str


@dataclass(slots=True)
class Names:
    """Where the variables of the unit being generated live, and its constants."""

    locals: dict[str, str] = field(default_factory=dict)
    hoisted: dict[tuple[str, str], str] = field(default_factory=dict)
    printed: dict[tuple[tuple[str, str] | None, Escaping], str] = field(default_factory=dict)
    loops: list[LoopNames] = field(default_factory=list)


class ExpressionGenerator:
    """Generates the Python of expressions of one source."""

    builder: ClosureBuilder

    def __init__(self, options: Options) -> None:
        self.options = options
        self.names = Names()
        self.constants: dict[str, object] = {}
        self.counter = 0

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

    def site(self, offset: int, reference: Reference | None = None) -> ast.expr:
        """The place as a constant."""
        site: Site = self.builder.site(offset, reference)
        return self.constant(site)

    def delegated(self, node: Node) -> ast.expr:
        """The value by the closure of this node."""
        getter: Getter = self.builder.value(node)
        return call(self.constant(getter), read("run"))

    # Expressions

    def value(self, node: Node) -> ast.expr:
        """Python for an expression."""
        return _VALUES[node.__class__](self, node)

    def condition(self, node: Node) -> ast.expr:
        """Python for what `#if` asks; any value, tested by Python's own truth."""
        if never_true(node, self.options):
            return ast.Constant(value=False)
        if isinstance(node, Reference) and not node.steps and not node.alternate:
            # A name that is not set is only null here, with strict references too.
            return self._truth(self._set_or_not(node.root))
        if isinstance(node, Logic):
            kind = ast.And() if node.operator == "&&" else ast.Or()
            return ast.BoolOp(op=kind, values=[self.condition(each) for each in node.operands])
        if isinstance(node, Not):
            return ast.UnaryOp(op=ast.Not(), operand=self.condition(node.operand))
        return self._truth(self.value(node))

    def _truth(self, value: ast.expr) -> ast.expr:
        return value if self.options.empty_check else call(read("is_true"), read("run"), value)

    def _literal(self, node: Literal) -> ast.expr:
        return ast.Constant(value=node.value)  # type: ignore[arg-type]

    def _interpolated(self, node: Interpolated) -> ast.expr:
        if not is_plain(node):
            return self.delegated(node)
        pieces: list[ast.expr] = []
        for part in node.body:
            if isinstance(part, Text):
                pieces.append(ast.Constant(value=part.text))
            else:
                assert isinstance(part, Reference)
                pieces.append(
                    call(
                        read("printed"), read("run"), self.value(part), self.site(part.offset, part)
                    )
                )
        pieces_list = ast.List(elts=list(pieces), ctx=ast.Load())
        return call(read("captured"), read("run"), pieces_list, self.site(node.offset))

    def _list(self, node: ListLiteral) -> ast.expr:
        return ast.List(elts=[self.value(item) for item in node.items], ctx=ast.Load())

    def _map(self, node: MapLiteral) -> ast.expr:
        pairs = [
            ast.Tuple(elts=[self.value(key), self.value(value)], ctx=ast.Load())
            for key, value in node.pairs
        ]
        pairs_list = ast.List(elts=list(pairs), ctx=ast.Load())
        return call(read("map_of"), read("run"), pairs_list, self.site(node.offset))

    def _range(self, node: RangeLiteral) -> ast.expr:
        first, last = self.value(node.first), self.value(node.last)
        return call(read("range_of"), read("run"), first, last, self.site(node.offset))

    def _chain(self, node: Chain) -> ast.expr:
        if len(node.rest) > MAX_CHAIN:
            return self.delegated(node)
        value = self.value(node.first)
        left: Node = node.first
        for operator, operand, offset in node.rest:
            value = self._operation(value, operator, left, operand, offset)
            left = node
        return value

    def _operation(
        self, value: ast.expr, operator: str, left: Node, operand: Node, offset: int
    ) -> ast.expr:
        sources = self.constant((source_of(left), source_of(operand)))
        value, name = named(value, self.fresh("t"))
        right = self.value(operand)
        slow = call(
            read("operate"),
            read("run"),
            ast.Constant(value=operator),
            read(name),
            right,
            sources,
            self.site(offset),
        )
        fast = _fast_operation(operator, name, operand)
        if fast is None:
            slow.args[2] = _unbound(value)
            return slow
        kind, expression = fast
        return ast.IfExp(test=is_class(value, kind), body=expression, orelse=slow)

    def _logic(self, node: Logic) -> ast.expr:
        return self._as_boolean(node)

    def _not(self, node: Not) -> ast.expr:
        return self.condition(node)

    def _as_boolean(self, node: Node) -> ast.expr:
        true, false = ast.Constant(value=True), ast.Constant(value=False)
        return ast.IfExp(test=self.condition(node), body=true, orelse=false)

    def _negative(self, node: Negative) -> ast.expr:
        return call(read("negated"), read("run"), self.value(node.operand), self.site(node.offset))

    # References

    def reference(self, node: Reference) -> ast.expr:
        """Python for the value of a reference, alternate included."""
        if node.alternate is None:
            return self.path(node)
        path = self.path(node) if node.steps else self._set_or_not(node.root)
        name = self.fresh("t")
        test = self._truth(bind(name, path))
        return ast.IfExp(test=test, body=read(name), orelse=self.value(node.alternate))

    def path(self, node: Reference) -> ast.expr:
        """Python for `$root.step[step]`."""
        steps = node.steps
        if (position := self._position_read(node.root, steps)) is not None:
            return self._along(position, steps[1:] if node.root == "foreach" else steps)
        if steps and isinstance(steps[0], Property):
            local = self.names.hoisted.get((node.root, steps[0].name))
            if local:
                return self._along(read(local), steps[1:])
        return self._along(self._root(node), steps)

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
        if self.options.strict_references:
            name = ast.Constant(value=node.root)
            return call(read("variable"), read("run"), name, self.site(node.offset))
        return self._set_or_not(node.root)

    def _set_or_not(self, name: str) -> ast.expr:
        """Python for a variable that is null when it is not set."""
        if (position := self._position_read(name, [])) is not None:
            return position
        if local := self.names.locals.get(name):
            return read(local)
        get = ast.Attribute(value=read("V"), attr="get", ctx=ast.Load())
        return call(get, ast.Constant(value=name))

    def _position(self, name: str) -> ast.expr:
        loop = self.names.loops[-1]
        index = read(loop.index)
        if name == "index":
            return index
        if name == "first":
            return compare(index, ast.Eq(), ast.Constant(value=0))
        count = ast.BinOp(left=index, op=ast.Add(), right=ast.Constant(value=1))
        if name == "count":
            return count
        return compare(count, ast.Lt() if name == "hasNext" else ast.GtE(), read(loop.size))

    def step(self, value: ast.expr, step: Step) -> ast.expr:
        """Python for one step from a value, the common classes inlined."""
        value, name = named(value, self.fresh("t"))
        site = self.site(step.offset)
        if isinstance(step, Property):
            key: ast.expr = ast.Constant(value=step.name)
            slow = call(read("property_of"), read("run"), read(name), key, site)
            return self._from_map(value, name, key, slow)
        if isinstance(step, Index):
            if isinstance(step.key, Literal) and isinstance(step.key.value, str):
                key = ast.Constant(value=step.key.value)
                slow = call(read("item_of"), read("run"), read(name), key, site)
                return self._from_map(value, name, key, slow)
            return call(read("item_of"), read("run"), _unbound(value), self.value(step.key), site)
        return self._call_step(value, step, name, site)

    def _call_step(self, value: ast.expr, step: Call, name: str, site: ast.expr) -> ast.expr:
        arguments = ast.Tuple(elts=[self.value(each) for each in step.arguments], ctx=ast.Load())
        method = ast.Constant(value=step.name)
        slow = call(read("call"), read("run"), read(name), method, arguments, site)
        if step.name == "get" and len(step.arguments) == 1:
            argument = step.arguments[0]
            if isinstance(argument, Literal) and argument.value.__class__ is str:
                return self._from_map(value, name, ast.Constant(value=argument.value), slow)
            if isinstance(argument, Literal) and argument.value.__class__ is int:
                return self._from_list(value, name, int(argument.value), slow)
        if step.name == "size" and not step.arguments:
            test = is_class(value, "list")
            return ast.IfExp(test=test, body=call(read("len"), read(name)), orelse=slow)
        slow.args[1] = _unbound(value)
        return slow

    def _from_map(self, value: ast.expr, name: str, key: ast.expr, slow: ast.expr) -> ast.expr:
        get = ast.Attribute(value=read(name), attr="get", ctx=ast.Load())
        test = is_class(value, "dict")
        return ast.IfExp(test=test, body=call(get, key), orelse=slow)

    def _from_list(self, value: ast.expr, name: str, index: int, slow: ast.expr) -> ast.expr:
        if index < 0:
            slow.args[1] = _unbound(value)  # type: ignore[attr-defined]
            return slow
        long_enough = compare(call(read("len"), read(name)), ast.Gt(), ast.Constant(value=index))
        is_list = is_class(value, "list")
        element = ast.Subscript(value=read(name), slice=ast.Constant(value=index), ctx=ast.Load())
        test = ast.BoolOp(op=ast.And(), values=[is_list, long_enough])
        return ast.IfExp(test=test, body=element, orelse=slow)


def is_plain(node: Interpolated) -> bool:
    """Whether a text in double quotes holds nothing but text and plain references."""
    return all(
        isinstance(part, Text)
        or (isinstance(part, Reference) and not part.escaped and not part.backslashes)
        for part in node.body
    )


def _fast_operation(operator: str, name: str, operand: Node) -> tuple[str, ast.expr] | None:
    """A class, and what the operation is for it; None when the operand is no constant."""
    if not isinstance(operand, Literal):
        return None
    constant = operand.value
    right = ast.Constant(value=constant)  # type: ignore[arg-type]
    if constant.__class__ is str and operator in ("==", "!="):
        if len(constant) > MAX_COMPARED:
            return None
        return "str", compare(read(name), _COMPARISONS[operator], right)
    if constant.__class__ is not int or abs(constant) > MAX_INLINE:
        return None
    if operator in _COMPARISONS:
        return "int", compare(read(name), _COMPARISONS[operator], right)
    if operator in ("+", "-"):
        # Bounded: no budget of rounds lets sums of small constants grow beyond a few digits.
        kind = ast.Add() if operator == "+" else ast.Sub()
        return "int", ast.BinOp(left=read(name), op=kind, right=right)
    return None


_COMPARISONS: dict[str, ast.cmpop] = {
    "==": ast.Eq(),
    "!=": ast.NotEq(),
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
}


def read(name: str) -> ast.expr:
    """A name being read."""
    return ast.Name(id=name, ctx=ast.Load())


def bind(name: str, value: ast.expr) -> ast.expr:
    """`(name := value)`."""
    return ast.NamedExpr(target=ast.Name(id=name, ctx=ast.Store()), value=value)


def call(function: ast.expr, *arguments: ast.expr) -> ast.Call:
    """`function(arguments)`."""
    return ast.Call(func=function, args=list(arguments), keywords=[])


def compare(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.expr:
    """`left operator right`."""
    return ast.Compare(left=left, ops=[operator], comparators=[right])


def named(value: ast.expr, name: str) -> tuple[ast.expr, str]:
    """The value to test first, and the name to read it by after: its own if it is a variable."""
    if isinstance(value, ast.Name):
        return value, value.id
    return bind(name, value), name


def _unbound(value: ast.expr) -> ast.expr:
    return value.value if isinstance(value, ast.NamedExpr) else value


def is_class(value: ast.expr, kind: str) -> ast.expr:
    """`value.__class__ is kind`."""
    own = ast.Attribute(value=value, attr="__class__", ctx=ast.Load())
    return compare(own, ast.Is(), read(kind))


RUNTIME: dict[str, object] = {
    "call": running.call,
    "captured": running.captured,
    "dict": dict,
    "int": int,
    "is_true": operating.is_true,
    "item_of": running.item_of,
    "len": len,
    "list": list,
    "map_of": operating.map_of,
    "negated": operating.negated,
    "operate": operating.operate,
    "printed": running.printed,
    "property_of": running.property_of,
    "range_of": operating.range_of,
    "str": str,
    "variable": running.variable,
}

_VALUES: dict[type, Callable[..., ast.expr]] = {
    Literal: ExpressionGenerator._literal,
    Interpolated: ExpressionGenerator._interpolated,
    ListLiteral: ExpressionGenerator._list,
    MapLiteral: ExpressionGenerator._map,
    RangeLiteral: ExpressionGenerator._range,
    Chain: ExpressionGenerator._chain,
    Logic: ExpressionGenerator._logic,
    Not: ExpressionGenerator._not,
    Negative: ExpressionGenerator._negative,
    Reference: ExpressionGenerator.reference,
}
