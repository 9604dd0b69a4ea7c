"""What is wrong with a template, all of it at once, in the words of the person who writes it.

The parser stops at the first mistake, so here each mistake is covered up, in place and at the same
length, and the parser goes on. What is written correctly but will not do what it seems to is found
in the tree and in the text: every rule stands for a template that really went wrong.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from .errors import ParseError
from .hints import lints_of_text
from .lexing import Source
from .lints import Lint, break_lints, method_lints, set_lints
from .nodes import (
    Call,
    Define,
    Evaluate,
    Foreach,
    If,
    Index,
    Literal,
    MacroCall,
    MacroDefinition,
    Node,
    Parse,
    Property,
    Reference,
    SetDirective,
    walk,
)
from .options import Options
from .parsing import Parsed, parse
from .reading import BUILT_IN, SOURCES_ROOT, Reads, key_of, literal_key, reads_of
from .tools import default_tools

MAX_MISTAKES = 20
TOOLS = frozenset(default_tools(now=datetime(2000, 1, 1, tzinfo=UTC)))
NEVER_CLOSED = "is never closed"

_HEAD = re.compile(
    r"#\{?(if|elseif|set|foreach|define|macro|parse|include|evaluate|@[A-Za-z_]\w*)\}?[ \t]*\("
)
_CLOSED_BY_END = frozenset({"if", "foreach", "macro", "define"})
_DOMAINS = frozenset(
    ("biz", "co", "com", "de", "eu", "info", "io", "net", "online", "org", "pl", "shop", "ua", "uk")
)


class Severity(StrEnum):
    """Whether a template can be sent with this."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and what to do about it. Line and column from 1."""

    severity: Severity
    message: str
    hint: str
    line: int
    column: int
    source_line: str


@dataclass(frozen=True, slots=True)
class Checked:
    """All problems in the order of the template, and what the template reads."""

    problems: tuple[Problem, ...]
    reads: Reads

    @property
    def can_be_sent(self) -> bool:
        """Whether there is no error, though there may be warnings."""
        return all(problem.severity is not Severity.ERROR for problem in self.problems)


def check(
    source: str,
    *,
    columns: Iterable[str] | None = None,
    name: str = "template",
    options: Options | None = None,
) -> Checked:
    """Every problem of a template, and what it reads.

    `columns`: the names that exist, as dotted paths: `firstName`, `contact.city`,
    `data.orders.total` (a column of a source). Without it, names are not checked.
    """
    options = options or Options()
    parsed, mistakes = _parse_on(source, name=name, options=options)
    place = Source(name, source)
    known = None if columns is None else frozenset(columns)
    found = [(offset, Severity.ERROR, message, "") for offset, message in mistakes]
    for offset, message, hint in [*lints_of_text(source), *_lints_of_tree(parsed, known)]:
        found.append((offset, Severity.WARNING, message, hint))
    problems = [_problem(place, *each) for each in sorted(set(found))]
    return Checked(tuple(problems), reads_of(list(walk([*parsed.body, *parsed.macros.values()]))))


def _problem(place: Source, offset: int, severity: Severity, message: str, hint: str) -> Problem:
    line, column = place.place(offset)
    return Problem(severity, message, hint, line, column, place.line(line)[:400])


# Parsing on after mistakes


def _parse_on(text: str, *, name: str, options: Options) -> tuple[Parsed, list[tuple[int, str]]]:
    """The tree of what can be read, and the mistakes as (offset, message)."""
    mistakes: list[tuple[int, str]] = []
    while len(mistakes) < MAX_MISTAKES:
        try:
            return parse(text, name=name, options=options), mistakes
        except ParseError as error:
            offset = _offset_of(text, error)
            mistakes.append((offset, error.message))
            covered = f"{text}#end" if NEVER_CLOSED in error.message else _covered(text, offset)
            if covered == text:
                break
            text = covered
    return parse("", name=name, options=options), mistakes


def _offset_of(text: str, error: ParseError) -> int:
    ends = [match.end() for match in re.finditer(r"\r\n|\n|\r", text)]
    return [0, *ends][error.line - 1] + error.column - 1 if error.line else 0


def _covered(text: str, offset: int) -> str:
    """The text with the mistake at this offset made harmless, at the same length."""
    head: re.Match[str] | None = None
    for found in _HEAD.finditer(text, text.rfind("\n", 0, offset) + 1, offset + 1):
        head = found
    if head is None:
        head = _HEAD.match(text, offset)
    return _blanked(text, offset) if head is None else _head_covered(text, head)


