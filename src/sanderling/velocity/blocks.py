"""The Python of bodies: pieces gathered into f-strings, and the directives between them.

`#set`, `#if` and `#foreach` become Python; the others (macro calls, `#evaluate`, `#define`…) run as
closures. A loop's variable has a Python local of its own, so nothing is hidden by it and nothing
needs to be put back.
"""

from __future__ import annotations

import ast

from . import linking, writing
from .building import (
    GREATER,
    IS_NOT,
    add_to,
    assign,
    assign_item,
    attempt,
    attribute,
    bind,
    branch,
    call,
    choose,
    compare,
    constant,
    do,
    is_class,
    item,
    joined,
    leave,
    loop,
    nothing,
    pair_of,
    read,
    stored,
    unpack,
)
from .hoisting import Usage, Usages
from .nodes import (
    Block,
    Break,
    Define,
    Foreach,
    If,
    MacroCall,
    MacroDefinition,
    Node,
    Reference,
    SetDirective,
    Stop,
    Text,
)
from .options import Dialect
from .pieces import MAX_VALUES, STATEMENT, PieceGenerator, merged
from .referencing import LoopNames
from .sharing import is_printed_natively, uses_position
from .statements import leaves

LONG_TEXT = 2_000
"""Text of this length is joined as it is: an f-string would copy it once more, which takes longer
than one more piece."""

SILENT = (SetDirective, Define, Break, Stop)
"""What closures do without writing anything."""


