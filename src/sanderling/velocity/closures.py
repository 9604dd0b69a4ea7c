"""The back end for single messages: each node becomes one Python closure.

Ready in half a millisecond, and some nine times slower at rendering than generated code: right
for previews and for what is sent once. What a node means is in `running`; here it is only wired.
"""

from __future__ import annotations

from collections.abc import Callable

from . import operating, running
from .escaping import ESCAPERS
from .lexing import Source
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
)
from .operating import operate
from .options import Dialect, Escaping, Options
from .running import Deferred, Rendering, Site, Writer, before_operator, captured, source_of

Getter = Callable[[Rendering], object]
StepGetter = Callable[[Rendering, object], object]

# Printed as they are even where values are escaped: the result is escaped for HTML already.
_ESCAPED_BY = frozenset({"html", "xml"})


class ExpressionBuilder:
    """Builds closures for expressions and references of one source."""

    def __init__(self, source: Source, options: Options, *, escaping: Escaping) -> None:
        self.source = source
        self.options = options
        self.escaping = escaping

    def body(self, nodes: list[Node]) -> Writer:
        """A closure that renders these statements."""
        raise NotImplementedError

    def unescaped(self) -> ExpressionBuilder:
        """A builder for the inside of strings: their values are escaped when they are printed."""
        raise NotImplementedError

    def site(self, offset: int, reference: Reference | None = None) -> Site:
        """A place to report, and what to print for null."""
        if reference is None:
            return Site(self.source, offset)
        return Site(self.source, offset, reference.source, reference.quiet)

    def value(self, node: Node) -> Getter:
        """A closure that works out an expression."""
        return _VALUES[node.__class__](self, node)

    def condition(self, node: Node) -> Getter:
        """Like `value`, but a name that is not set is only null, in strict mode too."""
        if isinstance(node, Reference) and not node.steps and not node.alternate and node.tested:
            root = node.root
            return lambda run: run.variables.get(root)
        if isinstance(node, Negative):
            # The original asks what stands behind the minus.
            return self.condition(node.operand)
        if never_true(node, self.options):
            return lambda run: False
        return self.value(node)

    def _literal(self, node: Literal) -> Getter:
        constant = node.value
        return lambda run: constant

    def _interpolated(self, node: Interpolated) -> Getter:
        write = self.unescaped().body(node.body)
        site = self.site(node.offset)

        def interpolate(run: Rendering) -> str:
            out: list[str] = []
            write(run, out)
            return captured(run, out, site)

        return interpolate

    def _list(self, node: ListLiteral) -> Getter:
        items = [self.value(item) for item in node.items]
        return lambda run: [item(run) for item in items]

    def _map(self, node: MapLiteral) -> Getter:
        pairs = [(self.value(key), self.value(value)) for key, value in node.pairs]
        site = self.site(node.offset)
        return lambda run: operating.map_of(
            run, [(key(run), value(run)) for key, value in pairs], site
        )

    def _range(self, node: RangeLiteral) -> Getter:
        first, last, site = self.value(node.first), self.value(node.last), self.site(node.offset)
        return lambda run: operating.range_of(run, first(run), last(run), site)

    def _chain(self, node: Chain) -> Getter:
        first = self.value(node.first)
        links = []
        left = source_of(node.first)
        for operator, operand, offset in node.rest:
            sources = (left, source_of(operand))
            links.append((operator, self.value(operand), sources, self.site(offset)))
            left = before_operator(left, operator)
        if len(links) == 1:
            operator, second, sources, site = links[0]
            return lambda run: operate(run, operator, first(run), second(run), sources, site)

        def chain(run: Rendering) -> object:
            value = first(run)
            for operator, operand, sources, site in links:
                value = operate(run, operator, value, operand(run), sources, site)
            return value

        return chain

    def _logic(self, node: Logic) -> Getter:
        operands = [self.condition(operand) for operand in node.operands]
        true = operating.is_true
        if node.operator == "&&":
            return lambda run: all(true(run, operand(run)) for operand in operands)
        return lambda run: any(true(run, operand(run)) for operand in operands)

    def _not(self, node: Not) -> Getter:
        operand = self.condition(node.operand)
        return lambda run: not operating.is_true(run, operand(run))

    def _negative(self, node: Negative) -> Getter:
        operand, site = self.value(node.operand), self.site(node.offset)
        source = source_of(node.operand)
        return lambda run: operating.negated(run, operand(run), source, site)

    # References

    def reference(self, node: Reference) -> Getter:
        """The value of a reference, alternate included."""
        path = self.path(node)
        if node.alternate is None:
            return path
        if not node.steps:
            path = self.condition(Reference(node.root, [], node.source, node.offset, tested=True))
        alternate = self.value(node.alternate)

        def choose(run: Rendering) -> object:
            value = path(run)
            return value if operating.is_true(run, value) else alternate(run)

        return choose

    def path(self, node: Reference) -> Getter:
        """The value of `$root.step[step]`."""
        root = self._root(node)
        steps = [self.step(step) for step in node.steps]
        if not steps:
            return root
        if len(steps) == 1:
            only = steps[0]
            return lambda run: only(run, root(run))

        def walk(run: Rendering) -> object:
            value = root(run)
            for step in steps:
                value = step(run, value)
            return value

        return walk

    def _root(self, node: Reference) -> Getter:
        name = node.root
        if node.tested or node.alternate or not self.options.strict_references:
            return lambda run: run.variables.get(name)
        site = self.site(node.offset)
        return lambda run: running.variable(run, name, site)

    def step(self, step: Step) -> StepGetter:
        """A closure that takes one step from a value."""
        site = self.site(step.offset)
        if isinstance(step, Property):
            name = step.name
            return lambda run, value: running.property_of(run, value, name, site)
        if isinstance(step, Index):
            key = self.value(step.key)
            return lambda run, value: running.item_of(run, value, key(run), site)
        return self._call(step, site)

    def _call(self, step: Call, site: Site) -> StepGetter:
        name = step.name
        arguments = [self.value(argument) for argument in step.arguments]
        if not arguments:
            return lambda run, value: running.call(run, value, name, (), site)
        if len(arguments) == 1:
            only = arguments[0]
            return lambda run, value: running.call(run, value, name, (only(run),), site)
        return lambda run, value: running.call(
            run, value, name, tuple([argument(run) for argument in arguments]), site
        )

    # Printing

    def printer(self, node: Reference) -> Writer:
        """A closure that prints a reference."""
        if node.escaped:
            return self._escaped_reference(node)
        value, site = self.reference(node), self.site(node.offset, node)
        escape = None if prints_raw(node, self.escaping) else ESCAPERS[self.escaping]
        before, twice = node.backslashes + node.more, node.backslashes * 2 + node.more
        if self.options.strict_escape:
            twice = before

        def write(run: Rendering, out: list[str]) -> None:
            result = value(run)
            if result.__class__ is Deferred:
                out.append(before)
                if result.write(out):
                    return
            if result is None or result.__class__ is Deferred:
                out.append(twice + running.null_text(run, site))
                return
            text = running.printed(run, result, site)
            if escape and not running.is_safe(result):
                text = running.written(run, text, escape, site)
            out.append(before + text if before else text)

        return write

    def _escaped_reference(self, node: Reference) -> Writer:
        """`\\$name` prints `$name` when that is set, and stays as it is when not."""
        text = node.backslashes + node.source
        if self.options.strict_escape:
            return lambda run, out: out.append(text)
        value, unset = self.reference(node), node.backslashes + "\\" + node.source
        return lambda run, out: out.append(unset if value(run) is None else text)


