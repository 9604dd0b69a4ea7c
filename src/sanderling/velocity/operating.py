"""The operators of the language, its literals of lists, maps and ranges, and what loops walk over.

Both back ends call these; `calculating` has the rules for bare numbers, here is what becomes of
null, of text beside a number, and of what fails.
"""

from __future__ import annotations

from collections.abc import Iterable

from . import calculating
from .calculating import ORDERINGS, calculate, compare, number_of, same
from .errors import BudgetExceeded, MethodFailed, RenderError
from .running import Rendering, Site, placed
from .text import java_string
from .values import elements_of

ARITHMETIC = frozenset("+-*/%")
SHORT_LOOP = 100
"""Loops this short are counted without looking at the clock."""


def concatenated(
    run: Rendering, left: object, right: object, sources: tuple[str | None, str | None], site: Site
) -> str:
    """`left + right` when one is a text: a null side contributes its source."""
    if (left is None and sources[0] is None) or (right is None and sources[1] is None):
        run.failed("a side of '+' is null", site)
    first = _piece(run, left, sources[0])
    second = _piece(run, right, sources[1])
    try:
        run.budget.check_string(len(first) + len(second))
    except BudgetExceeded as error:
        raise placed(error, site) from None
    return first + second


def _piece(run: Rendering, value: object, source: str | None) -> str:
    if value is None:
        return source or ""
    return value if value.__class__ is str else java_string(value, run.budget)


def operate(
    run: Rendering,
    operator: str,
    left: object,
    right: object,
    sources: tuple[str | None, str | None],
    site: Site,
) -> object:
    """`left operator right`, for arithmetic and comparison.

    `sources` are the texts of the operands where they are references or texts: the original falls
    over when it wants to report an operand that is neither, and strict mode follows it.
    """
    try:
        if operator in ORDERINGS:
            return _ordered(run, operator, left, right, sources, site)
        if operator in ("==", "!="):
            equal = same(left, right, run.budget, numeric_strings=run.options.numeric_strings)
            return equal is (operator == "==")
        if operator == "+" and (left.__class__ is str or right.__class__ is str):
            return concatenated(run, left, right, sources, site)
        return _calculated(run, operator, left, right, sources, site)
    except MethodFailed as error:
        run.failed(f"'{operator}' failed: {error}", site)
    except BudgetExceeded as error:
        raise placed(error, site) from None
    return None


def _calculated(
    run: Rendering,
    operator: str,
    left: object,
    right: object,
    sources: tuple[str | None, str | None],
    site: Site,
) -> object:
    numeric_strings = run.options.numeric_strings
    first = number_of(left, numeric_strings=numeric_strings)
    second = number_of(right, numeric_strings=numeric_strings)
    if first is None or second is None:
        side = sources[0] if first is None else sources[1]
        _no_number(run, operator, side, site)
        return None
    result = calculate(operator, first, second, run.budget)
    if result is None:
        if run.options.strict_math:
            raise site.error(RenderError, "A number is divided by zero.")
        run.warn("a number is divided by zero", site)
    return result


def _no_number(run: Rendering, operator: str, source: str | None, site: Site) -> None:
    if run.options.strict_math:
        raise site.error(RenderError, f"A side of '{operator}' is null or no number.")
    if source is None:
        run.failed(f"a side of '{operator}' is no number", site)
    else:
        run.warn(f"a side of '{operator}' is null or no number: {source}", site)


def _ordered(
    run: Rendering,
    operator: str,
    left: object,
    right: object,
    sources: tuple[str | None, str | None],
    site: Site,
) -> bool:
    if (left is None or right is None) and sources[0 if left is None else 1] is None:
        run.failed(f"a side of '{operator}' is null", site)
        return False
    order = compare(left, right, numeric_strings=run.options.numeric_strings)
    if order is not None:
        return ORDERINGS[operator](order)
    if run.options.strict_references:
        raise site.error(RenderError, f"'{operator}' compares a value that is null or no number.")
    return False


def negated(run: Rendering, value: object, source: str | None, site: Site) -> object:
    """`-value`."""
    number = number_of(value, numeric_strings=run.options.numeric_strings)
    if number is not None:
        return calculating.negative(number)
    if run.options.strict_math:
        raise site.error(RenderError, "'-' stands before a value that is null or no number.")
    if source is None:
        run.failed("'-' stands before a value that is null or no number", site)
    return None


def is_true(run: Rendering, value: object) -> bool:
    """What `#if` asks: not null, not false, and not empty or zero unless that check is off."""
    if run.options.empty_check:
        return bool(value)
    return value is not None and value is not False


def range_of(run: Rendering, first: object, last: object, site: Site) -> object:
    """`[first..last]` in either direction; null when a bound is no number."""
    start, end = number_of(first), number_of(last)
    if start is None or end is None:
        run.warn("a bound of the range is null or no number", site)
        return None
    low, high = int(start), int(end)
    numbers = range(low, high + 1) if low <= high else range(low, high - 1, -1)
    return numbers if run.options.fixed_ranges else _listed(run, numbers, site)


def _listed(run: Rendering, numbers: range, site: Site) -> list[int]:
    try:
        run.budget.check_collection(_size(numbers))
    except BudgetExceeded as error:
        raise placed(error, site) from None
    return list(numbers)


def map_of(run: Rendering, pairs: list[tuple[object, object]], site: Site) -> dict[object, object]:
    """`{key: value}`; a key that is a list or a map is refused, since it could change later."""
    result: dict[object, object] = {}
    for key, value in pairs:
        if key.__class__ in (list, dict):
            run.failed("a list or a map cannot be a key of a map", site)
        else:
            result[key] = value
    return result


# Loops


def loop_over(
    run: Rendering, value: object, breaks: bool, site: Site, copies: bool = True
) -> tuple[Iterable[object], int]:
    """The elements of a loop and their number, paid for.

    `copies` when the body may change the list; `breaks` when it may leave early.
    """
    if value.__class__ is list and not copies and run.options.max_loops is None:
        size = len(value)
        if size < SHORT_LOOP:
            run.budget.iterations += size
            if run.budget.iterations <= run.budget.limits.iterations:
                return value, size
    elements = elements_of(value)
    if elements is None:
        if value is not None and run.options.strict_references:
            raise site.error(RenderError, "'#foreach' needs a list, a map or a range.")
        return (), 0
    size = _size(elements)
    if run.options.max_loops is not None and size > run.options.max_loops:
        size = run.options.max_loops
        elements = _first(elements, size)
    try:
        if breaks and size > run.budget.limits.iterations:
            return _metered(run, elements, site), size
        run.budget.charge_iterations(size)
    except BudgetExceeded as error:
        raise placed(error, site) from None
    return (elements if elements.__class__ is range or not copies else list(elements)), size


def _size(elements: Iterable[object]) -> int:
    if elements.__class__ is range:
        # len() of a range beyond 64 bits raises OverflowError.
        bounds: range = elements
        return abs(bounds.stop - bounds.start)
    return len(elements)  # type: ignore[arg-type]


def _first(elements: Iterable[object], size: int) -> Iterable[object]:
    return elements[:size] if elements.__class__ is range else list(elements)[:size]


def _metered(run: Rendering, elements: Iterable[object], site: Site) -> Iterable[object]:
    # Paid round by round: a loop over a huge range is fine when it breaks off early.
    for element in elements:
        try:
            run.budget.charge_iterations(1)
        except BudgetExceeded as error:
            raise placed(error, site) from None
        yield element
