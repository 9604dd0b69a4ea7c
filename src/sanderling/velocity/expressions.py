"""From characters to expressions: references, literals, lists, maps, arithmetic and logic.

Traps of the language that live here: a minus glued to a digit is part of the number, so `$a-1` is a
mistake; `$x.size (` is a property and text; `${x|'y'}` allows no blank before the bar; a text in
double quotes is a template of its own, one in single quotes is not, and neither has escapes.
"""

from __future__ import annotations

import re

from .lexing import (
    DOUBLE_QUOTED,
    NAME,
    NAME_WITH_HYPHENS,
    NUMBER,
    SINGLE_QUOTED,
    Cursor,
    Source,
)
from .nodes import (
    Call,
    Chain,
    Index,
    Interpolated,
    ListLiteral,
    Literal,
    Logic,
    MapLiteral,
    Negative,
    Node,
    Not,
    Property,
    RangeLiteral,
    Reference,
    Step,
    Text,
)
from .options import Options

# Where an expression stands: what it may contain differs.
_DIRECTIVE, _CALL, _INDEX, _ALTERNATE = "", "among arguments", "in an index", "after '|'"

MAX_DEPTH = 100
MAX_NODES = 2_000
MAX_STEPS = 100

# `${$name}` is another spelling of `${name}`.
_REFERENCE = re.compile(r"\$(!?)(\{\$?)?(?=[A-Za-z_])")
_ARGUMENTS_FOLLOW = re.compile(r"\((?=[ \t\r\n)\"'\[{(!\-0-9A-Za-z_]|\.[0-9]|\$!?\{?\$?[A-Za-z_])")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_UNICODE_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_CONTINUED_LINE = re.compile(r"\\[ ]*\n")
_NOT = re.compile(r"!(?!=)|not\b")
_BLANK_BAR = re.compile(r"[ \t]+\|")
_OPERATORS = frozenset({"or", "and", "eq", "ne", "lt", "le", "gt", "ge", "not"})
_CONSTANTS = {"true": True, "false": False}

# One group per rank, the lowest first. A word is an operator only when it stands alone.
_OPERATOR = re.compile(
    r"(\|\||or\b)|(&&|and\b)|(==|!=|(?:eq|ne)\b)|(<=|>=|<|>|(?:lt|le|gt|ge)\b)"
    r"|(\+|-(?![0-9]|\.[0-9]))|([*/%])"
)
_OR, _AND = 1, 2
_SPELLINGS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


