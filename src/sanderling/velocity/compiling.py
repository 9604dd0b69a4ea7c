"""The back end for campaigns: a template becomes one Python function of f-strings.

Statements that people write in every message (text, references, `#set`, `#if`, `#foreach`) become
Python; the others (macro calls, `#evaluate`, `#define`…) run as closures inside it, with compiled
bodies. Variables that only generated code touches are Python locals, read from the context once.
The code has no builtins and no names but ours; `$foreach` of a plain loop is two integers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import groupby
from types import CodeType, FunctionType

from .calling import MacroClosure
from .closures import prints_raw
from .escaping import ESCAPERS, Encoding, TextFunction, unescaped
from .generating import (
    RUNTIME,
    ExpressionGenerator,
    LoopNames,
    bind,
    call,
    compare,
    is_class,
    named,
    read,
)
from .linking import LINKED
from .nodes import (
    Block,
    Break,
    Define,
    Evaluate,
    Foreach,
    If,
    MacroDefinition,
    Node,
    Parse,
    Property,
    Reference,
    SetDirective,
    Stop,
    Text,
    walk,
)
from .options import Dialect, Escaping, Options
from .parsing import Parsed
from .reading import changes_values
from .running import Writer
from .sharing import (
    assigned,
    is_printed_natively,
    leaves_while_printing,
    loop_names,
    loops_are_plain,
    mentioned,
    names_shared,
    printed_key,
    printed_often,
    properties_read,
    uses_position,
)
from .statements import ClosureBuilder, leaves

FEW_REFERENCES = 32
"""Up to here the pieces outside loops are not measured one by one: a text has a million characters
at the most, so they cannot be too much."""

MAX_PIECES = 32

NULL = ast.Constant(value=None)

SILENT = (SetDirective, Define, Break, Stop)
"""What closures do without writing anything."""


def compile_parsed(
    parsed: Parsed, options: Options, *, foreign_macros: bool, encoding: Encoding | None = None
) -> tuple[Writer, dict[str, MacroClosure]]:
    """A parsed template as a compiled function, and its macros with compiled bodies.

    `foreign_macros`: it may call macros of libraries, which may touch any variable. With an
    `encoding`, what is written is encoded already.
    """
    dynamic = any(isinstance(node, (Evaluate, Parse)) for node in walk(parsed.body))
    compiler = TemplateCompiler(parsed, options, encoding, shares_all=dynamic or foreign_macros)
    return compiler.compiled()


class BodyBuilder(ClosureBuilder):
    """Builds closures whose bodies are compiled too."""

    def __init__(self, compiler: TemplateCompiler) -> None:
        super().__init__(compiler.parsed.source, compiler.options)
        self.compiler = compiler

    def body(self, nodes: list[Node]) -> Writer:
        """A compiled body."""
        return self.compiler.unit(nodes)


class TemplateCompiler(ExpressionGenerator):
    """Generates, compiles and links the functions of one template."""

    def __init__(
        self, parsed: Parsed, options: Options, encoding: Encoding | None, *, shares_all: bool
    ) -> None:
        super().__init__(options)
        self.parsed = parsed
        self.builder = BodyBuilder(self)
        self.encoding = encoding
        self.shares_all = shares_all
        self.functions: list[ast.stmt] = []
        self.linked: dict[str, Writer] = {}
        nodes = list(walk([*parsed.body, *parsed.macros.values()]))
        self.assigned = frozenset(assigned(nodes))
        self.shared = names_shared(nodes)
        self.loop_names = loop_names(options)
        self.leaves = shares_all or leaves_while_printing(nodes)
        # Whoever leaves a visible scope may leave loops on the way, which then put names back.
        plain = options.scopes <= {"foreach"} and not shares_all
        self.plain_loops = (
            plain and not self.leaves and loops_are_plain(nodes, self.shared, self.loop_names)
        )
        self.changes = changes_values(nodes)
        self.measured = sum(isinstance(node, Reference) for node in nodes)
        self.size_name = ""
        self.in_loop = 0

    def compiled(self) -> tuple[Writer, dict[str, MacroClosure]]:
        """Everything, compiled in one go."""
        main = self._function(self.parsed.body, self._local_names())
        macros = {
            name: self.builder.macro(definition) for name, definition in self.parsed.macros.items()
        }
        module = ast.Module(body=self.functions, type_ignores=[])
        _give_places(module)
        code = compile(module, f"<velocity {self.parsed.source.name}>", "exec")
        names = {**RUNTIME, **LINKED, **self.constants, "__builtins__": {}}
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                self.linked[inner.co_name] = FunctionType(inner, names)
        return self.linked[main], macros

    def unit(self, nodes: list[Node]) -> Writer:
        """A body as a function of its own; all its variables are in the context.

        Never encoded: whoever runs it may want its text, and encodes what is printed as a whole.
        """
        outer = self.names, self.size_name, self.in_loop, self.encoding
        self.encoding = None
        name = self._function(nodes, {})
        self.names, self.size_name, self.in_loop, self.encoding = outer
        linked = self.linked
        return lambda run, out: linked[name](run, out)

    # Functions

    def _function(self, nodes: list[Node], local_names: dict[str, str]) -> str:
        self.names = type(self.names)(locals=local_names)
        self.size_name = self.fresh("size")
        self.in_loop = 0
        name = self.fresh("body")
        start = [
            assign("V", attribute("run", "variables")),
            assign("put", attribute("out", "append")),
            assign(self.size_name, ast.Constant(value=0)),
            *self._hoisted(nodes, local_names),
            *self._printed_once(nodes),
        ]
        body = self.block(nodes)
        arguments = ast.arguments(
            posonlyargs=[],
            args=[ast.arg(arg="run"), ast.arg(arg="out")],
            kwonlyargs=[],
            kw_defaults=[],
            defaults=[],
        )
        self.functions.append(
            ast.FunctionDef(name=name, args=arguments, body=[*start, *body], decorator_list=[])
        )
        return name

    def _hoisted(self, nodes: list[Node], local_names: dict[str, str]) -> Iterator[ast.stmt]:
        """Reads every local once, and properties that are read twice of names never set."""
        for name, local in local_names.items():
            get = ast.Attribute(value=read("V"), attr="get", ctx=ast.Load())
            yield assign(local, call(get, ast.Constant(value=name)))
        if self.changes:
            return
        for (root, step), count in properties_read(nodes).items():
            if count > 1 and root in local_names and root not in self.assigned:
                local = self.fresh("p")
                value = self.step(read(local_names[root]), Property(step, 0))
                self.names.hoisted[root, step] = local
                yield assign(local, value)

    def _printed_once(self, nodes: list[Node]) -> Iterator[ast.stmt]:
        """Escapes and encodes once what is printed twice; None where that takes its place."""
        for node in printed_often(nodes):
            value = self._settled(node)
            if value is None:
                continue
            escaping = self._escaping_of(node)
            local = self.fresh("w")
            self.names.printed[printed_key(node), escaping] = local
            number = ast.IfExp(test=is_class(value, "int"), body=value, orelse=NULL)
            text = self._text_written_once(value, node, escaping)
            yield assign(local, ast.IfExp(test=is_class(value, "str"), body=text, orelse=number))

    def _settled(self, node: Reference) -> ast.expr | None:
        """The local variable that holds what this reference reads, all the time."""
        if node.root in self.assigned or node.root not in self.names.locals:
            return None
        value = self.path(node)
        return value if isinstance(value, ast.Name) else None

    def _local_names(self) -> dict[str, str]:
        """The variables that nothing but generated code of the main body touches."""
        if self.shares_all or self.options.strict_references:
            # A local cannot say whether its name was set; where that matters, the context does.
            return {}
        shared = self.shared | self.loop_names
        names = dict.fromkeys(name for node in self.parsed.body for name in mentioned(node))
        return {name: self.fresh("v") for name in names if name not in shared}

    # Statements

    def block(self, nodes: list[Node]) -> list[ast.stmt]:
        """Python for a body; never empty."""
        code: list[ast.stmt] = []
        pieces: list[ast.expr] = []
        for node in nodes:
            found = self._pieces(node)
            if found is None:
                code.extend(self._flush(pieces))
                code.extend(self._statement(node))
            else:
                pieces.extend(found)
                if len(pieces) >= MAX_PIECES:
                    code.extend(self._flush(pieces))
        code.extend(self._flush(pieces))
        return code or [ast.Pass()]

    def _flush(self, pieces: list[ast.expr]) -> list[ast.stmt]:
        if not pieces:
            return []
        merged = _merged(pieces)
        text: ast.expr = merged[0] if len(merged) == 1 else ast.JoinedStr(values=merged)
        if isinstance(text, ast.FormattedValue):
            text = ast.JoinedStr(values=[text])
        pieces.clear()
        if not self.in_loop and self.measured <= FEW_REFERENCES:
            return [ast.Expr(value=call(read("put"), text))]
        name = self.fresh("s")
        size = ast.AugAssign(
            target=ast.Name(id=self.size_name, ctx=ast.Store()),
            op=ast.Add(),
            value=call(read("len"), read(name)),
        )
        put = ast.Expr(value=call(read("put"), bind(name, text)))
        return [put, size] if self.in_loop else [put, size, self._size_check()]

    def _size_check(self) -> ast.stmt:
        limit = ast.Constant(value=self.options.limits.output)
        refuse = call(read("too_long"), read("run"), read(self.size_name), self.site(0))
        test = compare(read(self.size_name), ast.Gt(), limit)
        return ast.If(test=test, body=[ast.Expr(value=refuse)], orelse=[])

    def _pieces(self, node: Node) -> list[ast.expr] | None:
        """Python for what can stand inside an f-string; None for statements."""
        if isinstance(node, Text):
            text = self.encoding.text(node.text) if self.encoding else node.text
            return [ast.Constant(value=text)]
        if isinstance(node, Reference) and is_printed_natively(node) and not self.leaves:
            piece = ast.FormattedValue(value=self._printed(node), conversion=-1)
            end = self.encoding.end if self.encoding else ""
            return [piece, ast.Constant(value=end)] if end else [piece]
        return None

    def _printed(self, node: Reference) -> ast.expr:
        """Python for what a reference prints; whole numbers are left to the f-string."""
        escaping = self._escaping_of(node)
        if local := self.names.printed.get((printed_key(node), escaping)):
            slow = self._printed_slowly(self.path(node), node, escaping)
            test = ast.Compare(left=read(local), ops=[ast.IsNot()], comparators=[NULL])
            return ast.IfExp(test=test, body=read(local), orelse=slow)
        value, name = named(self.reference(node), self.fresh("t"))
        slow = self._printed_slowly(read(name), node, escaping)
        is_text, is_number = is_class(value, "str"), is_class(read(name), "int")
        if escaping is Escaping.NONE and not self.encoding:
            as_is = ast.BoolOp(op=ast.Or(), values=[is_text, is_number])
            return ast.IfExp(test=as_is, body=read(name), orelse=slow)
        other = ast.IfExp(test=is_number, body=read(name), orelse=slow)
        text = self._text_written(read(name), node, escaping)
        return ast.IfExp(test=is_text, body=text, orelse=other)

    def _printed_to(self, node: Reference) -> ast.expr:
        """Python that prints a reference by itself."""
        escaping, value = self._escaping_of(node), self.reference(node)
        write = self.constant(self._value_writer(escaping))
        plain = self.constant(self.encoding.text if self.encoding else unescaped)
        site = self.site(node.offset, node)
        return call(read("print_to"), read("run"), read("out"), value, site, write, plain)

    def _printed_slowly(self, value: ast.expr, node: Reference, escaping: Escaping) -> ast.expr:
        """Python for what is printed of a value that is neither text nor a whole number."""
        site = self.site(node.offset, node)
        if escaping is Escaping.NONE and not self.encoding:
            return call(read("text_of"), read("run"), value, site)
        write = self.constant(self._value_writer(escaping))
        plain = self.constant(self.encoding.value if self.encoding else unescaped)
        return call(read("escaped_text_of"), read("run"), value, site, write, plain)

    def _text_written(self, value: ast.expr, node: Reference, escaping: Escaping) -> ast.expr:
        """Python for a text as it is printed."""
        site, write = self.site(node.offset, node), self.constant(self._value_writer(escaping))
        written = call(read("written"), read("run"), value, write, site)
        # One search in C instead of a call: most values hold no sign.
        clean = self._clean(escaping, value)
        return ast.IfExp(test=clean, body=value, orelse=written) if clean else written

    def _text_written_once(self, value: ast.expr, node: Reference, escaping: Escaping) -> ast.expr:
        if escaping is Escaping.NONE and not self.encoding:
            return value
        site, write = self.site(node.offset, node), self.constant(self._value_writer(escaping))
        written = call(read("written_once"), read("run"), value, write, site)
        clean = self._clean(escaping, value)
        return ast.IfExp(test=clean, body=value, orelse=written) if clean else written

    def _escaping_of(self, node: Reference) -> Escaping:
        raw = prints_raw(node, self.options.escaping)
        return Escaping.NONE if raw else self.options.escaping

    def _clean(self, escaping: Escaping, value: ast.expr) -> ast.expr | None:
        """Python that asks whether a text needs neither escaping nor encoding."""
        if self.encoding is None and escaping is Escaping.HTML:
            return ast.UnaryOp(op=ast.Not(), operand=call(read("find_sign"), value))
        clean = self.encoding.clean.get(escaping) if self.encoding else None
        return call(self.constant(clean), value) if clean else None

    def _value_writer(self, escaping: Escaping) -> TextFunction:
        encoding, escape = self.encoding, ESCAPERS[escaping]
        if encoding is None:
            return escape
        encode = encoding.value
        return encode if escaping is Escaping.NONE else lambda text: encode(escape(text))

    def _statement(self, node: Node) -> list[ast.stmt]:
        if isinstance(node, MacroDefinition):
            return []
        if isinstance(node, Reference) and is_printed_natively(node):
            return [ast.Expr(value=self._printed_to(node))]
        if isinstance(node, If):
            return [self._if(node.branches, node)]
        if isinstance(node, SetDirective) and not node.target.steps:
            return [self._set(node)]
        if isinstance(node, Foreach) and self.plain_loops:
            return self._foreach(node)
        if isinstance(node, Break) and node.scope is None and self.names.loops:
            return [ast.Break()]
        writer = self.constant(self.builder.statement(node))
        if self.encoding is None or isinstance(node, SILENT):
            return [ast.Expr(value=call(writer, read("run"), read("out")))]
        encode = self.constant(self.encoding.text)
        site = self.site(getattr(node, "offset", 0))
        written = call(read("written_encoded"), read("run"), read("out"), writer, encode, site)
        return [ast.Expr(value=written)]

    def _if(self, branches: list[tuple[Node, Block]], node: If) -> ast.stmt:
        (condition, block), rest = branches[0], branches[1:]
        if rest:
            orelse = [self._if(rest, node)]
        else:
            orelse = self.block(node.otherwise.body) if node.otherwise else []
        test = self.condition(condition)
        return ast.If(test=test, body=self.block(block.body), orelse=orelse)

    def _set(self, node: SetDirective) -> ast.stmt:
        name, value = node.target.root, self.value(node.value)
        if self.options.dialect is Dialect.V2:
            return self._store(name, value)
        # In 1.x a null on the right leaves the name as it was.
        kept = self.fresh("t")
        test = ast.Compare(left=bind(kept, value), ops=[ast.IsNot()], comparators=[NULL])
        return ast.If(test=test, body=[self._store(name, read(kept))], orelse=[])

    def _store(self, name: str, value: ast.expr) -> ast.stmt:
        if local := self.names.locals.get(name):
            return assign(local, value)
        target = ast.Subscript(value=read("V"), slice=ast.Constant(value=name), ctx=ast.Store())
        return ast.Assign(targets=[target], value=value)

    def _foreach(self, node: Foreach) -> list[ast.stmt]:
        elements, size, index = self.fresh("e"), self.fresh("n"), self.fresh("i")
        breaks = ast.Constant(value=leaves(node.block.body))
        found = call(
            read("loop_over"),
            read("run"),
            self.value(node.elements),
            breaks,
            self.site(node.offset),
            ast.Constant(value=self.changes),
        )
        pair = ast.Tuple(
            elts=[ast.Name(id=elements, ctx=ast.Store()), ast.Name(id=size, ctx=ast.Store())],
            ctx=ast.Store(),
        )
        loop = self._loop(node, elements, LoopNames(index, size))
        otherwise = self.block(node.otherwise.body) if node.otherwise else []
        return [
            ast.Assign(targets=[pair], value=found),
            ast.If(test=read(size), body=loop, orelse=otherwise),
        ]

    def _loop(self, node: Foreach, elements: str, loop: LoopNames) -> list[ast.stmt]:
        hidden, element = self.fresh("h"), self.fresh("x")
        self.names.loops.append(loop)
        self.in_loop += 1
        body = [
            self._store(node.variable, read(element)),
            *self.block(node.block.body),
            self._size_check(),
        ]
        self.in_loop -= 1
        self.names.loops.pop()
        target: ast.expr = ast.Name(id=element, ctx=ast.Store())
        source = read(elements)
        if uses_position(node, self.loop_names):
            index = ast.Name(id=loop.index, ctx=ast.Store())
            target = ast.Tuple(elts=[index, target], ctx=ast.Store())
            source = call(read("enumerate"), source)
        repeat = ast.For(target=target, iter=source, body=body, orelse=[])
        return [self._hide(node.variable, hidden), repeat, self._unhide(node.variable, hidden)]

    def _hide(self, name: str, hidden: str) -> ast.stmt:
        if local := self.names.locals.get(name):
            return assign(hidden, read(local))
        get = ast.Attribute(value=read("V"), attr="get", ctx=ast.Load())
        return assign(hidden, call(get, ast.Constant(value=name), read("MISSING")))

    def _unhide(self, name: str, hidden: str) -> ast.stmt:
        if local := self.names.locals.get(name):
            return assign(local, read(hidden))
        restored = call(read("restore_one"), read("V"), ast.Constant(value=name), read(hidden))
        return ast.Expr(value=restored)


def _merged(pieces: list[ast.expr]) -> list[ast.expr]:
    """Text beside text as one constant."""
    merged: list[ast.expr] = []
    for constant, group in groupby(pieces, key=lambda piece: isinstance(piece, ast.Constant)):
        if constant:
            text = "".join(str(piece.value) for piece in group if isinstance(piece, ast.Constant))
            merged.append(ast.Constant(value=text))
        else:
            merged.extend(group)
    return merged


def assign(name: str, value: ast.expr) -> ast.stmt:
    """`name = value`."""
    return ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=value)


def attribute(owner: str, name: str) -> ast.expr:
    """`owner.name`, both ours."""
    return ast.Attribute(value=read(owner), attr=name, ctx=ast.Load())


def _give_places(module: ast.Module) -> None:
    """Python wants a line and a column at every node: the first, at all of them.

    `ast.walk` looks up the fields of each node by name and visits `Load()` too: that was a third
    of the time that compiling took.
    """
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        for child in list(vars(node).values()):
            if child.__class__ is list:
                waiting += [each for each in child if isinstance(each, ast.AST)]
            elif (isinstance(child, ast.AST) and child._attributes) or isinstance(
                child, ast.arguments
            ):
                waiting.append(child)
        if node._attributes:
            node.__dict__.update(_FIRST_PLACE)


_FIRST_PLACE = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
