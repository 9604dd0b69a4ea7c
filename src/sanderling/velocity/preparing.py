"""A template made ready: parsed once, rendered as often as there are people.

The first renderings use closures. Once a template has proved hot it is compiled; compiled code is
kept by the hash of the template, the version of the engine and the options, so the next campaign
with the same text starts compiled.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from threading import Lock
from typing import NamedTuple

from .calling import MacroClosure
from .compiling import Code, compile_parsed
from .copying import copy_of
from .encoding import ENCODINGS
from .errors import BudgetExceeded
from .escaping import Encoding
from .folding import fold_constants, settle_unknown_calls
from .libraries import Library, closures_of
from .limits import Budget
from .nodes import Node, walk
from .options import Options
from .parsing import parse
from .reading import Reads, changes_values, reads_of
from .running import NO_TOOLS, Rendering, RenderWarning, Site
from .scoping import Broken, Scope, Stopped

HOT_AFTER = 50
"""Compiling costs about fifty renderings by closures; most previews and triggers end earlier."""

MOST_NODES = 4_000
"""A 20 kB e-mail has 300. Beyond, compiling would take seconds: such a template stays closures."""

_SCOPES = frozenset({"template", "evaluate"})
_KEPT_CODES = 256
_ENGINE = 2
"""Part of the key of compiled code; a change of what code does makes it one higher."""

_codes: OrderedDict[tuple[object, ...], Code] = OrderedDict()
_codes_lock = Lock()


class Rendered(NamedTuple):
    """A rendered message, and what went wrong without stopping it."""

    text: str
    warnings: tuple[RenderWarning, ...] = ()

    def __str__(self) -> str:
        return self.text


_make: Callable[[type[Rendered], tuple[object, ...]], Rendered] = tuple.__new__


class Template:
    """A template that can be rendered any number of times, from any number of threads."""

    def __init__(
        self,
        source: str,
        *,
        name: str,
        options: Options,
        snippets: Mapping[str, str],
        libraries: Mapping[str, str],
    ) -> None:
        self.name = name
        self.source = source
        self.options = options
        self.library = Library(options, snippets)
        self.constants: dict[str, object] = {}
        self._libraries = libraries
        self._inherited: dict[str, MacroClosure] = {}
        for library_name, text in libraries.items():
            parsed = parse(text, name=library_name, options=options)
            self._inherited = {**closures_of(parsed, options).macros, **self._inherited}
        self.parsed = parse(source, name=name, options=options, known=frozenset(self._inherited))
        settle_unknown_calls(self.parsed, frozenset(self._inherited), options)
        nodes = list(walk([*self.parsed.body, *self.parsed.macros.values()]))
        self.reads: Reads = reads_of(nodes)
        self._copies = bool(self._inherited) or changes_values(nodes)
        self._scopes = options.scopes & _SCOPES
        self._is_given_as_is = not (self._copies or self._scopes)
        self._site = Site(self.parsed.source, len(source))
        self._closures: Code | None = None
        self._compiled: Code | None = None
        self._rendered = 0

    def render(
        self, context: Mapping[str, object], *, tools: Mapping[str, object] | None = None
    ) -> Rendered:
        """The message for one context; the context is never changed.

        `context`: name → str, int, float, bool, None, Decimal, date, datetime, list or dict with
        string keys, nested as deep as you like. `tools`: `default_tools(…)`; a context name wins
        over a tool. Raises RenderError (with its place) for what strict mode refuses, and
        BudgetExceeded, in every mode, for a template that costs too much.
        """
        if self._compiled is not None:
            return self.render_compiled(context, tools=tools)
        self._rendered += 1
        if self._rendered > HOT_AFTER:
            self.compile()
        return self.render_by_closures(context, tools=tools)

    def compile(self) -> Template:
        """Compile now, as a campaign does before its first message; the template itself."""
        if self._compiled is None:
            self._compiled = self.as_code(self.options) or self._as_closures()
        return self

    def as_code(self, options: Options, encoding: Encoding | None = None) -> Code | None:
        """The template as generated code; None when it is of those that stay closures."""
        nodes = list(walk([*self.parsed.body, *self.parsed.macros.values()]))
        if len(nodes) > MOST_NODES:
            return None
        try:
            code = self._code(nodes, options, encoding)
        except RecursionError:
            # Thousands of #elseif, say: Python's compiler gives up, the closures do not.
            return None
        return replace(code, macros=self._with_inherited(code.macros))

    def _with_inherited(self, macros: dict[str, MacroClosure]) -> dict[str, MacroClosure]:
        # The first definition wins, and libraries are read first.
        if self.options.macro_replaces:
            return {**self._inherited, **macros}
        return {**macros, **self._inherited}

    def with_constants(self, constants: Mapping[str, object]) -> Template:
        """A template for one campaign, in which these values are rendered already.

        Give `render` the others only; the constants need not be in its context again, but may be.
        """
        folded = Template(
            self.source,
            name=self.name,
            options=self.options,
            snippets=self.library.snippets,
            libraries=self._libraries,
        )
        fold_constants(folded.parsed, constants, self.options)
        folded.constants = {**self.constants, **constants}
        return folded

    def encoded(self, encoding: str | Encoding) -> EncodedTemplate:
        """A template that gives bytes, its own text encoded once: "utf-8", "quoted-printable"."""
        return EncodedTemplate(self, ENCODINGS[encoding] if isinstance(encoding, str) else encoding)

    def _code(self, nodes: list[Node], options: Options, encoding: Encoding | None) -> Code:
        inherited = frozenset(self._inherited)
        if self.constants:
            return compile_parsed(
                self.parsed, nodes, options, foreign_macros=bool(inherited), encoding=encoding
            )
        text = sha256(self.source.encode("utf-8", "surrogatepass")).digest()
        key = (
            _ENGINE,
            self.name,
            text,
            options.fingerprint(),
            inherited,
            encoding and encoding.name,
        )
        with _codes_lock:
            if key in _codes:
                _codes.move_to_end(key)
                return _codes[key]
        code = compile_parsed(
            self.parsed, nodes, options, foreign_macros=bool(inherited), encoding=encoding
        )
        with _codes_lock:
            _codes[key] = code
            if len(_codes) > _KEPT_CODES:
                _codes.popitem(last=False)
        return code

    def _as_closures(self) -> Code:
        if self._closures is None:
            code = closures_of(self.parsed, self.options)
            self._closures = replace(code, macros=self._with_inherited(code.macros))
        return self._closures

    def render_compiled(
        self, context: Mapping[str, object], *, tools: Mapping[str, object] | None = None
    ) -> Rendered:
        """The same, by the back end for campaigns."""
        ready = self._compiled or self.compile()._compiled
        assert ready is not None
        return self.rendered(ready, context, tools, self.options)

    def render_by_closures(
        self, context: Mapping[str, object], *, tools: Mapping[str, object] | None = None
    ) -> Rendered:
        """The same, by the back end for single messages."""
        return self.rendered(self._as_closures(), context, tools, self.options)

    def rendered(
        self,
        ready: Code,
        context: Mapping[str, object],
        tools: Mapping[str, object] | None,
        options: Options,
    ) -> Rendered:
        """The message by a back end that is ready."""
        run = self._start(ready, context, tools or NO_TOOLS, options)
        out: list[str] = []
        try:
            size = ready.write(run, out)
        except (Broken, Stopped):
            size = None
        except (RecursionError, BudgetExceeded) as error:
            raise self._placed(error) from None
        if size is None or size > options.limits.output:
            self._check_length(run, out)
        text = "".join(out)
        warnings = tuple(run.warnings.values()) if run.warnings else ()
        # What the class itself does, without its Python function: 0.2 of 15 us.
        return _make(Rendered, (text, warnings))

    def _start(
        self,
        ready: Code,
        context: Mapping[str, object],
        tools: Mapping[str, object],
        options: Options,
    ) -> Rendering:
        if self.constants:
            context = {**self.constants, **context}
        budget = Budget(options.limits)
        if ready.only_reads and self._is_given_as_is and context.__class__ is dict:
            return Rendering(context, options, budget, ready.macros, self.library, tools)
        own = copy_of(context) if self._copies else context
        variables = {**tools, **own}
        for name in self._scopes:
            scope = Scope(name, variables.get(name))
            scope.outermost = True
            variables[name] = scope
        return Rendering(variables, options, budget, ready.macros, self.library)

    def _placed(self, error: RecursionError | BudgetExceeded) -> Exception:
        if isinstance(error, RecursionError):
            # Macros and loops, each within its own limit, that multiply beyond Python's stack.
            message = "This template costs too much: its parts call each other too deeply."
            return self._site.error(BudgetExceeded, message)
        return error if error.line else self._site.error(BudgetExceeded, error.message)

    def _check_length(self, run: Rendering, out: list[str]) -> None:
        try:
            run.budget.check_output(sum(map(len, out)))
        except BudgetExceeded as error:
            raise self._placed(error) from None


class RenderedBytes(NamedTuple):
    """A rendered and encoded message body, and what went wrong without stopping it."""

    body: bytes
    warnings: tuple[RenderWarning, ...] = ()


class EncodedTemplate:
    """A template whose own text is encoded already; only values are encoded per message.

    What closures write (macros, `#define`, `#evaluate`) is encoded per message too, piece by piece;
    a template that is not compiled at all is encoded as a whole, after rendering.
    """

    def __init__(self, template: Template, encoding: Encoding) -> None:
        self.template = template
        self.encoding = encoding
        # The limit is on what is read, not on the bytes that it takes.
        limits = template.options.limits
        limits = replace(limits, output=limits.output * encoding.growth)
        self.options = replace(template.options, limits=limits)
        self._ready = template.as_code(self.options, encoding)

    def render(
        self, context: Mapping[str, object], *, tools: Mapping[str, object] | None = None
    ) -> RenderedBytes:
        """The body for one context, as bytes. Raises what `Template.render` raises."""
        if self._ready:
            rendered = self.template.rendered(self._ready, context, tools, self.options)
            return RenderedBytes(rendered.text.encode("latin-1"), rendered.warnings)
        rendered = self.template.render(context, tools=tools)
        body = self.encoding.text(rendered.text).encode("latin-1")
        return RenderedBytes(body, rendered.warnings)
