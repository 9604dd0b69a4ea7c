"""From characters to directives: each one's arguments, bodies, and the blanks that belong to it.

A word after '#' that is no directive of the language is a call of a macro, which may be defined
later, or nowhere: then its source is printed as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .arguments import ArgumentParser, Assigned, Word
from .lexing import (
    DIRECTIVE,
    DIRECTIVE_WITH_HYPHENS,
    OPENING,
    Source,
)
from .nodes import (
    Block,
    Break,
    Define,
    Directive,
    Evaluate,
    Foreach,
    If,
    Include,
    Literal,
    MacroCall,
    MacroDefinition,
    Node,
    Parse,
    Reference,
    SetDirective,
    Stop,
)
from .options import Options

MAX_LOOPS = 16
MAX_PARAMETERS = 255

_SET = re.compile(r"#(?:set|\{set\})[ \t]*\(")
_NO_OPERATOR = re.compile(r"=(?!=)|&(?!&)|\|(?!\|)|(?:AND|OR|And|Or)\b")
_MEANT = {"=": "==", "&": "&&", "|": "||", "and": "&&", "or": "||"}
_AFTER_SET = re.compile(r"[ \t]*\(")


class DirectiveParser(ArgumentParser):
    """A cursor that can read directives."""

    def __init__(self, source: Source, text: str, base: int, options: Options) -> None:
        super().__init__(source, text, base, options)
        self.loops = 0
        self.closer_starts_line = False
        self.directive_pattern = DIRECTIVE_WITH_HYPHENS if options.hyphens else DIRECTIVE

    def block(
        self, closers: tuple[str, ...], opener: tuple[str, int] = ("", 0)
    ) -> tuple[Block, str]:
        """The statements up to a closing directive, and its name; `opener` for the error."""
        raise NotImplementedError

    # What stands here

    def directive_name_ahead(self) -> str | None:
        """The word after '#', with its '@'; None when no word follows."""
        found = self.directive_pattern.match(self.text, self.position)
        if not found:
            return None
        name = found[1] or found[2]
        if self.options.hyphens and name.split("-")[0] in _READERS_AND_CLOSERS:
            return str(name.split("-")[0])
        return str(name)

    def directive_text(self) -> str:
        """Move past '#word' and give it back as written."""
        name = self.directive_name_ahead()
        assert name is not None
        start = self.position
        self.position += len(name) + (3 if self.peek(2) == "#{" else 1)
        return self.text[start : self.position]

    def set_touches(self) -> bool:
        """Whether this '#set' has its parenthesis on the same line."""
        return _SET.match(self.text, self.position) is not None

    def set_follows(self) -> bool:
        """Whether this '#set' is followed by its parenthesis; otherwise it is text or a macro."""
        if self.set_touches():
            return True
        return bool(OPENING.match(self.text, self.position + 4))

    # Directives

    def directive(self, name: str, starts_line: bool) -> Directive:
        """The directive that starts here; a word that is none is a call of a macro."""
        reader = _READERS.get(name)
        if reader is None or (name == "set" and not self.set_follows()):
            return self._macro_call(name, starts_line)
        offset = self.offset()
        self.directive_text()
        return reader(self, offset, starts_line)

    def _set(self, offset: int, starts_line: bool) -> Directive:
        if not self.match(_AFTER_SET):
            raise self.unexpected("'=' is missing in '#set'")
        self.skip_spaces()
        target = self.required_reference()
        self.skip_spaces()
        self.expect("=", "in '#set'")
        self.in_set = True
        value = self.expression()
        self.in_set = False
        self.expect(")", "at the end of '#set'")
        postfix = self.line_end(starts_line or self.gobbles_always())
        return SetDirective(offset, target, value, postfix=postfix)

    def _if(self, offset: int, starts_line: bool) -> Directive:
        self.choices += 1
        branches: list[tuple[Node, Block]] = []
        otherwise: Block | None = None
        closer, opener_starts_line = "if", starts_line
        while closer in ("if", "elseif"):
            condition = self._condition(closer)
            prefix = self.opening_line_end(opener_starts_line)
            block, closer = self.block(("elseif", "else", "end"), ("if", offset))
            opener_starts_line = self.closer_starts_line
            block.prefix = prefix
            branches.append((condition, block))
        if closer == "else":
            prefix = self.opening_line_end(opener_starts_line)
            otherwise, _ = self.block(("end",), ("if", offset))
            otherwise.prefix = prefix
        self.choices -= 1
        return If(offset, branches, otherwise, postfix=self.end_postfix(starts_line))

    def _condition(self, name: str) -> Node:
        if not self.match(OPENING):
            raise self.unexpected(f"'(' is missing after '#{name}'")
        condition = self.expression()
        if found := _NO_OPERATOR.match(self.text, self.position):
            meant = _MEANT[found[0].lower()]
            raise self.error(f"'{found[0]}' is no operator of the language: write '{meant}'.")
        self.expect(")", f"after the condition of '#{name}'")
        return condition

    def _foreach(self, offset: int, starts_line: bool) -> Directive:
        arguments = self.arguments_of("foreach")
        if len(arguments) < 3:
            raise self.error("'#foreach' needs '($element in $list)'.", offset)
        variable, word, elements = arguments[:3]
        if not isinstance(variable, Reference):
            raise self.error("'#foreach' needs a '$name' for the element.", offset)
        if not isinstance(word, Word):
            raise self.error("The word 'in' is missing in '#foreach($element in $list)'.", offset)
        if isinstance(elements, Word):
            what = elements.text
            raise self.error(
                f"'{what}' is nothing to walk over; is '${what}' meant?", elements.offset
            )
        prefix = self.line_end(True)
        self.loops += 1
        if self.loops > MAX_LOOPS:
            raise self.error(f"More than {MAX_LOOPS} loops stand inside each other.", offset)
        block, closer = self.block(("else", "end"), ("foreach", offset))
        self.loops -= 1
        block.prefix = prefix
        otherwise = self._loop_otherwise(offset) if closer == "else" else None
        return Foreach(
            offset,
            variable.root,
            elements,
            block,
            otherwise,
            postfix=self.end_postfix(starts_line),
        )

    def _loop_otherwise(self, offset: int) -> Block:
        prefix = self.opening_line_end(self.closer_starts_line)
        block, _ = self.block(("end",), ("foreach", offset))
        block.prefix = prefix
        return block

    def _macro(self, offset: int, starts_line: bool) -> Directive:
        if not OPENING.match(self.text, self.position):
            raise self.error("A '#macro' needs a name: '#macro(name $parameter)'.", offset)
        arguments = self.arguments_of("macro")
        if not arguments or not isinstance(arguments[0], Word):
            raise self.error("A '#macro' needs a name without '$' or quotes.", offset)
        parameters = self._parameters(arguments[1:], offset)
        prefix = self.line_end(True)
        block, _ = self.block(("end",), ("macro", offset))
        block.prefix = prefix
        name = arguments[0].text
        definition = MacroDefinition(
            offset, name, parameters, block, postfix=self.end_postfix(starts_line)
        )
        if self.options.macro_replaces or name not in self.macros:
            self.macros[name] = definition
        return definition

    def _parameters(self, arguments: list[Node], offset: int) -> list[tuple[str, Node | None]]:
        if len(arguments) > MAX_PARAMETERS:
            raise self.error(f"A '#macro' has more than {MAX_PARAMETERS} parameters.", offset)
        parameters: list[tuple[str, Node | None]] = []
        for argument in arguments:
            if isinstance(argument, Assigned):
                parameters.append((argument.target.root, argument.value))
            elif not isinstance(argument, Reference):
                raise self.error("The parameters of a '#macro' are written '$name'.", offset)
            elif parameters and parameters[-1][1] is not None:
                raise self.error("A parameter without default follows one with default.", offset)
            else:
                parameters.append((argument.root, None))
        return parameters

    def _macro_call(self, name: str, starts_line: bool) -> Directive:
        start, offset = self.position, self.offset()
        self.directive_text()
        has_parentheses = bool(OPENING.match(self.text, self.position))
        bare = name.removeprefix("@")
        arguments = self.arguments_of(bare) if has_parentheses else []
        texts = self.argument_texts if arguments else []
        for argument in arguments:
            if isinstance(argument, Word):
                self.words_given.append((bare, argument))
        arguments = [Literal(each.text) if isinstance(each, Word) else each for each in arguments]
        if name.startswith("@"):
            call = self._block_call(bare, arguments, start, offset, starts_line)
            call.texts = texts
            return call
        source = self.text[start : self.position]
        postfix = self.line_end(self.gobbles_line(starts_line, has_parentheses))
        return MacroCall(offset, bare, arguments, source, postfix=postfix, texts=texts)

    def _block_call(
        self, name: str, arguments: list[Node], start: int, offset: int, starts_line: bool
    ) -> MacroCall:
        prefix = self.line_end(True)
        block, _ = self.block(("end",), (f"@{name}", offset))
        block.prefix = prefix
        source = self.text[start : self.position]
        postfix = self.line_end(starts_line)
        return MacroCall(offset, name, arguments, source, block, postfix=postfix)

    def _define(self, offset: int, starts_line: bool) -> Directive:
        arguments = self.arguments_of("define") if self.has_arguments() else []
        if len(arguments) != 1 or not isinstance(arguments[0], Reference):
            raise self.error("'#define' needs one name: '#define($name)'.", offset)
        prefix = self.line_end(True)
        block, _ = self.block(("end",), ("define", offset))
        block.prefix = prefix
        postfix = self.end_postfix(starts_line)
        return Define(offset, arguments[0].root, block, postfix=postfix)

    def _evaluate(self, offset: int, starts_line: bool) -> Directive:
        argument = self.one_text("evaluate", offset)
        postfix = self.line_end(self.gobbles_line(starts_line, True))
        return Evaluate(offset, argument, postfix=postfix)

    def _parse(self, offset: int, starts_line: bool) -> Directive:
        argument = self.one_text("parse", offset)
        return Parse(offset, argument, postfix=self.line_end(True))

    def _include(self, offset: int, starts_line: bool) -> Directive:
        arguments = self.arguments_of("include") if self.has_arguments() else []
        if arguments and not self.are_texts(arguments):
            raise self.error("'#include' needs names of snippets in quotes, or references.", offset)
        return Include(offset, arguments, postfix=self.line_end(True))

    def _break(self, offset: int, starts_line: bool) -> Directive:
        has_arguments = self.has_arguments()
        arguments = self.arguments_of("break") if has_arguments else []
        scope = arguments[0] if arguments else None
        if len(arguments) > 1 or not (scope is None or isinstance(scope, Reference)):
            raise self.error("'#break' takes nothing, or one scope like '$foreach'.", offset)
        postfix = self.line_end(self.gobbles_line(starts_line, has_arguments))
        return Break(offset, scope, postfix=postfix)

    def _stop(self, offset: int, starts_line: bool) -> Directive:
        has_arguments = self.has_arguments()
        if has_arguments and len(self.arguments_of("stop")) > 1:
            raise self.error("'#stop' takes nothing, or one message for the log.", offset)
        postfix = self.line_end(self.gobbles_line(starts_line, has_arguments))
        return Stop(offset, postfix=postfix)


Reader = Callable[[DirectiveParser, int, bool], Directive]

_READERS: dict[str, Reader] = {
    "set": DirectiveParser._set,
    "if": DirectiveParser._if,
    "foreach": DirectiveParser._foreach,
    "macro": DirectiveParser._macro,
    "define": DirectiveParser._define,
    "evaluate": DirectiveParser._evaluate,
    "parse": DirectiveParser._parse,
    "include": DirectiveParser._include,
    "break": DirectiveParser._break,
    "stop": DirectiveParser._stop,
}
_READERS_AND_CLOSERS = frozenset({*_READERS, "else", "elseif", "end"})
