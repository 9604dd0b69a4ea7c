"""What generated code calls: functions that know their place, so that a call needs the value only.

Each factory gives a function of the rendering and of values; what they do is in `running` and
`operating`. The code of a template is small because of it, and compiling is most of its cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any

from . import nesting, operating, running
from .calling import count_call
from .escaping import find_sign
from .running import Rendering, Site

UNREAD = object()
"""Stands for a key of something that is no map: read where it is used, since that may fail."""


# Reading


def reading(names: list[str]) -> Callable[[Rendering], object]:
    """Variables that are null where they are not set, one or as many as there are names."""

    def read(run: Rendering) -> object:
        variables, tools = run.variables, run.tools
        found = [variables[name] if name in variables else tools.get(name) for name in names]
        return found if len(found) > 1 else found[0]

    return read


def reading_keys(keys: list[str]) -> Callable[[object], object]:
    """Keys of a map, one or as many as there are; UNREAD of what is neither map nor null."""
    nulls: object = (None,) * len(keys) if len(keys) > 1 else None
    unread: object = (UNREAD,) * len(keys) if len(keys) > 1 else UNREAD

    def read(value: object) -> object:
        if value.__class__ is dict:
            found = [value.get(key) for key in keys]
            return found if len(found) > 1 else found[0]
        return nulls if value is None else unread

    return read


def reading_all(readers: list[tuple[Callable[[object], object], int]]) -> Callable[..., object]:
    """The keys of several maps, one after the other."""

    def read(*values: object) -> object:
        found: list[object] = []
        for value, (reader, count) in zip(values, readers, strict=True):
            some: Any = reader(value)
            found += some if count > 1 else [some]
        return found

    return read


def getting(keys: list[str]) -> Callable[[Any], object]:
    """The fastest way to read keys that are all there; KeyError otherwise."""
    return itemgetter(*keys)


def reading_variable(name: str, site: Site) -> Callable[[Rendering], object]:
    """A variable that must be set."""
    return lambda run: running.variable(run, name, site)


def getting_item(site: Site) -> Callable[[Rendering, object, object], object]:
    """`value[key]`."""
    return lambda run, value, key: running.item_of(run, value, key, site)


def calling(name: str, site: Site) -> Callable[[Rendering, object, tuple[object, ...]], object]:
    """`value.name(arguments)`."""
    return lambda run, value, arguments: running.call(run, value, name, arguments, site)


# Working out


def operating_with(
    operator: str, sources: tuple[str | None, str | None], site: Site
) -> Callable[[Rendering, object, object], object]:
    """`left operator right`."""
    operate = operating.operate
    return lambda run, left, right: operate(run, operator, left, right, sources, site)


def negating(source: str | None, site: Site) -> Callable[[Rendering, object], object]:
    """`-value`."""
    return lambda run, value: operating.negated(run, value, source, site)


def making_range(site: Site) -> Callable[[Rendering, object, object], object]:
    """`[first..last]`."""
    return lambda run, first, last: operating.range_of(run, first, last, site)


def making_map(site: Site) -> Callable[[Rendering, list[tuple[object, object]]], object]:
    """`{key: value}`."""
    return lambda run, pairs: operating.map_of(run, pairs, site)


def joining(site: Site) -> Callable[[Rendering, list[str]], str]:
    """A text in double quotes, of its pieces."""
    return lambda run, pieces: running.captured(run, pieces, site)


def printing_for_text(site: Site) -> Callable[[Rendering, object], str]:
    """What a value is in a text in double quotes."""
    return lambda run, value: running.printed(run, value, site)


def entering(site: Site) -> Callable[[Rendering], None]:
    """A call of a macro whose body stands there is counted like any other."""
    return lambda run: count_call(run, site)


def looping(
    breaks: bool, site: Site, copies: bool
) -> Callable[[Rendering, object], tuple[Iterable[object], int]]:
    """The elements of a loop and their number, paid for."""
    short, loop_over = operating.SHORT_LOOP, operating.loop_over

    def elements(run: Rendering, value: object) -> tuple[Iterable[object], int]:
        if value.__class__ is list and not copies and run.options.max_loops is None:
            size = len(value)
            budget = run.budget
            if size < short and budget.iterations + size <= budget.limits.iterations:
                budget.iterations += size
                return value, size
        return loop_over(run, value, breaks, site, copies)

    return elements


def refusing_length(site: Site) -> Callable[[Rendering, int], None]:
    """The message has become too long."""
    return lambda run, size: nesting.check_output(run, size, site)


def restore_one(variables: dict[str, object], name: str, value: object) -> None:
    """Give a name the value back that a loop hid."""
    nesting.restore(variables, {name: value})


RUNTIME: dict[str, object] = {
    "KeyError": KeyError,
    "MISSING": nesting.MISSING,
    "UNREAD": UNREAD,
    "dict": dict,
    "enumerate": enumerate,
    "find_sign": find_sign,
    "int": int,
    "is_true": operating.is_true,
    "len": len,
    "list": list,
    "restore_one": restore_one,
    "str": str,
}
