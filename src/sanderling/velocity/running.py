"""The runtime: one rendering, and every operation of the language on values.

Both back ends call these functions, so they cannot differ in meaning. Dispatch is by exact class
through the tables of `methods`; there is no attribute access, so a template sees its context and
nothing else. What may fail takes a `Site`, which knows the place and the source of the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import BudgetExceeded, MethodFailed, RenderError, VelocityError
from .escaping import Safe
from .lexing import Source
from .limits import Budget
from .methods import METHODS, PROPERTIES
from .nodes import (
    Chain,
    ListLiteral,
    Literal,
    Logic,
    MapLiteral,
    Negative,
    Node,
    Not,
    RangeLiteral,
    Reference,
)
from .options import Options, Undefined
from .scoping import ForeachScope, Scope
from .text import java_string
from .text.printing import PRINTERS

if TYPE_CHECKING:
    from .calling import MacroClosure
    from .libraries import Library

MAX_WARNINGS = 1_000


@dataclass(slots=True)
class RenderWarning:
    """Something went wrong, was taken as null, and happened `count` times."""

    message: str
    template: str
    line: int
    column: int
    count: int = 1


@dataclass(eq=False, slots=True)
class Site:
    """A place in a template, and what is printed there for null.

    Not frozen, which it is by nature: some 170 are made for an e-mail, and that takes three times
    as long.
    """

    source: Source
    offset: int
    text: str = ""
    quiet: bool = False

    def error(self, kind: type[VelocityError], message: str) -> VelocityError:
        """An error of this kind at this place."""
        return self.source.error(kind, message, self.offset)


Writer = Callable[["Rendering", list[str]], int | None]


NO_TOOLS: Mapping[str, object] = {}


class Rendering:
    """One message being rendered: its variables, its meter, its warnings.

    `tools`: what names mean that are no variables, where they have not been put among these.
    """

    __slots__ = (
        "budget",
        "library",
        "macro_names",
        "macros",
        "options",
        "own_macros",
        "tools",
        "variables",
        "warnings",
    )

    def __init__(
        self,
        variables: dict[str, object],
        options: Options,
        budget: Budget,
        macros: Mapping[str, MacroClosure],
        library: Library,
        tools: Mapping[str, object] = NO_TOOLS,
    ) -> None:
        self.variables = variables
        self.tools = tools
        self.options = options
        self.budget = budget
        self.macros = macros
        self.own_macros = macros
        self.library = library
        self.macro_names: list[str] = []
        self.warnings: dict[tuple[str, int, str], RenderWarning] = {}

    def failed(self, message: str, site: Site) -> None:
        """Something failed: an error in strict mode; otherwise null, and one more warning."""
        if self.options.strict:
            raise site.error(RenderError, message)
        self.warn(message, site)

    def warn(self, message: str, site: Site) -> None:
        """Count a warning."""
        key = (site.source.name, site.offset, message)
        if known := self.warnings.get(key):
            known.count += 1
        elif len(self.warnings) < MAX_WARNINGS:
            line, column = site.source.place(site.offset)
            self.warnings[key] = RenderWarning(message, site.source.name, line, column)


def placed(error: BudgetExceeded, site: Site) -> BudgetExceeded:
    """The same error, with its place, unless it has one already."""
    if error.line:
        return error
    return site.error(BudgetExceeded, error.message)  # type: ignore[return-value]


class Deferred:
    """A body to be rendered where it is used: what `#define` makes, and `$bodyContent`."""

    __slots__ = ("deepest", "depth", "run", "scope_name", "site", "writer")

    def __init__(
        self, run: Rendering, writer: Writer, deepest: int, site: Site, scope_name: str = ""
    ) -> None:
        self.run = run
        self.writer = writer
        self.deepest = deepest
        self.depth = 0
        self.site = site
        self.scope_name = scope_name

    def write(self, out: list[str]) -> bool:
        """Render the body; False when it is inside itself too often."""
        if self.depth >= self.deepest:
            return False
        self.depth += 1
        try:
            self.writer(self.run, out)
        finally:
            self.depth -= 1
        return True

    def text(self) -> str:
        """The body as a text."""
        out: list[str] = []
        self.write(out)
        return captured(self.run, out, self.site)


PRINTERS[Deferred] = lambda block, budget: block.text()  # type: ignore[attr-defined]


def captured(run: Rendering, out: list[str], site: Site) -> str:
    """Pieces as one text, paid for before it is made."""
    try:
        run.budget.check_string(sum(map(len, out)))
    except BudgetExceeded as error:
        raise placed(error, site) from None
    return "".join(out)


# Reading


def variable(run: Rendering, name: str, site: Site) -> object:
    """A variable where it must be set (strict references)."""
    if name not in run.variables:
        raise site.error(RenderError, f"${name} is not set.")
    return run.variables[name]


def property_of(run: Rendering, value: object, name: str, site: Site) -> object:
    """`value.name`: a key of a map; of anything else, what its class's table offers."""
    if value.__class__ is dict:
        return value.get(name)
    if value is None:
        _nothing_there(run, name, site)
        return None
    if isinstance(value, Scope):
        return value.property(name)
    reader = PROPERTIES.get(value.__class__, _NO_METHODS).get(name)
    if reader is None:
        _unknown(run, f"There is no property '{name}' here", site)
        return None
    try:
        return reader(run.budget, value)
    except MethodFailed as error:
        run.failed(f"'.{name}' failed: {error}", site)
    except BudgetExceeded as error:
        raise placed(error, site) from None
    return None


