"""The switches of the language: what differs between users of it, not between messages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from .limits import DEFAULT_LIMITS, Limits


class Gobbling(StrEnum):
    """Which blanks around directives are eaten (`parser.space_gobbling`)."""

    NONE = "none"
    BC = "bc"
    LINES = "lines"
    STRUCTURED = "structured"


class Escaping(StrEnum):
    """What happens to printed values, never to the text of the template."""

    NONE = "none"
    HTML = "html"
    HEADER = "header"
    JSON = "json"


class Undefined(StrEnum):
    """What a null prints as: its source, as in the original, or nothing."""

    SOURCE = "source"
    EMPTY = "empty"


class Dialect(StrEnum):
    """The version of the language a template was written for."""

    V1 = "1.7"
    V2 = "2.x"


@dataclass(frozen=True, slots=True)
class Options:
    """How a template is read and rendered. Immutable; part of the key of compiled code.

    `strict`: an index out of range, a failed method and bad arithmetic raise RenderError, as in the
    original; otherwise they are null and a counted warning.
    `strict_references`: undefined names and unknown methods are errors too
    (`runtime.strict_mode.enable`).
    """

    dialect: Dialect = Dialect.V2
    gobbling: Gobbling = Gobbling.LINES
    escaping: Escaping = Escaping.NONE
    undefined: Undefined = Undefined.SOURCE
    strict: bool = False
    strict_references: bool = False
    strict_escape: bool = False
    strict_math: bool = False
    strict_arguments: bool = False
    empty_check: bool = True
    hyphens: bool = False
    html_comments: bool = False
    velocity_count: bool = False
    macro_by_name: bool = False
    macro_replaces: bool = False
    macro_depth: int = 20
    body_reference: str = "bodyContent"
    max_loops: int | None = None
    numeric_strings: bool = True
    fixed_ranges: bool = True
    scopes: frozenset[str] = frozenset({"foreach"})
    limits: Limits = DEFAULT_LIMITS

    def fingerprint(self) -> str:
        """A short text that differs when any switch differs."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


OLD_STYLE = Options(
    dialect=Dialect.V1,
    gobbling=Gobbling.BC,
    empty_check=False,
    hyphens=True,
    velocity_count=True,
    macro_by_name=True,
    numeric_strings=False,
)
"""Templates of the 1.x era: `$velocityCount`, `$a-b` is a name, `#if` asks for null or false."""


def options_from(properties: dict[str, object]) -> Options:
    """Options from the property names of Velocity 2.x; names that mean nothing here are ignored."""
    options = Options()
    for name, value in properties.items():
        if reader := _PROPERTIES.get(name):
            options = reader(options, str(value))
        elif name.startswith(_SCOPE):
            options = _with_scope(options, name.removeprefix(_SCOPE), str(value))
    return options


_SCOPE = "context.scope_control."


def _with_scope(options: Options, name: str, value: str) -> Options:
    wanted = options.scopes | {name} if value == "true" else options.scopes - {name}
    return replace(options, scopes=frozenset(wanted))


Reader = Callable[[Options, str], Options]


def _flag(field: str) -> Reader:
    return lambda options, value: replace(options, **{field: value.lower() == "true"})  # type: ignore[arg-type]


def _number(field: str) -> Reader:
    return lambda options, value: replace(options, **{field: int(value)})  # type: ignore[arg-type]


_PROPERTIES: dict[str, Reader] = {
    "parser.space_gobbling": lambda options, value: replace(
        options, gobbling=Gobbling(value.lower())
    ),
    "parser.allow_hyphen_in_identifiers": _flag("hyphens"),
    "runtime.strict_mode.enable": _flag("strict_references"),
    "runtime.strict_mode.escape": _flag("strict_escape"),
    "runtime.strict_math": _flag("strict_math"),
    "directive.if.empty_check": _flag("empty_check"),
    "directive.foreach.max_loops": _number("max_loops"),
    "velocimacro.arguments.strict": _flag("strict_arguments"),
    "velocimacro.enable_bc_mode": _flag("macro_by_name"),
    "velocimacro.inline.replace_global": _flag("macro_replaces"),
    "runtime.immutable_ranges": _flag("fixed_ranges"),
    "velocimacro.max_depth": _number("macro_depth"),
    "velocimacro.body_reference": lambda options, value: replace(options, body_reference=value),
    "introspector.conversion_handler.class": lambda options, value: replace(
        options, numeric_strings=value != "none"
    ),
}