class BlockGenerator(PieceGenerator):
    """Generates the Python of bodies."""

    inlined: dict[str, MacroDefinition]
    plain_loops: bool
    counts_all_loops: bool
    changes: bool
    many_values: bool
    loop_names: frozenset[str]
    usages: Usages
    size_name = ""
    is_measured = True

    def block(self, nodes: list[Node]) -> list[ast.stmt]:
        """Python for a body; never empty."""
        code: list[ast.stmt] = []
        pieces: list[ast.expr] = []
        gathered = 0
        for node in nodes:
            weight = self.weight(node)
            if gathered + weight > MAX_VALUES:
                code += self._flush(pieces)
                gathered = 0
            if weight >= STATEMENT:
                code += self._statement(node)
            elif isinstance(node, Text) and len(node.text) >= LONG_TEXT:
                code += self._flush(pieces)
                code += self._flush(self.pieces(node))
            else:
                pieces += self.pieces(node)
                gathered += weight
        code += self._flush(pieces)
        return code or [nothing()]

    def _flush(self, pieces: list[ast.expr]) -> list[ast.stmt]:
        text = joined(merged(pieces))
        pieces.clear()
        if isinstance(text, ast.Constant):
            return self._put_constant(text) if text.value else []
        name = self.fresh("s")
        put = do(call(read("put"), bind(name, text)))
        size = add_to(self.size_name, call(read("len"), read(name)))
        checked = self.many_values and not self.names.loops
        return [put, size, self._size_check()] if checked else [put, size]

    def _put_constant(self, text: ast.Constant) -> list[ast.stmt]:
        size = constant(len(str(text.value)))
        return [do(call(read("put"), text)), add_to(self.size_name, size)]

    def _size_check(self) -> ast.stmt:
        refuse = self.slow(linking.refusing_length(self.site(0)), read(self.size_name))
        limit = constant(self.options.limits.output)
        return branch(compare(read(self.size_name), GREATER, limit), [do(refuse)], [])

    def _statement(self, node: Node) -> list[ast.stmt]:
        if isinstance(node, Reference) and is_printed_natively(node):
            self.is_measured = False
            return [do(self.print_to(node))]
        if isinstance(node, If):
            return [self._if(node, 0)]
        if isinstance(node, SetDirective) and not node.target.steps:
            return [self._set(node)]
        if isinstance(node, Foreach) and self.plain_loops:
            return self._foreach(node)
        if isinstance(node, Break) and node.scope is None and self.names.loops:
            return [leave()]
        if isinstance(node, MacroCall) and node.name in self.inlined:
            return self._inlined(node, self.inlined[node.name])
        return [self._closure(node)]

    def _closure(self, node: Node) -> ast.stmt:
        self.uses_variables = True
        write = self.builder.statement(node)
        if not isinstance(node, SILENT):
            self.is_measured = False
            if self.encoding:
                site = self.site(getattr(node, "offset", 0))
                write = writing.writing_encoded(write, self.encoding.text, site)
        return do(self.slow(write, read("out")))

    def _if(self, node: If, number: int) -> ast.stmt:
        condition, block = node.branches[number]
        test, body = self.condition(condition), self.block(block.body)
        if number + 1 < len(node.branches):
            return branch(test, body, [self._if(node, number + 1)])
        return branch(test, body, self._otherwise(node.otherwise))

    def _otherwise(self, block: Block | None) -> list[ast.stmt]:
        return self.block(block.body) if block else []

    def _set(self, node: SetDirective) -> ast.stmt:
        name, value = node.target.root, self.value(node.value)
        if self.options.dialect is Dialect.V2:
            return self._store(name, value)
        # In 1.x a null on the right leaves the name as it was.
        kept = self.fresh("t")
        test = compare(bind(kept, value), IS_NOT, constant(None))
        return branch(test, [self._store(name, read(kept))], [])

    def _store(self, name: str, value: ast.expr) -> ast.stmt:
        if local := self.local_of(name):
            return assign(local, value)
        return assign_item(self.variables(), constant(name), value)

    # Macros whose body stands at the call

    def _inlined(self, node: MacroCall, definition: MacroDefinition) -> list[ast.stmt]:
        values = [self.value(each) for each in node.arguments]
        bound = {name: self.fresh("a") for name, _ in definition.parameters}
        code = [assign(local, value) for local, value in zip(bound.values(), values, strict=False)]
        code += map(do, values[len(bound) :])
        for name, default in definition.parameters[len(values) :]:
            code.append(assign(bound[name], self.value(default) if default else constant(None)))
        body = self.options.body_reference
        bound[body] = self.fresh("a")
        code.append(assign(bound[body], constant(None)))
        code.append(do(self.slow(linking.entering(self.site(node.offset)))))
        outer = {name: self.names.locals.get(name) for name in bound}
        self.names.locals.update(bound)
        code += self.block(definition.block.body)
        for name, local in outer.items():
            self._put_back(name, local)
        return code

    # Loops

    def _foreach(self, node: Foreach) -> list[ast.stmt]:
        elements, names = self.fresh("e"), LoopNames(self.fresh("i"), self.fresh("n"))
        breaks, site = leaves(node.block.body), self.site(node.offset)
        found = self.slow(linking.looping(breaks, site, self.changes), self.value(node.elements))
        rounds = self._rounds(node, elements, names)
        otherwise = self._otherwise(node.otherwise)
        return [unpack([elements, names.size], found), branch(read(names.size), rounds, otherwise)]

    def _rounds(self, node: Foreach, elements: str, names: LoopNames) -> list[ast.stmt]:
        element = self.fresh("x")
        name, is_local = node.variable, self.is_local(node.variable)
        hidden = self.fresh("h")
        outer = self.names.locals.get(name)
        if is_local:
            self.names.locals[name] = element
        self.names.loops.append(names)
        body = self._round(node, element, is_local)
        self.names.loops.pop()
        if is_local:
            self._put_back(name, outer)
            return [self._repeat(node, element, elements, names, body)]
        return [
            self._hide(name, hidden),
            self._repeat(node, element, elements, names, body),
            self._unhide(name, hidden),
        ]

    def _put_back(self, name: str, outer: str | None) -> None:
        if outer is None:
            del self.names.locals[name]
        else:
            self.names.locals[name] = outer

    def _round(self, node: Foreach, element: str, is_local: bool) -> list[ast.stmt]:
        if not is_local:
            store = assign_item(self.variables(), constant(node.variable), read(element))
            return [store, *self.block(node.block.body), self._size_check()]
        usage = self.usages.of_loop(node)
        ahead = [*self.read_ahead([(element, usage)]), *self.printed_once(element, usage)]
        return [*ahead, *self.block(node.block.body), self._size_check()]

    def _repeat(
        self, node: Foreach, element: str, elements: str, names: LoopNames, body: list[ast.stmt]
    ) -> ast.stmt:
        if not (self.counts_all_loops or uses_position(node, self.loop_names)):
            return loop(stored(element), read(elements), body)
        counted = call(read("enumerate"), read(elements))
        return loop(pair_of([names.index, element]), counted, body)

    def _hide(self, name: str, hidden: str) -> ast.stmt:
        get = attribute(self.variables(), "get")
        return assign(hidden, call(get, constant(name), read("MISSING")))

    def _unhide(self, name: str, hidden: str) -> ast.stmt:
        return do(call(read("restore_one"), self.variables(), constant(name), read(hidden)))

    # Reading ahead

    def read_ahead(self, owners: list[tuple[str, Usage]]) -> list[ast.stmt]:
        """Reads the keys that are used often of each of these locals."""
        groups = [(owner, keys) for owner, usage in owners if (keys := usage.keys_ahead())]
        if not groups or self.changes:
            return []
        names: list[str] = []
        body: list[ast.stmt] = []
        for owner, keys in groups:
            locals_ = [self._hoisted(owner, key) for key in keys]
            names += locals_
            body.append(unpack(locals_, self._keys_of(owner, keys)))
        readers = [(linking.reading_keys(keys), len(keys)) for _, keys in groups]
        values = [read(owner) for owner, _ in groups]
        if len(groups) == 1:
            instead = call(self.constant(readers[0][0]), *values)
        else:
            instead = call(self.constant(linking.reading_all(readers)), *values)
        return [attempt(body, "KeyError", [unpack(names, instead)])]

    def _hoisted(self, owner: str, key: str) -> str:
        local = self.names.hoisted[owner, key] = self.fresh("p")
        return local

    def _keys_of(self, owner: str, keys: list[str]) -> ast.expr:
        if len(keys) == 1:
            found = item(read(owner), constant(keys[0]))
        else:
            found = call(self.constant(linking.getting(keys)), read(owner))
        other = call(self.constant(linking.reading_keys(keys)), read(owner))
        return choose(is_class(read(owner), "dict"), found, other)
