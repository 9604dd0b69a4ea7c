"""The back end for campaigns: a template becomes one Python function of f-strings.

Statements that people write in every message (text, references, `#set`, `#if`, `#foreach`) become
Python; the others (macro calls, `#evaluate`, `#define`…) run as closures inside it, with compiled
bodies. Variables that only generated code touches are Python locals, read from the context once.
The code has no builtins and no names but ours; `$foreach` of a plain loop is two integers.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from types import CodeType, FunctionType

from . import linking, tools
from .blocks import BlockGenerator
from .building import (
    assign,
    attempt,
    attribute,
    call,
    constant,
    function,
    give,
    module,
    read,
    unpack,
)
from .calling import MacroClosure
from .escaping import Encoding
from .hoisting import Usages, born_here
from .inlining import inlined_macros, names_of
from .nodes import Evaluate, MacroDefinition, Node, Parse, Reference, SetDirective
from .options import Dialect, Options
from .parsing import Parsed
from .pieces import MAX_VALUES
from .reading import changes_values
from .referencing import Names
from .running import Writer
from .sharing import (
    leaves_while_printing,
    loop_names,
    loops_are_plain,
    names_in_loops,
    names_shared,
)
from .statements import ClosureBuilder


@dataclass(frozen=True, slots=True)
class Code:
    """A template as generated code, and its macros.

    `write` gives back how long its text is, or None when it has not measured all of it.
    `only_reads`: it reads variables at the start, and nothing else touches them.
    """

    write: Writer
    macros: dict[str, MacroClosure]
    only_reads: bool


def compile_parsed(
    parsed: Parsed,
    nodes: list[Node],
    options: Options,
    *,
    foreign_macros: bool,
    encoding: Encoding | None = None,
) -> Code:
    """A parsed template as a compiled function, and its macros with compiled bodies.

    `nodes`: all nodes of it, in order. `foreign_macros`: it may call macros of libraries, which may
    touch any variable. With an `encoding`, what is written is encoded already.
    """
    dynamic = any(isinstance(node, (Evaluate, Parse)) for node in nodes)
    compiler = TemplateCompiler(
        parsed, options, encoding, nodes, shares_all=dynamic or foreign_macros
    )
    return compiler.compiled()


class BodyBuilder(ClosureBuilder):
    """Builds closures whose bodies are compiled too."""

    def __init__(self, compiler: TemplateCompiler) -> None:
        super().__init__(compiler.parsed.source, compiler.options)
        self.compiler = compiler

    def body(self, nodes: list[Node]) -> Writer:
        """A compiled body."""
        return self.compiler.unit(nodes)


class TemplateCompiler(BlockGenerator):
    """Generates, compiles and links the functions of one template."""

    def __init__(
        self,
        parsed: Parsed,
        options: Options,
        encoding: Encoding | None,
        nodes: list[Node],
        *,
        shares_all: bool,
    ) -> None:
        super().__init__(options, encoding)
        self.parsed = parsed
        self.builder = BodyBuilder(self)
        self.functions: list[ast.stmt] = []
        self.linked: dict[str, Writer] = {}
        self.loop_names = loop_names(options)
        # A local cannot say whether its name was set; where that matters, the context does.
        self.has_locals = not (shares_all or options.strict_references)
        self.leaves = shares_all or leaves_while_printing(nodes)
        inlined = {} if self.leaves else inlined_macros(parsed.macros, nodes, options)
        self._share(nodes, inlined)
        if inlined and not self.plain_loops:
            self._share(nodes, {})
        self.changes = changes_values(nodes)
        self.set_somewhere = {node.target.root for node in nodes if isinstance(node, SetDirective)}
        # In 1.x a null on the right sets nothing, and what a name had before stays.
        self.born = born_here(parsed.body, nodes) if options.dialect is Dialect.V2 else set()
        self.born -= names_of(self.inlined.values())
        references = sum(isinstance(node, Reference) for node in nodes)
        self.many_values = references > MAX_VALUES or bool(self.inlined)

    def _share(self, nodes: list[Node], inlined: dict[str, MacroDefinition]) -> None:
        """Decide which variables are locals, and whether loops can be Python's."""
        self.inlined = inlined
        in_macros = names_of(inlined.values())
        self.counts_all_loops = bool(in_macros & self.loop_names)
        # Whoever leaves a visible scope may leave loops on the way, which then put names back.
        plain = self.options.scopes <= {"foreach"} and not self.leaves
        shared = names_shared(nodes, inlined)
        self.plain_loops = plain and loops_are_plain(nodes, shared, self.loop_names)
        in_loops = set() if self.plain_loops else names_in_loops(nodes)
        self.shared = shared | in_loops | self.loop_names

    def is_local(self, name: str) -> bool:
        """Whether nothing but generated code of the main body touches a variable."""
        return self.has_locals and name not in self.shared

    def compiled(self) -> Code:
        """Everything, compiled in one go."""
        self.usages = Usages(self.parsed.body, self.inlined)
        main = self._function(self.parsed.body)
        only_reads = not self.uses_variables
        self.has_locals = False
        macros = {
            name: self.builder.macro(definition)
            for name, definition in self.parsed.macros.items()
            if name not in self.inlined
        }
        name = f"<velocity {self.parsed.source.name}>"
        code = compile(module(self.functions), name, "exec", dont_inherit=True)
        self.functions.clear()
        names = {**linking.RUNTIME, **self.constants, "__builtins__": {}}
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                self.linked[inner.co_name] = FunctionType(inner, names)
        return Code(self.linked[main], macros, only_reads)

    def unit(self, nodes: list[Node]) -> Writer:
        """A body as a function of its own; all its variables are in the context.

        Never encoded: whoever runs it may want its text, and encodes what is printed as a whole.
        """
        outer = self.names, self.size_name, self.encoding, self.has_locals, self.is_measured
        self.encoding, self.has_locals = None, False
        name = self._function(nodes)
        self.names, self.size_name, self.encoding, self.has_locals, self.is_measured = outer
        linked = self.linked
        return lambda run, out: linked[name](run, out)

    def _function(self, nodes: list[Node]) -> str:
        self.names = Names()
        self.size_name = self.fresh("size")
        self.is_measured = True
        name = self.fresh("body")
        ahead = self._ahead()
        body = self.block(nodes)
        size = read(self.size_name) if self.is_measured else constant(None)
        code = [*self._start(), *ahead, *body, give(size)]
        self.functions.append(function(name, ["run", "out"], code))
        return name

    def _ahead(self) -> list[ast.stmt]:
        if not self.has_locals:
            return []
        usages = self.usages.roots
        owners = [
            (local, usage)
            for name, usage in usages.items()
            if (usage.keys_ahead() or any(usage.printed_ahead())) and (local := self.local_of(name))
        ]
        code = self.read_ahead(owners)
        for local, usage in owners:
            code += self.printed_once(local, usage)
        return code

    def _start(self) -> list[ast.stmt]:
        start = [
            assign("put", attribute(read("out"), "append")),
            assign(self.size_name, constant(0)),
        ]
        if self.uses_variables or self.names.roots:
            start.append(assign("V", attribute(read("run"), "variables")))
        return start + self._roots()

    def _roots(self) -> list[ast.stmt]:
        """Reads every local of the main body once."""
        roots = self.names.roots
        # Not tried in one go with the rest: where one is missing, that costs an exception.
        often_missing = self.set_somewhere | tools.NAMES
        given = [name for name in roots if name not in often_missing]
        made = [name for name in roots if name in often_missing - self.born]
        code = [unpack([roots[name] for name in made], self._read_roots(made))] if made else []
        if given:
            locals_ = [roots[name] for name in given]
            found = call(self.constant(linking.getting(given)), read("V"))
            code.append(
                attempt(
                    [unpack(locals_, found)], "KeyError", [unpack(locals_, self._read_roots(given))]
                )
            )
        return code

    def _read_roots(self, names: list[str]) -> ast.expr:
        return self.slow(linking.reading(names))
