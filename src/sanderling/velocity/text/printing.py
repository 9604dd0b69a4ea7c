"""Java's `toString` of every value a template can print.

Surprising: a collection that contains itself prints `(this Collection)`, as in Java, but here also
when the circle is longer than one step, where Java's stack overflows. And lists of lists that share
their parts can be exponentially long, so printing is charged while it goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

from sanderling.velocity.limits import Budget
from sanderling.velocity.values import COLLECTIONS, Cursor, Entry

PRINTERS: dict[type, Callable[[object, Budget], str]] = {}
"""How classes of the tools print themselves; each tool's file adds its own."""

_DEEPEST = 100
_PIECE = 6
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def java_string(value: object, budget: Budget | None = None) -> str:
    """The text Java prints for this value; null is `null`.

    Raises BudgetExceeded when the text would be longer than a string may be.
    """
    kind = value.__class__
    if kind is str:
        return value  # type: ignore[return-value]
    scalar = _SCALARS.get(kind)
    if scalar is not None:
        return scalar(value)
    return _Printer(budget or Budget()).text_of(value)


def java_double(value: float) -> str:
    """A double: plain from 0.001 up to 10,000,000, otherwise `d.dddE±n`; never without a point."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return _plain(value)
    # Java takes two digits at least, and of those the nearest: the smallest double is 4.9E-324.
    two_digits = f"{value:.1e}"
    shortest = two_digits if float(two_digits) == value else repr(value)
    sign, digits, exponent = Decimal(shortest).normalize().as_tuple()
    figures = "".join(map(str, digits))
    power = len(figures) - 1 + int(exponent)
    return f"{'-' * sign}{figures[0]}.{figures[1:] or '0'}E{power}"


def java_date(value: datetime) -> str:
    """`java.util.Date`: `Wed Sep 02 13:05:09 UTC 2020`; a time without a zone is taken as UTC."""
    moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    day = f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment.day:02d}"
    clock = f"{moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}"
    return f"{day} {clock} UTC {moment.year}"


def java_decimal(value: Decimal) -> str:
    """A BigDecimal keeps its scale; Python's and Java's rules for the exponent are the same."""
    return str(value)


def _plain(value: float) -> str:
    text = repr(value)
    if "e" not in text:
        return text
    return format(Decimal(text), "f")


def _integer(value: int) -> str:
    # Python refuses to print more than 4,300 digits; no budget lets a template make such numbers,
    # but a context may bring one.
    if value.bit_length() > 14_000:
        Budget().check_integer(value)
    return str(value)


_SCALARS: dict[type, Callable[..., str]] = {
    int: _integer,
    bool: lambda value: "true" if value else "false",
    float: java_double,
    Decimal: java_decimal,
    datetime: java_date,
    date: date.isoformat,
    type(None): lambda _: "null",
}


class _Printer:
    """Prints one nested value, remembering what it is inside of and how much it has written."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.pieces: list[str] = []
        self.size = 0
        self.inside: set[int] = set()

    def text_of(self, value: object) -> str:
        self.write(value)
        self.budget.charge_work(self.size + _PIECE * len(self.pieces))
        return "".join(self.pieces)

    def write(self, value: object) -> None:
        kind = value.__class__
        if kind is str:
            self.put(value)  # type: ignore[arg-type]
        elif kind in _SCALARS:
            self.put(_SCALARS[kind](value))
        elif kind is dict or kind in COLLECTIONS:
            self.enclose(value)
        elif kind is Entry:
            self.write_pair(value.key, value.value)  # type: ignore[attr-defined]
        elif kind in PRINTERS:
            self.put(PRINTERS[kind](value, self.budget))
        else:
            self.put("Iterator" if kind is Cursor else kind.__name__)

    def enclose(self, value: object) -> None:
        if id(value) in self.inside:
            self.put("(this Map)" if value.__class__ is dict else "(this Collection)")
            return
        if len(self.inside) >= _DEEPEST:
            self.budget.check_string(self.budget.limits.string + 1)
        self.inside.add(id(value))
        if value.__class__ is dict:
            self.write_map(value)
        else:
            self.write_elements(value)  # type: ignore[arg-type]
        self.inside.discard(id(value))

    def write_map(self, value: dict[object, object]) -> None:
        self.put("{")
        for index, (key, element) in enumerate(value.items()):
            if index:
                self.put(", ")
            self.write_pair(key, element)
        self.put("}")

    def write_elements(self, value: list[object]) -> None:
        self.put("[")
        for index, element in enumerate(value):
            if index:
                self.put(", ")
            self.write(element)
        self.put("]")

    def write_pair(self, key: object, value: object) -> None:
        self.write(key)
        self.put("=")
        self.write(value)

    def put(self, piece: str) -> None:
        self.pieces.append(piece)
        self.size += len(piece)
        if self.size > self.budget.limits.string:
            self.budget.check_string(self.size)