class ExpressionParser(Cursor):
    """A cursor that can read expressions; `interpolate` is filled in by the template parser."""

    def __init__(self, source: Source, text: str, base: int, options: Options) -> None:
        super().__init__(source, text, base)
        self.options = options
        self.depth = 0
        self.node_count = 0
        self.inside = 0
        self.place = _DIRECTIVE
        self.in_set = False
        self.choices = 0
        self.name_pattern = NAME_WITH_HYPHENS if options.hyphens else NAME

    def interpolate(self, text: str, base: int) -> list[Node]:
        """The body of a text in double quotes."""
        raise NotImplementedError

    def expression(self) -> Node:
        """One whole expression, with the blanks around it."""
        self.deepen()
        if not self.inside:
            self.node_count = 0
        self.inside += 1
        node = self._tested(self._climb(_OR))
        self.inside -= 1
        self.depth -= 1
        return node

    def _tested(self, node: Node) -> Node:
        """In an `#if`, or inside one, a name that stands alone may be one that is not set."""
        if self.choices and isinstance(node, Reference) and not node.steps:
            node.tested = True
        return node

    def deepen(self) -> None:
        """Go one level down; too deep is an error before Python's own stack is."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"This is nested more than {MAX_DEPTH} levels deep.")

    def _climb(self, least: int) -> Node:
        # Precedence climbing: one Python call per nesting level, not one per rank (see MAX_DEPTH).
        left = self._unary()
        while (rank := self._rank_ahead()) >= least:
            left = self._chain(left, rank)
        return left

    def _rank_ahead(self) -> int:
        found = self._operator()
        return found.lastindex or 0 if found else 0

    def _chain(self, first: Node, rank: int) -> Node:
        rest: list[tuple[str, Node, int]] = []
        while (found := self._operator()) and found.lastindex == rank:
            offset = self.offset()
            self.position = found.end()
            operator = _SPELLINGS.get(found[0], found[0])
            rest.append((operator, self._climb(rank + 1), offset))
        if rank in (_OR, _AND):
            operator = "||" if rank == _OR else "&&"
            for node in (first, *(node for _, node, _ in rest)):
                self._tested(node)
            return Logic(operator, [first, *(node for _, node, _ in rest)])
        return Chain(first, rest)

    def _operator(self) -> re.Match[str] | None:
        self.skip_spaces()
        return _OPERATOR.match(self.text, self.position)

    def _unary(self) -> Node:
        negations = 0
        self.skip_spaces()
        while self.match(_NOT):
            negations += 1
            self.skip_spaces()
        node = self._primary()
        if negations:
            self._tested(node)
            # The value of !!x is a boolean, whatever x is: two negations stand for any even number.
            for _ in range(2 - negations % 2):
                node = Not(node)
        return node

    def _primary(self) -> Node:
        self.node_count += 1
        if self.node_count > MAX_NODES:
            raise self.error(f"An expression has more than {MAX_NODES} parts.")
        offset = self.offset()
        if self.peek() == "(" and self.place != _DIRECTIVE:
            raise self.error(f"No parentheses {self.place}: name the value by '#set' before.")
        if self.take("("):
            node = self.expression()
            self.expect(")", "after the expression")
            return node
        if self.peek() == "-" and not NUMBER.match(self.text, self.position):
            self.take("-")
            self.deepen()
            self.skip_spaces()
            node = Negative(self._primary(), offset)
            self.depth -= 1
            return node
        return self.operand()

    def operand(self) -> Node:
        """A literal, a reference, a list, a map, a range, a number."""
        char = self.peek()
        if char == "$":
            return self.required_reference()
        if char in ('"', "'"):
            return self.string()
        if char in "[{" and self.place == _INDEX:
            raise self.unexpected("A value was expected here")
        if char == "[":
            return self._list_or_range()
        if char == "{":
            return self._map()
        if found := self.match(NUMBER):
            return self._number(found[0])
        if found := _WORD.match(self.text, self.position):
            if found[0] in _CONSTANTS:
                self.position = found.end()
                return Literal(_CONSTANTS[found[0]])
            if self.place == _CALL and found[0] not in _OPERATORS:
                # To the original a word is a reference without '$', and so null: `null` is one.
                self.position = found.end()
                return Literal(None)
        raise self.unexpected("A value was expected here")

    def string(self) -> Node:
        """A quoted text: a constant, or a template in double quotes."""
        start = self.offset()
        if found := self.match(SINGLE_QUOTED):
            return Literal(found[1].replace("''", "'"))
        if not (found := self.match(DOUBLE_QUOTED)):
            raise self.error("This quotation mark is never closed.")
        text = _CONTINUED_LINE.sub("", found[1].replace('""', '"'))
        text = _UNICODE_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        if "$" not in text and "#" not in text:
            return Literal(text)
        self.deepen()
        body = self.interpolate(text, start + 1)
        self.depth -= 1
        if all(isinstance(part, Text) for part in body):
            return Literal("".join(part.text for part in body if isinstance(part, Text)))
        return Interpolated(body, start)

    def required_reference(self) -> Reference:
        """A reference, where nothing else may stand."""
        reference = self.reference()
        if reference is None:
            what = "A name was expected after '$'" if self.peek() == "$" else "'$name' was expected"
            raise self.unexpected(what)
        return reference

    def reference(self) -> Reference | None:
        """The reference that starts at this '$'; None when it is only a dollar sign."""
        start, offset = self.position, self.offset()
        head = self.match(_REFERENCE)
        if head is None:
            return None
        name = self.match(self.name_pattern)
        assert name is not None
        steps = self.steps()
        alternate = self.formal_end() if head[2] else None
        return Reference(
            name[0],
            steps,
            self.text[start : self.position],
            offset,
            quiet=bool(head[1]),
            alternate=alternate,
        )

    def formal_end(self) -> Node | None:
        """The other value after '|', if any, and the brace that closes a reference."""
        alternate = None
        if self.take("|"):
            alternate = self._expression_in(_ALTERNATE)
        elif _BLANK_BAR.match(self.text, self.position):
            raise self.error("No blank may stand before '|' in '${…|…}'.")
        self.expect("}", "at the end of '${…'")
        return alternate

    def steps(self) -> list[Step]:
        """`.property`, `.method(…)` and `[index]`, as many as follow."""
        steps: list[Step] = []
        while step := self._step():
            steps.append(step)
            if len(steps) > MAX_STEPS:
                raise self.error(f"A reference has more than {MAX_STEPS} steps.")
        return steps

    def _step(self) -> Step | None:
        offset = self.offset()
        if self.peek() == ".":
            if not (found := self.name_pattern.match(self.text, self.position + 1)):
                return None
            if found[0] in _CONSTANTS:
                raise self.error(f"'{found[0]}' cannot be a property: write ['{found[0]}'].")
            self.position = found.end()
            if self.match(_ARGUMENTS_FOLLOW):
                return Call(found[0], self._arguments(), offset)
            return Property(found[0], offset)
        if self.take("["):
            key = self._expression_in(_INDEX)
            self.expect("]", "after the index")
            return Index(key, offset)
        return None

    def _arguments(self) -> list[Node]:
        if self.take(")"):
            return []
        arguments = [self._expression_in(_CALL)]
        while self.take(","):
            arguments.append(self._expression_in(_CALL))
        self.expect(")", "after the arguments")
        return arguments

    def _expression_in(self, place: str) -> Node:
        """An expression where not everything of the language may stand."""
        outer, self.place = self.place, place
        node = self.expression()
        self.place = outer
        return node

    def _list_or_range(self) -> Node:
        offset = self.offset()
        self.take("[")
        if self.take("]"):
            return ListLiteral([], offset)
        items = [self.expression()]
        if self.take(".."):
            last = self.expression()
            self.expect("]", "after the range")
            return RangeLiteral(items[0], last, offset)
        while self.take(","):
            items.append(self.expression())
        self.expect("]", "after the list")
        return ListLiteral(items, offset)

    def _map(self) -> Node:
        offset = self.offset()
        self.take("{")
        self.skip_spaces()
        pairs: list[tuple[Node, Node]] = []
        if self.take("}"):
            return MapLiteral(pairs, offset)
        while True:
            key = self.expression()
            self.expect(":", "between key and value of the map")
            pairs.append((key, self.expression()))
            if not self.take(","):
                break
        self.expect("}", "after the map")
        return MapLiteral(pairs, offset)

    def _number(self, text: str) -> Node:
        if text.lstrip("-").isdigit():
            # Python reads at most 4,300 digits; nobody prices anything in more than a few dozen.
            return Literal(int(text[:400]))
        if self.place == _INDEX and not self.in_set:
            raise self.error("An index is a whole number.")
        return Literal(float(text))
