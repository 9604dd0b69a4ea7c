"""Bodies inside bodies: loops, scopes that `#break` leaves, and how deep texts may be in texts."""

from __future__ import annotations

from .errors import BudgetExceeded
from .options import Options
from .running import Rendering, Site, Writer, placed
from .scoping import Broken, ForeachScope, Scope

MISSING = object()
"""What a name had before, when it had no value: not even null."""


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


def leaving(write: Writer, macro: str) -> Writer:
    """The body given to a macro: `#break` leaves it, and the macro goes on."""

    def run_body(run: Rendering, out: list[str]) -> None:
        try:
            write(run, out)
        except Broken as broken:
            if broken.scope is not None and broken.scope.name != macro:
                raise

    return run_body


def scoped(
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


def nested(write: Writer, site: Site) -> Writer:
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
