"""What generated code calls to print: functions that know their place and how text is written.

A value whose text is settled (text, a number, null) is written once, where it is printed in many
places; all else is left to itself, and is written where an f-string formats it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import nesting, running
from .closures import StepGetter
from .escaping import TextFunction, unescaped
from .linking import UNREAD
from .running import Deferred, Rendering, Site, Writer

Printing = Callable[[Rendering, object], str]
Writing = Callable[[Rendering, str], object]

LONG = 10_000
"""A text of this length is paid for wherever it is printed."""

_SETTLED = (type(None), float, bool)
"""What always prints the same, and short."""


class Later:
    """What prints itself when it is formatted: a value whose text is not settled ahead."""

    __slots__ = ("printing", "run", "value")

    def __init__(self, run: Rendering, value: object, printing: Printing) -> None:
        self.run = run
        self.value = value
        self.printing = printing

    def __format__(self, specification: str) -> str:
        return self.printing(self.run, self.value)


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


def written(site: Site, write: TextFunction) -> Writing:
    """A text escaped or encoded, and paid for."""
    return lambda run, text: running.written(run, text, write, site)


def written_once(site: Site, write: TextFunction) -> Writing:
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
