"""The closures of directives: `#set`, `#if`, `#foreach`, macros, and what renders other text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import running
from .closures import ExpressionBuilder, Getter
from .errors import BudgetExceeded, ParseError, RenderError
from .lexing import Source
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
)
from .options import Escaping, Options
from .running import Deferred, Rendering, Site, Writer, placed
from .scoping import Broken, ForeachScope, Scope, Stopped

DEFINE_DEPTH = 2
MISSING = object()
_SNIPPET_NAME = re.compile(r"(?!/)(?!.*\.\.)[A-Za-z0-9_./-]{1,200}")


@dataclass(frozen=True, slots=True)
class MacroClosure:
    """A macro, ready to be called."""

    name: str
    parameters: list[tuple[str, Getter | None]]
    write: Writer


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
                if running.is_true(run, condition(run)):
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
            found, size = running.loop_over(run, elements(run), breaks, site)
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
        body = _nested(_scoped(body, "define", site, self.options), site)

        def define(run: Rendering, out: list[str]) -> None:
            run.variables[name] = Deferred(run, body, DEFINE_DEPTH, site)

        return define

    def _macro_call(self, node: MacroCall) -> Writer:
        name, source, site = node.name, node.source, self.site(node.offset)
        arguments = [
            (self.value(argument), running.source_of(argument)) for argument in node.arguments
        ]
        block = self.body(node.block.body) if node.block else None
        if block is not None:
            block = _leaving(block, name)
        must_exist = self.options.strict_references and ("(" in source or block is not None)

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
            _nested(_scoped(write, "evaluate", site, self.options), site)(run, out)

        return evaluate

    def _parse(self, node: Parse) -> Writer:
        argument, site = self.value(node.argument), self.site(node.offset)

        def parse(run: Rendering, out: list[str]) -> None:
            name = argument(run)
            if name is None or not _exists(run, name, site):
                return
            write = run.library.parsed(run, str(name))
            _nested(_scoped(write, "template", site, self.options), site)(run, out)

        return parse

    def _include(self, node: Include) -> Writer:
        arguments, site = [self.value(each) for each in node.arguments], self.site(node.offset)

        def include(run: Rendering, out: list[str]) -> None:
            for argument in arguments:
                name = argument(run)
                if name is not None and _exists(run, name, site):
                    out.append(run.library.snippets[str(name)])

        return include


class Loop:
    """One `#foreach` at work: binds the element and `$foreach`, and puts back what they hid."""

    __slots__ = ("body", "column", "line", "options", "site", "variable")

    def __init__(self, variable: str, body: Writer, site: Site, options: Options) -> None:
        self.variable = variable
        self.body = body
        self.site = site
        self.options = options
        self.line, self.column = site.source.place(site.offset)

    def run(self, run: Rendering, out: list[str], elements: object, size: int) -> None:
        """Render the body for each element."""
        variables = run.variables
        hidden = {name: variables.get(name, MISSING) for name in self._names()}
        outer = hidden.get("foreach", MISSING)
        scope = ForeachScope(None if outer is MISSING else outer, size, self.line, self.column)
        if "foreach" in hidden:
            variables["foreach"] = scope
        try:
            self._rounds(run, out, elements, scope)
        except Broken as broken:
            if broken.scope not in (None, scope):
                raise
        finally:
            restore(run.variables, hidden)

    def _names(self) -> list[str]:
        names = [self.variable]
        if "foreach" in self.options.scopes:
            names.append("foreach")
        if self.options.velocity_count:
            names += ["velocityCount", "velocityHasNext"]
        return names

    def _rounds(
        self, run: Rendering, out: list[str], elements: object, scope: ForeachScope
    ) -> None:
        variables, name, body = run.variables, self.variable, self.body
        counts = self.options.velocity_count
        most, written, start = run.budget.limits.output, 0, len(out)
        for index, element in enumerate(elements):  # type: ignore[arg-type,var-annotated]
            scope.index = index
            variables[name] = element
            if counts:
                variables["velocityCount"] = index + 1
                variables["velocityHasNext"] = index + 1 < scope.size
            body(run, out)
            written += sum(map(len, out[start:]))
            start = len(out)
            if written > most:
                check_output(run, written, self.site)


def check_output(run: Rendering, length: int, site: Site) -> None:
    """Refuse a message that is too long, at this place."""
    try:
        run.budget.check_output(length)
    except BudgetExceeded as error:
        raise placed(error, site) from None


def restore(variables: dict[str, object], hidden: dict[str, object]) -> None:
    """Give names the values they had before a directive hid them."""
    for name, value in hidden.items():
        if value is MISSING:
            variables.pop(name, None)
        else:
            variables[name] = value


def call_macro(
    run: Rendering,
    out: list[str],
    macro: MacroClosure,
    arguments: list[tuple[Getter, str | None]],
    block: Writer | None,
    site: Site,
) -> None:
    """Bind the arguments by value, render the macro, put back what they hid."""
    options = run.options
    if options.strict_arguments:
        _check_arguments(macro, len(arguments), site)
    values = [(argument(run), source) for argument, source in arguments]
    bound = _bound(run, macro, values, options)
    bound[options.body_reference] = (
        Deferred(run, block, options.macro_depth, site) if block else None
    )
    enter_macro(run, macro.name, site)
    hidden = {name: run.variables.get(name, MISSING) for name in bound}
    run.variables.update(bound)
    write = _scoped(macro.write, "macro", site, options)
    write = _scoped(write, macro.name, site, options, leaves_too=False)
    try:
        write(run, out)
    finally:
        _unbind(run.variables, bound, hidden)
        run.macro_names.pop()


def _unbind(
    variables: dict[str, object], bound: dict[str, object], hidden: dict[str, object]
) -> None:
    """Give names back what the macro's arguments hid; a name that the macro set stays set."""
    for name, value in bound.items():
        if variables.get(name) is value:
            restore(variables, {name: hidden[name]})