def _head_covered(text: str, head: re.Match[str]) -> str:
    """A directive's parentheses with something harmless in them, or the directive blanked."""
    end = _closing(text, head.end())
    inside = text[head.end() : end]
    harmless = {"if": "true", "elseif": "true"}.get(head[1], "")
    if head[1] == "set" and (target := re.match(r"[ ]*\$!?\w+[ ]*=", inside)):
        harmless = target[0] + "0"
    elif head[1] == "foreach":
        variable = re.match(r"[ ]*\$\w+[ ]+in[ ]*", inside)
        harmless = f"{variable[0]}[]" if variable else "$i in[]"
    if not harmless or len(inside) < len(harmless):
        return _taken_out(text, head, end + 1)
    return text[: head.end()] + harmless.ljust(len(inside)) + text[end:]


def _taken_out(text: str, head: re.Match[str], end: int) -> str:
    """The text without this directive; one that an `#end` closes leaves an `#if` to be closed."""
    opener = "#if(1)" if head[1] in _CLOSED_BY_END or head[1][0] == "@" else ""
    if end - head.start() < len(opener) and text[end : end + 1] not in ("", "\r", "\n", "#", "$"):
        end += 1
    blank = _blank(text[head.start() : end])
    if opener and blank.startswith(" " * len(opener)):
        blank = opener + blank[len(opener) :]
    return text[: head.start()] + blank + text[end:]


def _closing(text: str, start: int) -> int:
    """The offset of the parenthesis that closes; the end of the line when none does."""
    depth = 1
    for found in re.compile(r"[()\n]|'[^'\n]*'|\"[^\"\n]*\"").finditer(text, start):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0 or found[0] == "\n":
            return found.start()
    return len(text)


def _blanked(text: str, offset: int) -> str:
    """Blank the sign that starts what cannot be read: the last '#' or '$' up to here."""
    start = max(text.rfind("#", 0, offset + 1), text.rfind("$", 0, offset + 1))
    if start < 0:
        return text
    return f"{text[:start]} {text[start + 1 :]}"


def _blank(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)


# What the tree shows


def _lints_of_tree(parsed: Parsed, known: frozenset[str] | None) -> Iterator[Lint]:
    nodes = list(walk([*parsed.body, *parsed.macros.values()]))
    yield from _macro_lints(parsed, nodes)
    yield from method_lints(nodes)
    yield from set_lints(nodes)
    yield from break_lints(parsed.body)
    yield from _domain_lints(nodes, known)
    yield from _unguarded(parsed.body, frozenset())
    for definition in parsed.macros.values():
        yield from _unguarded(definition.block.body, frozenset())
    if known is not None:
        yield from _unknown_names(nodes, known)


def _macro_lints(parsed: Parsed, nodes: list[Node]) -> Iterator[Lint]:
    called = {node.name for node in nodes if isinstance(node, MacroCall)}
    dynamic = any(isinstance(node, (Evaluate, Parse)) for node in nodes)
    for name, definition in parsed.macros.items():
        if name not in called and not dynamic:
            hint = f"Call it with #{name}(…), or delete it."
            yield definition.offset, f"The macro '{name}' is never used.", hint
    for node in nodes:
        if isinstance(node, MacroCall) and node.name not in parsed.macros and "(" in node.source:
            hint = "It is printed as it stands; check the spelling."
            yield node.offset, f"There is no macro or directive '#{node.name}'.", hint


def _domain_lints(nodes: list[Node], known: frozenset[str] | None) -> Iterator[Lint]:
    for node in nodes:
        if not isinstance(node, Reference) or not node.steps or node.source.startswith("${"):
            continue
        last = node.steps[-1]
        is_domain = isinstance(last, Property) and last.name in _DOMAINS
        if is_domain and not (known and f"{node.root}.{node.steps[-1].name}" in known):  # type: ignore[union-attr]
            hint = f"Write ${{{node.root}}}.{last.name} to print the name and then the ending."  # type: ignore[union-attr]
            yield node.offset, f"'{node.source}' asks for a property '{last.name}'.", hint  # type: ignore[union-attr]


def _unguarded(nodes: Iterable[Node], guards: frozenset[str]) -> Iterator[Lint]:
    """References that take an element of a list nobody has asked about before."""
    for node in nodes:
        if isinstance(node, If):
            inside = guards | {path for condition, _ in node.branches for path in _paths(condition)}
            for _, block in node.branches:
                yield from _unguarded(block.body, inside)
            yield from _unguarded(node.otherwise.body if node.otherwise else [], guards)
        elif isinstance(node, Foreach):
            inside = guards | set(_paths(node.elements))
            yield from _unguarded(node.block.body, inside)
        elif isinstance(node, Reference):
            yield from _unguarded_steps(node, guards)
        elif isinstance(node, SetDirective):
            references = (each for each in walk([node.value]) if isinstance(each, Reference))
            for reference in references:
                yield from _unguarded_steps(reference, guards)


