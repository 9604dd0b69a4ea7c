"""The closures of directives: `#set`, `#if`, `#foreach`, macros, and what renders other text."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import operating, running
from .calling import MacroClosure, call_macro
from .closures import ExpressionBuilder, Getter
from .errors import ParseError, RenderError
from .lexing import Source
from .nesting import Loop, leaving, nested, scoped
from .nodes import (
    Break,
    Call,
    Define,
    Evaluate,
    Foreach,
    If,
    Include,
    Index,
    MacroCall,
    MacroDefinition,
    Node,
    Parse,
    Property,
    Reference,
    SetDirective,
    Stop,
    Text,
    walk,
)
from .options import Dialect, Escaping, Options
from .running import Deferred, Rendering, Site, Writer
from .scoping import Broken, Scope, Stopped

DEFINE_DEPTH = 2
_SNIPPET_NAME = re.compile(r"(?!/)(?!.*\.\.)[A-Za-z0-9_./-]{1,200}")


class ClosureBuilder(ExpressionBuilder):
    """Builds the closures of one source."""

    def __init__(
        self, source: Source, options: Options, *, escaping: Escaping | None = None
    ) -> None:
        chosen = options.escaping if escaping is None else escaping
        super().__init__(source, options, escaping=chosen)

    def unescaped(self) -> ClosureBuilder:
        """A builder for the inside of strings."""
        return ClosureBuilder(self.source, self.options, escaping=Escaping.NONE)

    def body(self, nodes: list[Node]) -> Writer:
        """A closure that renders these statements in turn."""
        writers = [self.statement(node) for node in nodes if not isinstance(node, MacroDefinition)]
        if len(writers) == 1:
            return writers[0]

        def write(run: Rendering, out: list[str]) -> None:
            for writer in writers:
                writer(run, out)

        return write

    def statement(self, node: Node) -> Writer:
        """A closure that renders one statement."""
        return _STATEMENTS[node.__class__](self, node)

    def macro(self, node: MacroDefinition) -> MacroClosure:
        """A macro that can be called."""
        parameters = [
            (name, self.value(default) if default else None) for name, default in node.parameters
        ]
        return MacroClosure(node.name, parameters, self.body(node.block.body))

    def _text(self, node: Text) -> Writer:
        text = node.text
        return lambda run, out: out.append(text)

    # Setting

    def _set(self, node: SetDirective) -> Writer:
        value = self.value(node.value)
        target = node.target
        if not target.steps:
            return self._set_variable(target.root, value)
        last = target.steps[-1]
        head = Reference(target.root, target.steps[:-1], target.source, target.offset)
        holder, site = self.path(head), self.site(last.offset)
        if isinstance(last, Property):
            name = last.name
            return lambda run, out: running.set_property(run, holder(run), name, value(run), site)
        if isinstance(last, Index):
            key = self.value(last.key)
            return lambda run, out: running.set_item(run, holder(run), key(run), value(run), site)
        return lambda run, out: None

    def _set_variable(self, name: str, value: Getter) -> Writer:
        if self.options.dialect is Dialect.V1:
            return _assign_if_any(name, value)

        def assign(run: Rendering, out: list[str]) -> None:
            run.variables[name] = value(run)

        return assign

    # Choosing

    def _if(self, node: If) -> Writer:
        branches = [
            (self.condition(condition), self.body(block.body)) for condition, block in node.branches
        ]
        otherwise = self.body(node.otherwise.body) if node.otherwise else None

        def choose(run: Rendering, out: list[str]) -> None:
            for condition, body in branches:
                if operating.is_true(run, condition(run)):
                    body(run, out)
                    return
            if otherwise:
                otherwise(run, out)

        return choose

    # Repeating

    def _foreach(self, node: Foreach) -> Writer:
        elements, body = self.value(node.elements), self.body(node.block.body)
        otherwise = self.body(node.otherwise.body) if node.otherwise else None
        site, breaks = self.site(node.offset), leaves(node.block.body)
        loop = Loop(node.variable, body, site, self.options)

        def repeat(run: Rendering, out: list[str]) -> None:
            found, size = operating.loop_over(run, elements(run), breaks, site)
            if size:
                loop.run(run, out, found, size)
            elif otherwise:
                otherwise(run, out)

        return repeat

    # Leaving

    def _break(self, node: Break) -> Writer:
        if node.scope is None:

            def leave(run: Rendering, out: list[str]) -> None:
                raise Broken

            return leave
        scope, site, source = self.value(node.scope), self.site(node.offset), node.scope.source

        def leave_scope(run: Rendering, out: list[str]) -> None:
            found = scope(run)
            if not isinstance(found, Scope):
                raise site.error(RenderError, f"{source} is nothing that '#break' can leave.")
            raise Broken(found)

        return leave_scope

    def _stop(self, node: Stop) -> Writer:
        def stop(run: Rendering, out: list[str]) -> None:
            raise Stopped

        return stop

    # Macros and blocks

    def _define(self, node: Define) -> Writer:
        body, name, site = self.body(node.block.body), node.name, self.site(node.offset)
        body = nested(scoped(body, "define", site, self.options), site)

        def define(run: Rendering, out: list[str]) -> None:
            run.variables[name] = Deferred(run, body, DEFINE_DEPTH, site)

        return define

    def _macro_call(self, node: MacroCall) -> Writer:
        name, source, site = node.name, node.source, self.site(node.offset)
        arguments = [
            (self.value(argument), None if running.source_of(argument) is None else text)
            for argument, text in zip(node.arguments, node.texts, strict=True)
        ]
        block = self.body(node.block.body) if node.block else None
        if block is not None:
            block = leaving(block, name)
        must_exist = self.options.strict_references and _is_surely_a_call(node)

        def call(run: Rendering, out: list[str]) -> None:
            macro = run.macros.get(name)
            if macro is not None:
                call_macro(run, out, macro, arguments, block, site)
            elif must_exist:
                raise site.error(RenderError, f"There is no macro '#{name}'.")
            else:
                out.append(source)

        return call

    # Other text

    def _evaluate(self, node: Evaluate) -> Writer:
        argument, site = self.value(node.argument), self.site(node.offset)

        def evaluate(run: Rendering, out: list[str]) -> None:
            value = argument(run)
            if value is None:
                return
            text = running.printed(run, value, site)
            try:
                write = run.library.evaluated(run, text)
            except ParseError as error:
                if run.options.strict:
                    raise
                run.warn(f"'#evaluate' of a text that is no template: {error.message}", site)
                return
            nested(scoped(write, "evaluate", site, self.options), site)(run, out)

        return evaluate

    def _parse(self, node: Parse) -> Writer:
        argument, site = self.value(node.argument), self.site(node.offset)

        def parse(run: Rendering, out: list[str]) -> None:
            name = argument(run)
            if name is None or not _exists(run, name, site):
                return
            write = run.library.parsed(run, str(name))
            nested(scoped(write, "template", site, self.options), site)(run, out)

        return parse

    def _include(self, node: Include) -> Writer:
        arguments, site = [self.value(each) for each in node.arguments], self.site(node.offset)

        def include(run: Rendering, out: list[str]) -> None:
            for argument in arguments:
                name = argument(run)
                if name is not None and _exists(run, name, site):
                    out.append(run.library.snippets[str(name)])

        return include


def _is_surely_a_call(node: MacroCall) -> bool:
    """Whether strict mode minds that there is no such macro: not where the line ends with it."""
    return not node.postfix and node.source.endswith((")", "#end"))


def _assign_if_any(name: str, value: Getter) -> Writer:
    """In 1.x a null on the right leaves the name as it was."""

    def assign(run: Rendering, out: list[str]) -> None:
        if (found := value(run)) is not None:
            run.variables[name] = found

    return assign


def _exists(run: Rendering, name: object, site: Site) -> bool:
    if not isinstance(name, str) or not _SNIPPET_NAME.fullmatch(name):
        run.failed("a snippet has no name like this", site)
        return False
    if name not in run.library.snippets:
        run.failed(f"there is no snippet '{name}'", site)
        return False
    return True


def leaves(body: list[Node]) -> bool:
    """Whether something in a loop may end it early."""
    early = (Break, Stop, MacroCall, Evaluate, Parse)
    return any(
        isinstance(node, early) or (isinstance(node, Call) and node.name == "stop")
        for node in walk(body)
    )


_STATEMENTS: dict[type, Callable[..., Writer]] = {
    Text: ClosureBuilder._text,
    Reference: ClosureBuilder.printer,
    SetDirective: ClosureBuilder._set,
    If: ClosureBuilder._if,
    Foreach: ClosureBuilder._foreach,
    Break: ClosureBuilder._break,
    Stop: ClosureBuilder._stop,
    Define: ClosureBuilder._define,
    MacroCall: ClosureBuilder._macro_call,
    Evaluate: ClosureBuilder._evaluate,
    Parse: ClosureBuilder._parse,
    Include: ClosureBuilder._include,
}
