"""Calling macros: arguments by value, bound for the time of the call and then put back."""

from __future__ import annotations

from dataclasses import dataclass

from .closures import Getter
from .errors import BudgetExceeded, RenderError
from .nesting import MISSING, restore, scoped
from .options import Options
from .running import Deferred, Rendering, Site, Writer, placed


@dataclass(frozen=True, slots=True)
class MacroClosure:
    """A macro, ready to be called."""

    name: str
    parameters: list[tuple[str, Getter | None]]
    write: Writer


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
    write = scoped(macro.write, "macro", site, options)
    write = scoped(write, macro.name, site, options, leaves_too=False)
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
    if len(run.macro_names) >= _deepest(run.options):
        path = " → ".join([*run.macro_names[-4:], name])
        raise site.error(BudgetExceeded, f"Macros call each other too deeply: {path}.")
    count_call(run, site)
    run.macro_names.append(name)


def count_call(run: Rendering, site: Site) -> None:
    """Count a call, and refuse one too many or too late."""
    budget = run.budget
    budget.macro_calls += 1
    if budget.macro_calls > budget.limits.macro_calls:
        most = budget.limits.macro_calls
        raise site.error(BudgetExceeded, f"Macros are called more than {most:,} times.")
    try:
        budget.check_time()
    except BudgetExceeded as error:
        raise placed(error, site) from None


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
