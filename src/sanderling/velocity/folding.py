"""Work that need not be done for every person: constants of a campaign become text.

Two rewritings of a parsed tree, in place, before any back end sees it. A word after '#' that no
macro answers to becomes the text it is (`color:#ffffff`). And references to values that are the
same for the whole campaign are rendered once, their conditions decided, their branches dropped.
"""

from __future__ import annotations

from collections.abc import Mapping

from .errors import VelocityError
from .gobbling import append, blocks_of
from .limits import Budget
from .nodes import (
    Block,
    Call,
    Chain,
    Define,
    Evaluate,
    Foreach,
    If,
    Index,
    Literal,
    Logic,
    MacroCall,
    Negative,
    Node,
    Not,
    Parse,
    Reference,
    SetDirective,
    Text,
    walk,
)
from .operating import is_true
from .options import Options
from .parsing import Parsed
from .running import Rendering
from .statements import ClosureBuilder


def settle_unknown_calls(parsed: Parsed, known: frozenset[str], options: Options) -> None:
    """Turn calls of macros that cannot exist into text.

    Not where a macro may still come to be: `#evaluate` and `#parse` can define some.
    """
    if options.strict_references:
        return
    names = known | frozenset(parsed.macros)
    are_unknown = False
    for node in walk([*parsed.body, *parsed.macros.values()]):
        if isinstance(node, (Evaluate, Parse)):
            return
        are_unknown |= isinstance(node, MacroCall) and node.name not in names
    if not are_unknown:
        return
    rewriter = _UnknownCalls(names)
    parsed.body = rewriter.body(parsed.body)
    for definition in parsed.macros.values():
        rewriter.block(definition.block)


def fold_constants(parsed: Parsed, constants: Mapping[str, object], options: Options) -> None:
    """Render once what reads nothing but these constants."""
    nodes = list(walk([*parsed.body, *parsed.macros.values()]))
    if any(isinstance(each, (Evaluate, Parse, MacroCall, Define)) for each in nodes):
        return
    folder = _Constants(parsed, {**constants}, options, _names_made(nodes))
    parsed.body = folder.body(parsed.body)


class _Rewriter:
    """Rewrites bodies, statement by statement."""

    def body(self, nodes: list[Node]) -> list[Node]:
        rewritten: list[Node] = []
        for node in nodes:
            for each in self.statement(node):
                append(rewritten, each)
        return rewritten

    def block(self, block: Block) -> None:
        block.body = self.body(block.body)

    def statement(self, node: Node) -> list[Node]:
        for block in blocks_of(node):
            self.block(block)
        return [node]


class _UnknownCalls(_Rewriter):
    def __init__(self, known: frozenset[str]) -> None:
        self.known = known

    def statement(self, node: Node) -> list[Node]:
        if isinstance(node, MacroCall) and node.name not in self.known:
            return [Text(node.source)]
        return super().statement(node)


class _Constants(_Rewriter):
    def __init__(
        self, parsed: Parsed, constants: dict[str, object], options: Options, made: frozenset[str]
    ) -> None:
        self.constants = {name: value for name, value in constants.items() if name not in made}
        self.options = options
        self.builder = ClosureBuilder(parsed.source, options)

    def statement(self, node: Node) -> list[Node]:
        if isinstance(node, Reference):
            return [self._printed(node)]
        if isinstance(node, If):
            return self._if(node)
        if isinstance(node, SetDirective):
            node.value = self.expression(node.value)
        elif isinstance(node, Foreach):
            node.elements = self.expression(node.elements)
        return super().statement(node)

    def _printed(self, node: Reference) -> Node:
        if not self._is_constant(node):
            self._steps(node)
            return node
        write = self.builder.printer(node)
        run, out = self._run(), list[str]()
        try:
            write(run, out)
        except VelocityError:
            return node
        return node if run.warnings else Text("".join(out))

    def _if(self, node: If) -> list[Node]:
        branches: list[tuple[Node, Block]] = []
        for condition, block in node.branches:
            decided = self._decided(condition)
            if decided is None:
                branches.append((self.expression(condition), block))
            elif decided:
                node.otherwise = block
                break
        node.branches = branches
        if not branches:
            return self.body(node.otherwise.body) if node.otherwise else []
        return super().statement(node)

    def _decided(self, condition: Node) -> bool | None:
        if not self._is_constant(condition):
            return None
        run = self._run()
        try:
            decided = is_true(run, self.builder.condition(condition)(run))
        except VelocityError:
            return None
        return None if run.warnings else decided

    def expression(self, node: Node) -> Node:
        """The expression with its constant parts worked out, where they are text or numbers."""
        if isinstance(node, Reference):
            return self._value(node)
        if isinstance(node, Chain):
            node.first = self.expression(node.first)
            node.rest = [(each, self.expression(operand), at) for each, operand, at in node.rest]
        elif isinstance(node, Logic):
            node.operands = [self.expression(operand) for operand in node.operands]
        elif isinstance(node, (Not, Negative)):
            node.operand = self.expression(node.operand)
        return node

    def _value(self, node: Reference) -> Node:
        if not self._is_constant(node):
            self._steps(node)
            return node
        run = self._run()
        try:
            value = self.builder.value(node)(run)
        except VelocityError:
            return node
        # A constant that is null keeps its source: `$nope + "x"` prints it.
        foldable = value.__class__ in (str, int, float, bool) and not run.warnings
        return Literal(value) if foldable else node

    def _steps(self, node: Reference) -> None:
        for step in node.steps:
            if isinstance(step, Index):
                step.key = self.expression(step.key)
            elif isinstance(step, Call):
                step.arguments = [self.expression(each) for each in step.arguments]

    def _is_constant(self, node: Node) -> bool:
        references = [each for each in walk([node]) if isinstance(each, Reference)]
        return bool(references) and all(each.root in self.constants for each in references)

    def _run(self) -> Rendering:
        budget = Budget(self.options.limits)
        return Rendering(dict(self.constants), self.options, budget, {}, None)  # type: ignore[arg-type]


def _names_made(nodes: list[Node]) -> frozenset[str]:
    names = {"foreach"}
    for node in nodes:
        if isinstance(node, SetDirective):
            names.add(node.target.root)
        elif isinstance(node, Foreach):
            names.add(node.variable)
    return frozenset(names)