def _unguarded_steps(node: Reference, guards: frozenset[str]) -> Iterator[Lint]:
    if node.alternate is not None:
        return
    for index, step in enumerate(node.steps):
        if _takes_element(step) and _path(node, index) not in guards:
            hint = f"Put it inside #if(!{_path(node, index)}.isEmpty()) … #end."
            yield step.offset, "The list may be empty: then there is no such element.", hint
            return


def _takes_element(step: Node) -> bool:
    key = step.key if isinstance(step, Index) else None
    if isinstance(step, Call) and step.name == "get" and len(step.arguments) == 1:
        key = step.arguments[0]
    return isinstance(key, Literal) and key.value.__class__ is int


def _paths(condition: Node) -> Iterator[str]:
    for node in walk([condition]):
        if isinstance(node, Reference):
            for index in range(len(node.steps) + 1):
                yield _path(node, index)


def _path(node: Reference, steps: int) -> str:
    """A reference up to one of its steps, however its keys are written."""
    keys = (literal_key(step) or getattr(step, "name", "[]") for step in node.steps[:steps])
    return "$" + ".".join([node.root, *keys])


# Names


def _unknown_names(nodes: list[Node], known: frozenset[str]) -> Iterator[Lint]:
    own = BUILT_IN | TOOLS | frozenset(_names_made(nodes))
    roots = {path.split(".")[0] for path in known}
    rows = dict(_rows_of_sources(nodes))
    for node in nodes:
        if not isinstance(node, Reference):
            continue
        if node.root in rows:
            yield from _unknown_column(node, rows[node.root], node.steps, known)
        elif node.root not in own and node.root not in roots:
            hint = "Check the spelling, or add the field; it is printed as nothing."
            yield node.offset, f"There is no '{node.root}'.", hint
        elif node.root == SOURCES_ROOT:
            yield from _unknown_source(node, known)
        elif node.root not in own and isinstance(step := next(iter(node.steps), None), Property):
            yield from _unknown_property(node, step, known)


def _unknown_property(node: Reference, step: Property, known: frozenset[str]) -> Iterator[Lint]:
    properties = {path for path in known if path.startswith(f"{node.root}.")}
    path = f"{node.root}.{step.name}"
    if properties and not any(each == path or each.startswith(f"{path}.") for each in properties):
        yield step.offset, f"'{node.root}' has no '{step.name}'.", "Check the spelling."


def _unknown_source(node: Reference, known: frozenset[str]) -> Iterator[Lint]:
    key = key_of(node)
    if key is None:
        return
    path = f"{SOURCES_ROOT}.{key}"
    if not any(each == path or each.startswith(f"{path}.") for each in known):
        yield node.offset, f"There is no data source '{key}'.", "Check its name or number."
    elif len(node.steps) > 2 and _takes_element(node.steps[1]):
        yield from _unknown_column(node, path, node.steps[2:], known)


def _unknown_column(
    node: Reference, path: str, steps: Collection[Node], known: frozenset[str]
) -> Iterator[Lint]:
    columns = {each.split(".")[2] for each in known if each.startswith(f"{path}.")}
    step = next(iter(steps), None)
    key = literal_key(step) if isinstance(step, (Call, Index, Property)) else None
    if columns and key is not None and key not in columns:
        source = path.removeprefix(f"{SOURCES_ROOT}.")
        hint = f"Its columns are {', '.join(sorted(columns)[:12])}."
        yield node.offset, f"The source '{source}' has no column '{key}'.", hint


def _rows_of_sources(nodes: list[Node]) -> Iterator[tuple[str, str]]:
    """Loop variables that stand for rows of a source: name and `data.source`."""
    for node in nodes:
        if isinstance(node, Foreach) and isinstance(node.elements, Reference):
            elements = node.elements
            if elements.root == SOURCES_ROOT and len(elements.steps) == 1 and key_of(elements):
                yield node.variable, f"{SOURCES_ROOT}.{key_of(elements)}"


def _names_made(nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, SetDirective) and not node.target.steps:
            yield node.target.root
        elif isinstance(node, Foreach):
            yield node.variable
        elif isinstance(node, Define):
            yield node.name
        elif isinstance(node, MacroDefinition):
            yield from (name for name, _ in node.parameters)
