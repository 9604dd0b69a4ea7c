"""The nodes of Python that generated code is made of, each with its place already.

Python wants a line and a column at every node. Here they belong to the classes, not to the nodes:
giving them afterwards, as `ast.fix_missing_locations` does, took a third of the time that compiling
takes. For the same reason `Load()` and the operators are made once, and nodes by position.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

LOAD, STORE = ast.Load(), ast.Store()
IS, IS_NOT, GREATER = ast.Is(), ast.IsNot(), ast.Gt()
_ONLY_IS = [IS]
OR, AND, NOT, ADD, SUBTRACT = ast.Or(), ast.And(), ast.Not(), ast.Add(), ast.Sub()


N = TypeVar("N", bound=ast.AST)


def placed(base: type[N], **same: object) -> Callable[..., N]:
    """The class of nodes with a line and a column, and with fields that are the same for all.

    Such are only what Python itself leaves out (`Load()`, no keywords, no comment): from 3.13 on a
    node gets these when it is made, whatever its class says, and any other must be given.
    """
    place = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
    return type(base.__name__, (base,), place | same)


_Name = placed(ast.Name, ctx=LOAD)
_Constant = placed(ast.Constant, kind=None)
_Call = placed(ast.Call, keywords=[])
_Attribute = placed(ast.Attribute, ctx=LOAD)
_Compare = placed(ast.Compare)
_IfExp = placed(ast.IfExp)
_BoolOp = placed(ast.BoolOp)
_UnaryOp = placed(ast.UnaryOp)
_BinOp = placed(ast.BinOp)
_NamedExpr = placed(ast.NamedExpr)
_Subscript = placed(ast.Subscript)
_Tuple = placed(ast.Tuple, ctx=LOAD)
_List = placed(ast.List, ctx=LOAD)
_JoinedStr = placed(ast.JoinedStr)
_FormattedValue = placed(ast.FormattedValue, format_spec=None)
_Assign = placed(ast.Assign, type_comment=None)
_AugAssign = placed(ast.AugAssign)
_Expr = placed(ast.Expr)
_If = placed(ast.If)
_For = placed(ast.For, orelse=[], type_comment=None)
_Try = placed(ast.Try)
_Handler = placed(ast.ExceptHandler)
_Return = placed(ast.Return)
_Break = placed(ast.Break)
_Pass = placed(ast.Pass)
_Argument = placed(ast.arg, annotation=None, type_comment=None)
_FunctionDef = placed(
    ast.FunctionDef, decorator_list=[], returns=None, type_comment=None, type_params=[]
)


# Expressions


@lru_cache(maxsize=4_096)
def read(name: str) -> ast.expr:
    """A name being read: the same node wherever it is read, since nothing changes a node."""
    return _Name(name)


def constant(value: Any) -> ast.expr:
    """A constant."""
    return _Constant(value)


def bind(name: str, value: ast.expr) -> ast.expr:
    """`(name := value)`."""
    return _NamedExpr(_Name(name, STORE), value)


def call(function: ast.expr, *arguments: ast.expr) -> ast.expr:
    """`function(arguments)`."""
    return _Call(function, list(arguments))


def attribute(owner: ast.expr, name: str) -> ast.expr:
    """`owner.name`, the name being ours."""
    return _Attribute(owner, name)


def item(owner: ast.expr, key: ast.expr) -> ast.expr:
    """`owner[key]`."""
    return _Subscript(owner, key, LOAD)


def compare(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.expr:
    """`left operator right`."""
    return _Compare(left, [operator], [right])


def choose(test: ast.expr, then: ast.expr, otherwise: ast.expr) -> ast.expr:
    """`then if test else otherwise`."""
    return _IfExp(test, then, otherwise)


def either(*values: ast.expr) -> ast.expr:
    """`a or b`."""
    return _BoolOp(OR, list(values))


def both(*values: ast.expr) -> ast.expr:
    """`a and b`."""
    return _BoolOp(AND, list(values))


def negation(value: ast.expr) -> ast.expr:
    """`not value`."""
    return _UnaryOp(NOT, value)


def arithmetic(left: ast.expr, operator: ast.operator, right: ast.expr) -> ast.expr:
    """`left + right`, or minus."""
    return _BinOp(left, operator, right)


def tuple_of(values: Sequence[ast.expr]) -> ast.expr:
    """`(a, b)`."""
    return _Tuple(list(values))


def list_of(values: Sequence[ast.expr]) -> ast.expr:
    """`[a, b]`."""
    return _List(list(values))


def formatted(value: ast.expr) -> ast.expr:
    """`{value}` in an f-string."""
    return _FormattedValue(value, -1)


def joined(pieces: list[ast.expr]) -> ast.expr:
    """An f-string; plain text where nothing is to be formatted."""
    if not pieces:
        return constant("")
    if len(pieces) == 1 and isinstance(pieces[0], ast.Constant):
        return pieces[0]
    return _JoinedStr(pieces)


def is_class(value: ast.expr, kind: str) -> ast.expr:
    """`value.__class__ is kind`."""
    return _Compare(_Attribute(value, "__class__"), _ONLY_IS, [read(kind)])


# Statements


def assign(name: str, value: ast.expr) -> ast.stmt:
    """`name = value`."""
    return _Assign([_Name(name, STORE)], value)


def unpack(names: Sequence[str], value: ast.expr) -> ast.stmt:
    """`a, b = value`; one name alone is assigned."""
    if len(names) == 1:
        return assign(names[0], value)
    return _Assign([pair_of(names)], value)


def pair_of(names: Sequence[str]) -> ast.expr:
    """`a, b` being assigned to."""
    return _Tuple([_Name(name, STORE) for name in names], STORE)


def stored(name: str) -> ast.expr:
    """A name being assigned to."""
    return _Name(name, STORE)


def assign_item(owner: ast.expr, key: ast.expr, value: ast.expr) -> ast.stmt:
    """`owner[key] = value`."""
    return _Assign([_Subscript(owner, key, STORE)], value)


def add_to(name: str, value: ast.expr) -> ast.stmt:
    """`name += value`."""
    return _AugAssign(_Name(name, STORE), ADD, value)


def do(value: ast.expr) -> ast.stmt:
    """An expression for its effect."""
    return _Expr(value)


def branch(test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> ast.stmt:
    """`if test: … else: …`."""
    return _If(test, body, orelse)


def loop(target: ast.expr, elements: ast.expr, body: list[ast.stmt]) -> ast.stmt:
    """`for target in elements: …`."""
    return _For(target, elements, body)


def attempt(body: list[ast.stmt], kind: str, instead: list[ast.stmt]) -> ast.stmt:
    """`try: … except kind: …`."""
    return _Try(body, [_Handler(read(kind), None, instead)], [], [])


def give(value: ast.expr) -> ast.stmt:
    """`return value`."""
    return _Return(value)


def leave() -> ast.stmt:
    """`break`."""
    return _Break()


def nothing() -> ast.stmt:
    """`pass`."""
    return _Pass()


def function(name: str, arguments: Sequence[str], body: list[ast.stmt]) -> ast.stmt:
    """`def name(arguments): …`."""
    given = ast.arguments([], [_Argument(each) for each in arguments], None, [], [], None, [])
    return _FunctionDef(name, given, body)


def module(functions: list[ast.stmt]) -> ast.Module:
    """A whole file."""
    return ast.Module(functions, [])
