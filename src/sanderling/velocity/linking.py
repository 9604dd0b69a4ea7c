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
from .closures import StepGetter
from .escaping import TextFunction, find_sign, unescaped
from .running import Deferred, Rendering, Site, Writer

Printing = Callable[[Rendering, object], str]
Writing = Callable[[Rendering, str], object]

UNREAD = object()
"""Stands for a key of something that is no map: read where it is used, since that may fail."""


class Later:
    """What prints itself when it is formatted: a value whose text is not settled ahead."""

    __slots__ = ("printing", "run", "value")

    def __init__(self, run: Rendering, value: object, printing: Printing) -> None:
        self.run = run
        self.value = value
        self.printing = printing

    def __format__(self, specification: str) -> str:
        return self.printing(self.run, self.value)


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


def printing_for_text(site: Site) -> Printing:
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


# Printing


def text_of(run: Rendering, value: object, site: Site) -> str:
    """What a value prints as."""
    if value.__class__ is Deferred:
        return _deferred_text(run, value, site)
    return running.printed(run, value, site)


def _deferred_text(run: Rendering, value: Deferred, site: Site) -> str:
    out: list[str] = []
    if value.write(out):
        return running.captured(run, out, site)
    return running.null_text(run, site)


def printing(site: Site) -> Printing:
    """What a value prints as."""

    def print_it(run: Rendering, value: object) -> str:
        # Half of what comes here are prices: between these Java prints what Python does.
        if value.__class__ is float and 1e-3 <= value < 1e7:
            return repr(value)
        return text_of(run, value, site)

    return print_it


def printing_escaped(site: Site, escape: TextFunction, plain: TextFunction) -> Printing:
    """The same, escaped; what is marked as safe, null and ready-made bodies are not."""

    def print_escaped(run: Rendering, value: object) -> str:
        raw = value is None or value.__class__ is Deferred or running.is_safe(value)
        return running.written(run, text_of(run, value, site), plain if raw else escape, site)

    return print_escaped


def printing_property(step: StepGetter, write: Printing) -> Callable[..., str]:
    """What a key prints as that was read ahead, or can only be read now."""

    def print_property(run: Rendering, value: object, owner: object) -> str:
        if value.__class__ is float and 1e-3 <= value < 1e7:
            return repr(value)
        return write(run, step(run, owner) if value is UNREAD else value)

    return print_property


_SETTLED = (type(None), float, bool)
"""What always prints the same, and short."""


def printing_ahead(write: Printing) -> Callable[[Rendering, object], object]:
    """What a value will print as, wherever it is printed."""

    def ahead(run: Rendering, value: object) -> object:
        if value.__class__ in _SETTLED and not run.options.macro_by_name:
            return write(run, value)
        return Later(run, value, write)

    return ahead


def printing_property_ahead(step: StepGetter, write: Printing) -> Callable[..., object]:
    """The same of a key that was read ahead, or can only be read where it is printed."""
    ahead = printing_ahead(write)

    def read_and_write(run: Rendering, owner: object) -> str:
        return write(run, step(run, owner))

    def property_ahead(run: Rendering, value: object, owner: object) -> object:
        return Later(run, owner, read_and_write) if value is UNREAD else ahead(run, value)

    return property_ahead


LONG = 10_000


def writing(site: Site, write: TextFunction) -> Writing:
    """A text escaped or encoded, and paid for."""
    return lambda run, text: running.written(run, text, write, site)


def writing_once(site: Site, write: TextFunction) -> Writing:
    """The same for many places; a text so long that each is to be paid is written at each."""

    def pay(run: Rendering, text: Any) -> str:
        return running.written(run, text, write, site)

    def write_once(run: Rendering, text: str) -> object:
        if len(text) > LONG:
            return Later(run, text, pay)
        return running.written(run, text, write, site)

    return write_once


def printing_to(
    site: Site, escape: TextFunction, plain: TextFunction
) -> Callable[[Rendering, list[str], object], None]:
    """Print a value where that may end the body: what it has printed until then stays."""
    escaped = printing_escaped(site, escape, plain)

    def print_to(run: Rendering, out: list[str], value: object) -> None:
        if value.__class__ is not Deferred:
            out.append(escaped(run, value))
        elif plain is unescaped:
            if not value.write(out):
                out.append(running.null_text(run, site))
        else:
            own = printing_to(site, escape, unescaped)
            write_encoded = writing_encoded(lambda run, out: own(run, out, value), plain, site)
            write_encoded(run, out)

    return print_to


def writing_encoded(write: Writer, encode: TextFunction, site: Site) -> Writer:
    """What a closure writes, encoded as a whole; what it wrote before it left early, too."""

    def write_encoded(run: Rendering, out: list[str]) -> None:
        own: list[str] = []
        try:
            write(run, own)
        finally:
            nesting.check_output(run, sum(map(len, own)), site)
            out.append(running.written(run, "".join(own), encode, site))

    return write_encoded


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
