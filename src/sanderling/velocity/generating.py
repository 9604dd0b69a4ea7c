"""From expressions to Python `ast`: what generated code computes, guarded by exact classes.

Nodes are built, never text, and every name is ours (`v_7`, from a counter), so nothing a template
says can become Python. The common case is inlined behind a test of the exact class, which costs
5 ns; all else calls a function of `linking` that knows its place, and so the same function of
`running` that the closures call.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from . import linking
from .building import (
    ADD,
    SUBTRACT,
    arithmetic,
    both,
    choose,
    compare,
    constant,
    either,
    is_class,
    list_of,
    negation,
    tuple_of,
)
from .closures import never_true
from .nodes import (
    Chain,
    Interpolated,
    ListLiteral,
    Literal,
    Logic,
    MapLiteral,
    Negative,
    Node,
    Not,
    RangeLiteral,
    Reference,
    Text,
)
from .referencing import ReferenceGenerator
from .running import before_operator, source_of

MAX_INLINE = 1 << 31
MAX_COMPARED = 200
"""Comparing with a longer text is paid for, and so left to `operate`."""

MAX_CHAIN = 20
"""A longer chain of operators stays a closure: each link nests the generated code one deeper."""


class ExpressionGenerator(ReferenceGenerator):
    """Generates the Python of expressions of one source."""

    # Expressions

    def value(self, node: Node) -> ast.expr:
        """Python for an expression."""
        return _VALUES[node.__class__](self, node)

    def condition(self, node: Node) -> ast.expr:
        """Python for what `#if` asks; any value, tested by Python's own truth."""
        if isinstance(node, Negative):
            return self.condition(node.operand)
        if never_true(node, self.options):
            return constant(False)
        if isinstance(node, Reference) and not node.steps and not node.alternate and node.tested:
            # A name that is not set is only null here, with strict references too.
            return self.truth(self.set_or_not(node.root))
        if isinstance(node, Logic):
            kind = both if node.operator == "&&" else either
            return kind(*map(self.condition, node.operands))
        if isinstance(node, Not):
            return negation(self.condition(node.operand))
        return self.truth(self.value(node))

    def _literal(self, node: Literal) -> ast.expr:
        return constant(node.value)

    def _interpolated(self, node: Interpolated) -> ast.expr:
        if not is_plain(node):
            return self.delegated(node)
        pieces = [self._part(part) for part in node.body]
        return self.slow(linking.joining(self.site(node.offset)), list_of(pieces))

    def _part(self, part: Node) -> ast.expr:
        if isinstance(part, Text):
            return constant(part.text)
        assert isinstance(part, Reference)
        printing = linking.printing_for_text(self.site(part.offset, part))
        return self.slow(printing, self.value(part))

    def _list(self, node: ListLiteral) -> ast.expr:
        return list_of([self.value(each) for each in node.items])

    def _map(self, node: MapLiteral) -> ast.expr:
        pairs = [tuple_of([self.value(key), self.value(value)]) for key, value in node.pairs]
        return self.slow(linking.making_map(self.site(node.offset)), list_of(pairs))

    def _range(self, node: RangeLiteral) -> ast.expr:
        first, last = self.value(node.first), self.value(node.last)
        return self.slow(linking.making_range(self.site(node.offset)), first, last)

    def _chain(self, node: Chain) -> ast.expr:
        if len(node.rest) > MAX_CHAIN:
            return self.delegated(node)
        value = self.value(node.first)
        left = source_of(node.first)
        for operator, operand, offset in node.rest:
            value = self._operation(value, operator, left, operand, offset)
            left = before_operator(left, operator)
        return value

    def _operation(
        self, value: ast.expr, operator: str, left: str | None, operand: Node, offset: int
    ) -> ast.expr:
        sources = left, source_of(operand)
        operating = linking.operating_with(operator, sources, self.site(offset))
        kind = _fast_class(operator, operand)
        if kind is None:
            return self.slow(operating, value, self.value(operand))
        found = self.worked_out(value)
        fast = _fast_operation(operator, found.again(), operand)
        slow = self.slow(operating, found.whole, self.value(operand))
        return choose(is_class(found.first, kind), fast, slow)

    def _logic(self, node: Logic) -> ast.expr:
        return choose(self.condition(node), constant(True), constant(False))

    def _not(self, node: Not) -> ast.expr:
        return self.condition(node)

    def _negative(self, node: Negative) -> ast.expr:
        source = source_of(node.operand)
        negating = linking.negating(source, self.site(node.offset))
        return self.slow(negating, self.value(node.operand))


def is_plain(node: Interpolated) -> bool:
    """Whether a text in double quotes holds nothing but text and plain references."""
    return all(
        isinstance(part, Text)
        or (isinstance(part, Reference) and not part.escaped and not part.backslashes)
        for part in node.body
    )


def _fast_class(operator: str, operand: Node) -> str | None:
    """The class for which the operation is one of Python's; None when there is none."""
    if not isinstance(operand, Literal):
        return None
    value = operand.value
    if value.__class__ is str and operator in ("==", "!="):
        return "str" if len(value) <= MAX_COMPARED else None
    if value.__class__ is not int or abs(value) > MAX_INLINE:
        return None
    # Bounded: no budget of rounds lets sums of small constants grow beyond a few digits.
    return "int" if operator in _COMPARISONS or operator in ("+", "-") else None


def _fast_operation(operator: str, left: ast.expr, operand: Node) -> ast.expr:
    assert isinstance(operand, Literal)
    right = constant(operand.value)
    if operator in _COMPARISONS:
        return compare(left, _COMPARISONS[operator], right)
    return arithmetic(left, ADD if operator == "+" else SUBTRACT, right)


_COMPARISONS: dict[str, ast.cmpop] = {
    "==": ast.Eq(),
    "!=": ast.NotEq(),
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
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