def call(
    run: Rendering, value: object, name: str, arguments: tuple[object, ...], site: Site
) -> object:
    """`value.name(arguments)`: null for a method that the value's class does not have."""
    if value is None:
        _nothing_there(run, name, site)
        return None
    method = METHODS.get(value.__class__, _NO_METHODS).get(name)
    if method is None:
        _unknown(run, f"There is no method '{name}' here", site)
        return None
    try:
        return method(run.budget, value, *arguments)
    except MethodFailed as error:
        run.failed(f"'.{name}(…)' failed: {error}", site)
    except BudgetExceeded as error:
        raise placed(error, site) from None
    return None


def item_of(run: Rendering, value: object, key: object, site: Site) -> object:
    """`value[key]`: a list counts from its end for negative keys."""
    if key.__class__ is int:
        if value.__class__ is list:
            size = len(value)
            if -size <= key < size:
                return value[key]
        elif key < 0 and value is not None:
            key = from_end(run, value, key, site)
    return call(run, value, "get", (key,), site)


def from_end(run: Rendering, value: object, key: int, site: Site) -> object:
    """A negative index counted from the end, for whatever has a size; a map has one, too."""
    if value.__class__ is list or "size" in METHODS.get(value.__class__, _NO_METHODS):
        return key + len(value)  # type: ignore[arg-type]
    run.failed("there is nothing here to count from the end of", site)
    return None


def _nothing_there(run: Rendering, name: str, site: Site) -> None:
    if run.options.strict_references:
        raise site.error(RenderError, f"'{name}' is asked of a value that is null.")


def _unknown(run: Rendering, message: str, site: Site) -> None:
    if run.options.strict_references:
        raise site.error(RenderError, f"{message}.")


_NO_METHODS: dict[str, Callable[..., object]] = {}


# Writing


def set_property(run: Rendering, target: object, name: str, value: object, site: Site) -> None:
    """`#set($target.name = value)`: puts a key into a map; on anything else nothing happens."""
    if target.__class__ is dict:
        _put(run, target, name, value, site)
    elif target.__class__ in (Scope, ForeachScope):
        target.values[name] = value
    elif run.options.strict_references:
        raise site.error(RenderError, f"'.{name}' cannot be set here.")


def set_item(run: Rendering, target: object, key: object, value: object, site: Site) -> None:
    """`#set($target[key] = value)`."""
    if key.__class__ is int and key < 0 and target is not None:
        key = from_end(run, target, key, site)
    if target.__class__ is dict:
        _put(run, target, key, value, site)
    elif target.__class__ is list:
        call(run, target, "set", (key, value), site)
    elif target.__class__ is range:
        run.failed("a range cannot be changed", site)


def _put(
    run: Rendering, target: dict[object, object], key: object, value: object, site: Site
) -> None:
    call(run, target, "put", (key, value), site)


# Printing


def printed(run: Rendering, value: object, site: Site) -> str:
    """What a reference prints, unescaped; for null, its source, or nothing when it is quiet."""
    if value.__class__ is str:
        return value
    if value is None:
        return null_text(run, site)
    try:
        return java_string(value, run.budget)
    except BudgetExceeded as error:
        raise placed(error, site) from None


def null_text(run: Rendering, site: Site) -> str:
    """What null prints as."""
    if site.quiet:
        return ""
    if run.options.macro_by_name and (given := run.variables.get(f".source.{site.text[1:]}")):
        return str(given)
    if run.options.strict_references:
        raise site.error(RenderError, f"{site.text} is null.")
    return site.text if run.options.undefined is Undefined.SOURCE else ""


def written(run: Rendering, text: str, write: Callable[[str], str], site: Site) -> str:
    """A text as it is printed, escaped or encoded, and paid for."""
    made = write(text)
    try:
        run.budget.charge_printed(len(made))
    except BudgetExceeded as error:
        raise placed(error, site) from None
    return made


def is_safe(value: object) -> bool:
    """Whether the value was marked as not to be escaped."""
    return value.__class__ is Safe


def source_of(node: Node) -> str | None:
    """The text of an operand for messages, and for a null that is added to a text.

    None for constants: the original falls over when it wants to report one of these as no number.
    """
    if isinstance(node, Reference):
        return node.source
    if isinstance(node, Literal):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, Chain):
        source = source_of(node.first)
        for operator, _, _ in node.rest:
            source = before_operator(source, operator)
        return source
    if isinstance(node, Logic):
        return before_operator(source_of(node.operands[0]), node.operator)
    if isinstance(node, (Not, Negative)):
        source = source_of(node.operand)
        sign = "!" if isinstance(node, Not) else "-"
        return None if source is None else sign + source
    return None if isinstance(node, (ListLiteral, MapLiteral, RangeLiteral)) else ""


def before_operator(source: str | None, operator: str) -> str | None:
    """The text of an operation: to the original it ends with the operator."""
    return None if source is None else f"{source} {operator} "