def never_true(node: Node, options: Options) -> bool:
    """Whether the original answers `#if` with false without looking: for arithmetic and ranges.

    1.x does so for every literal but `true`, too.
    """
    if isinstance(node, Chain):
        return node.rest[-1][0] in operating.ARITHMETIC
    if isinstance(node, RangeLiteral):
        return True
    return options.dialect is Dialect.V1 and _is_literal(node)


def _is_literal(node: Node) -> bool:
    if isinstance(node, Literal):
        return node.value is not True
    return isinstance(node, (Interpolated, ListLiteral, MapLiteral))


def prints_raw(node: Reference, escaping: Escaping) -> bool:
    """Whether this reference is not to be escaped when printed, as in `$esc.html($name)`."""
    if escaping is Escaping.NONE:
        return True
    last = node.steps[-1] if node.steps else None
    return (
        escaping is Escaping.HTML
        and node.root == "esc"
        and node.alternate is None
        and len(node.steps) == 1
        and isinstance(last, (Call, Property))
        and last.name in _ESCAPED_BY
    )


_VALUES: dict[type, Callable[..., Getter]] = {
    Literal: ExpressionBuilder._literal,
    Interpolated: ExpressionBuilder._interpolated,
    ListLiteral: ExpressionBuilder._list,
    MapLiteral: ExpressionBuilder._map,
    RangeLiteral: ExpressionBuilder._range,
    Chain: ExpressionBuilder._chain,
    Logic: ExpressionBuilder._logic,
    Not: ExpressionBuilder._not,
    Negative: ExpressionBuilder._negative,
    Reference: ExpressionBuilder.reference,
}