def _bound(
    run: Rendering, macro: MacroClosure, values: list[tuple[object, str | None]], options: Options
) -> dict[str, object]:
    bound: dict[str, object] = {}
    for index, (name, default) in enumerate(macro.parameters):
        if index < len(values):
            bound[name], source = values[index]
            if options.macro_by_name and source is not None:
                bound[f".source.{name}"] = source
        elif default is not None:
            bound[name] = default(run)
        elif not options.macro_by_name:
            bound[name] = None
    return bound


def enter_macro(run: Rendering, name: str, site: Site) -> None:
    """Count a call, and refuse one that is too many or too deep."""
    budget = run.budget
    budget.macro_calls += 1
    if budget.macro_calls > budget.limits.macro_calls:
        most = budget.limits.macro_calls
        raise site.error(BudgetExceeded, f"Macros are called more than {most:,} times.")
    if len(run.macro_names) >= _deepest(run.options):
        path = " → ".join([*run.macro_names[-4:], name])
        raise site.error(BudgetExceeded, f"Macros call each other too deeply: {path}.")
    try:
        budget.check_time()
    except BudgetExceeded as error:
        raise placed(error, site) from None
    run.macro_names.append(name)


def _deepest(options: Options) -> int:
    # -1 is "without limit" in the original; Python's stack has one.
    return options.macro_depth if options.macro_depth > 0 else options.limits.macro_depth


def _check_arguments(macro: MacroClosure, given: int, site: Site) -> None:
    most = len(macro.parameters)
    least = sum(default is None for _, default in macro.parameters)
    if given > most:
        raise site.error(RenderError, f"'#{macro.name}' takes {most} arguments, not {given}.")
    if given < least:
        raise site.error(RenderError, f"'#{macro.name}' needs {least} arguments, not {given}.")


def _leaving(write: Writer, macro: str) -> Writer:
    """The body given to a macro: `#break` leaves it, and the macro goes on."""

    def run_body(run: Rendering, out: list[str]) -> None:
        try:
            write(run, out)
        except Broken as broken:
            if broken.scope is not None and broken.scope.name != macro:
                raise

    return run_body


def _scoped(
    write: Writer, name: str, site: Site, options: Options, *, leaves_too: bool = True
) -> Writer:
    """The body as a scope that `#break` leaves; visible as `$name` when that is switched on."""
    if name in options.scopes:
        return _visible(write, name, site)
    if not leaves_too:
        return write

    def run_scope(run: Rendering, out: list[str]) -> None:
        try:
            write(run, out)
        except Broken as broken:
            if broken.scope is not None:
                raise

    return run_scope


def _visible(write: Writer, name: str, site: Site) -> Writer:
    line, column = site.source.place(site.offset)

    def run_scope(run: Rendering, out: list[str]) -> None:
        hidden = {name: run.variables.get(name, MISSING)}
        outer = None if hidden[name] is MISSING else hidden[name]
        scope = Scope(name, outer, line, column)
        run.variables[name] = scope
        try:
            write(run, out)
        except Broken as broken:
            if broken.scope not in (None, scope):
                raise
        finally:
            restore(run.variables, hidden)

    return run_scope


def _nested(write: Writer, site: Site) -> Writer:
    """The body, refused when it stands inside too many of its kind."""

    def run_nested(run: Rendering, out: list[str]) -> None:
        budget = run.budget
        if budget.depth >= budget.limits.nesting:
            message = f"More than {budget.limits.nesting} texts are rendered inside each other."
            raise site.error(BudgetExceeded, message)
        budget.depth += 1
        budget.macro_calls += 1
        if budget.macro_calls > budget.limits.macro_calls:
            raise site.error(BudgetExceeded, "Too many texts are rendered inside this one.")
        try:
            write(run, out)
        finally:
            budget.depth -= 1

    return run_nested


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
    from .nodes import walk

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
