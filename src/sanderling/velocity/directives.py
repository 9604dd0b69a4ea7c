"""From characters to directives: each one's arguments, bodies, and the blanks that belong to it.

A word after '#' that is no directive of the language is a call of a macro, which may be defined
later, or nowhere: then its source is printed as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .expressions import ExpressionParser
from .lexing import (
    DIRECTIVE,
    DIRECTIVE_WITH_HYPHENS,
    LINE_END,
    NAME,
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
    Interpolated,
    Literal,
    MacroCall,
    MacroDefinition,
    Node,
    Parse,
    Reference,
    SetDirective,
    Stop,
)
from .options import Gobbling, Options

MAX_LOOPS = 16
MAX_PARAMETERS = 255

_SET = re.compile(r"#(?:set|\{set\})[ \t]*\(")
_AFTER_SET = re.compile(r"[ \t]*\(")
_COMMENT_OPENS = re.compile(r"<!--[ \t\r\n]*(?=#\{?[@a-z])")
_COMMENT_CLOSES = re.compile(r"[ \t\r\n]*-->")
_COMMENT = re.compile(r"##[^\r\n]*")
_SEPARATOR = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")


@dataclass(slots=True)
class Word(Node):
    """A bare word among arguments: the `in` of a loop, the name of a macro."""

    text: str
    offset: int


@dataclass(slots=True)
class Assigned(Node):
    """`$parameter="default"` in the head of a macro."""

    target: Reference
    value: Node


class DirectiveParser(ExpressionParser):
    """A cursor that can read directives."""

    def __init__(self, source: Source, text: str, base: int, options: Options) -> None:
        super().__init__(source, text, base, options)
        self.macros: dict[str, MacroDefinition] = {}
        self.known: frozenset[str] = frozenset()
        self.words_given: list[tuple[str, Word]] = []
        self.loops = 0
        self.argument_texts: list[str] = []
        self.at_line_start = True
        self.closer_starts_line = False
        self.inside_comment = False
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

    def comment_opens(self) -> bool:
        """Move past '<!--' when a directive follows: in HTML they are written inside comments."""
        self.inside_comment = bool(self.match(_COMMENT_OPENS))
        return self.inside_comment

    def comment_closes(self) -> None:
        """Move past the '-->' after a directive that '<!--' stood before."""
        if self.inside_comment and self.match(_COMMENT_CLOSES):
            self.inside_comment = False

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
        postfix = self._line_end(starts_line or self._gobbles_always())
        return SetDirective(offset, target, value, postfix=postfix)

    def _if(self, offset: int, starts_line: bool) -> Directive:
        branches: list[tuple[Node, Block]] = []
        otherwise: Block | None = None
        closer, opener_starts_line = "if", starts_line
        while closer in ("if", "elseif"):
            condition = self._condition(closer)
            prefix = self._opening_line_end(opener_starts_line)
            block, closer = self.block(("elseif", "else", "end"), ("if", offset))
            opener_starts_line = self.closer_starts_line
            block.prefix = prefix
            branches.append((condition, block))
        if closer == "else":
            prefix = self._opening_line_end(opener_starts_line)
            otherwise, _ = self.block(("end",), ("if", offset))
            otherwise.prefix = prefix
        return If(offset, branches, otherwise, postfix=self._end_postfix(starts_line))

    def _condition(self, name: str) -> Node:
        if not self.match(OPENING):
            raise self.unexpected(f"'(' is missing after '#{name}'")
        condition = self.expression()
        self.expect(")", f"after the condition of '#{name}'")
        return condition

    def _foreach(self, offset: int, starts_line: bool) -> Directive:
        arguments = self._arguments_of("foreach")
        if len(arguments) < 3:
            raise self.error("'#foreach' needs '($element in $list)'.", offset)
        variable, word, elements = arguments[:3]
        if not isinstance(variable, Reference):
            raise self.error("'#foreach' needs a '$name' for the element.", offset)
        if not isinstance(word, Word):
            raise self.error("The word 'in' is missing in '#foreach($element in $list)'.", offset)
        if isinstance(elements, Word):
            raise self.error(
                f"'{elements.text}' is nothing to walk over: write '${elements.text}'."
            )
        prefix = self._line_end(True)
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
            postfix=self._end_postfix(starts_line),
        )

    def _loop_otherwise(self, offset: int) -> Block:
        prefix = self._opening_line_end(self.closer_starts_line)
        block, _ = self.block(("end",), ("foreach", offset))
        block.prefix = prefix
        return block

    def _macro(self, offset: int, starts_line: bool) -> Directive:
        if not OPENING.match(self.text, self.position):
            raise self.error("A '#macro' needs a name: '#macro(name $parameter)'.", offset)
        arguments = self._arguments_of("macro")
        if not arguments or not isinstance(arguments[0], Word):
            raise self.error("A '#macro' needs a name without '$' or quotes.", offset)
        parameters = self._parameters(arguments[1:], offset)
        prefix = self._line_end(True)
        block, _ = self.block(("end",), ("macro", offset))
        block.prefix = prefix
        name = arguments[0].text
        definition = MacroDefinition(
            offset, name, parameters, block, postfix=self._end_postfix(starts_line)
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
        arguments = self._arguments_of(bare) if has_parentheses else []
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
        postfix = self._line_end(self._gobbles_line(starts_line, has_parentheses))
        return MacroCall(offset, bare, arguments, source, postfix=postfix, texts=texts)

    def _block_call(
        self, name: str, arguments: list[Node], start: int, offset: int, starts_line: bool
    ) -> MacroCall:
        prefix = self._line_end(True)
        block, _ = self.block(("end",), (f"@{name}", offset))
        block.prefix = prefix
        source = self.text[start : self.position]
        postfix = self._line_end(starts_line)
        return MacroCall(offset, name, arguments, source, block, postfix=postfix)

    def _define(self, offset: int, starts_line: bool) -> Directive:
        arguments = self._arguments_of("define") if self._has_arguments() else []
        if len(arguments) != 1 or not isinstance(arguments[0], Reference):
            raise self.error("'#define' needs one name: '#define($name)'.", offset)
        prefix = self._line_end(True)
        block, _ = self.block(("end",), ("define", offset))
        block.prefix = prefix
        postfix = self._end_postfix(starts_line)
        return Define(offset, arguments[0].root, block, postfix=postfix)

    def _evaluate(self, offset: int, starts_line: bool) -> Directive:
        argument = self._one_text("evaluate", offset)
        postfix = self._line_end(self._gobbles_line(starts_line, True))
        return Evaluate(offset, argument, postfix=postfix)

    def _parse(self, offset: int, starts_line: bool) -> Directive:
        argument = self._one_text("parse", offset)
        return Parse(offset, argument, postfix=self._line_end(True))

    def _include(self, offset: int, starts_line: bool) -> Directive:
        arguments = self._arguments_of("include") if self._has_arguments() else []
        if arguments and not self._are_texts(arguments):
            raise self.error("'#include' needs names of snippets in quotes, or references.", offset)
        return Include(offset, arguments, postfix=self._line_end(True))

    def _break(self, offset: int, starts_line: bool) -> Directive:
        has_arguments = self._has_arguments()
        arguments = self._arguments_of("break") if has_arguments else []
        scope = arguments[0] if arguments else None
        if len(arguments) > 1 or not (scope is None or isinstance(scope, Reference)):
            raise self.error("'#break' takes nothing, or one scope like '$foreach'.", offset)
        postfix = self._line_end(self._gobbles_line(starts_line, has_arguments))
        return Break(offset, scope, postfix=postfix)

    def _stop(self, offset: int, starts_line: bool) -> Directive:
        has_arguments = self._has_arguments()
        if has_arguments and len(self._arguments_of("stop")) > 1:
            raise self.error("'#stop' takes nothing, or one message for the log.", offset)
        postfix = self._line_end(self._gobbles_line(starts_line, has_arguments))
        return Stop(offset, postfix=postfix)

    # Arguments

    def _has_arguments(self) -> bool:
        return bool(OPENING.match(self.text, self.position))

    def _one_text(self, name: str, offset: int) -> Node:
        arguments = self._arguments_of(name) if self._has_arguments() else []
        if len(arguments) != 1 or not self._are_texts(arguments):
            raise self.error(f"'#{name}' needs one text in quotes, or one reference.", offset)
        return arguments[0]

    def _are_texts(self, arguments: list[Node]) -> bool:
        return bool(arguments) and all(
            isinstance(argument, (Reference, Interpolated))
            or (isinstance(argument, Literal) and isinstance(argument.value, str))
            for argument in arguments
        )

    def _arguments_of(self, name: str) -> list[Node]:
        """What stands in the parentheses, separated by blanks or commas; no operators."""
        if not self.match(OPENING):
            raise self.unexpected(f"'(' is missing after '#{name}'")
        arguments: list[Node] = []
        self.argument_texts = []
        self.skip_spaces()
        while not self._arguments_end(name):
            self.match(_SEPARATOR)
            start = self.position
            arguments.append(self._argument(name))
            self.argument_texts.append(self.text[start : self.position].rstrip())
            self.match(_SEPARATOR)
        return arguments

    def _arguments_end(self, name: str) -> bool:
        while name == "macro" and self.match(_COMMENT):
            self.skip_spaces()
        if self.take(")"):
            return True
        if self.position >= self.end:
            raise self.error(f"')' is missing after '#{name}('.")
        if self.peek(2) == "##":
            raise self.error(f"A comment is not allowed among the arguments of '#{name}'.")
        return False

    def _argument(self, name: str) -> Node:
        offset = self.offset()
        found = NAME.match(self.text, self.position)
        if found and found[0] not in ("true", "false"):
            self.position = found.end()
            return Word(found[0], offset)
        self.node_count = 0
        operand = self.operand()
        if name != "macro" or not isinstance(operand, Reference):
            return operand
        self.skip_spaces()
        if not self.take("="):
            return operand
        self.skip_spaces()
        return Assigned(operand, self.operand())

    def check_macro_arguments(self) -> None:
        """Refuse bare words as arguments of macros that exist: they are missing quotes or a '$'."""
        for name, word in self.words_given:
            if name in self.macros or name in self.known:
                raise self.error(
                    f"The argument '{word.text}' of '#{name}' needs quotes or a '$'.", word.offset
                )

    # The blanks after a directive

    def _gobbles_always(self) -> bool:
        return self.options.gobbling is Gobbling.BC

    def _gobbles_line(self, starts_line: bool, has_parentheses: bool) -> bool:
        if self.options.gobbling is Gobbling.BC:
            return has_parentheses
        return starts_line

    def _end_postfix(self, starts_line: bool) -> str:
        return self._line_end(starts_line or self._gobbles_always())

    def _line_end(self, belongs: bool) -> str:
        """The rest of the line, when it is blank and belongs to the directive."""
        self.comment_closes()
        found = self.match(LINE_END) if belongs else None
        self.at_line_start = found is not None
        return found[0] if found else ""

    def _opening_line_end(self, starts_line: bool) -> str:
        """The rest of the line after `#if (…)` or `#else`; without one, the line goes on inside."""
        end = self._line_end(True)
        self.at_line_start = starts_line or bool(end)
        return end


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
