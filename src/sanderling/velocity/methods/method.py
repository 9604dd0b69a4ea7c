"""A method of a table, and how one file's functions become a table.

A method's Python function takes `(budget, value, *arguments)`. When an argument is of a kind that
no Java overload takes, it raises Unmatched, and the call is null, as for an unknown method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sanderling.velocity.limits import Budget

MANY = range(64)
"""How many arguments a Java `Object...` takes here."""

# One unit of work is about 50 ns: what is charged adds up to a second before it is refused.
_ELEMENT = 6
_SHORT = 512


class Unmatched(Exception):
    """No overload takes these arguments."""


@dataclass(frozen=True, slots=True)
class Method:
    """One callable row of a method table: null for a wrong number or kind of arguments."""

    fn: Callable[..., object]
    arities: frozenset[int]

    def __call__(self, budget: Budget, value: object, *arguments: object) -> object:
        """What the Java method would return; `""` where it is void, None where it is null.

        Raises MethodFailed where Java's method throws, BudgetExceeded when it would grow too much.
        """
        if len(arguments) not in self.arities:
            return None
        if value.__class__ is str and len(value) > _SHORT:
            # Whatever the method does, it may copy the text or compare all of it.
            budget.charge_work(len(value) >> 7)
        try:
            return self.fn(budget, value, *arguments)
        except Unmatched:
            return None


Table = dict[str, Method]


def method(fn: Callable[..., object], *arities: int | Iterable[int]) -> Method:
    """A row; without arities it takes no arguments."""
    counts: set[int] = set()
    for arity in arities or (0,):
        counts.update((arity,) if isinstance(arity, int) else arity)
    return Method(fn, frozenset(counts))


def charge_elements(budget: Budget, count: int) -> None:
    """Pay for so many elements looked at by Python, each some ten times dearer than a character."""
    budget.charge_work(_ELEMENT * count)


def check_room(budget: Budget, length: int) -> None:
    """Refuse a text of this length when it is too long, without paying for it.

    For texts that grow piece by piece: asking for the whole at every piece is paid quadratically.
    """
    if length > budget.limits.string:
        budget.check_string(length)
