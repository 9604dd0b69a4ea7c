"""What `$date.whenIs` and `$date.difference` give: `3 days ago`, `tomorrow`, `2 weeks`.

The words are English, as in the original's only word list.
"""

from __future__ import annotations

from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import to_bool, to_int
from sanderling.velocity.methods.method import Table, method

CURRENT, RELATIVE, DIFFERENCE = "current", "relative", "difference"

_UNITS = (
    ("year", "y", 365 * 86_400_000),
    ("month", "m", 30 * 86_400_000),
    ("week", "w", 7 * 86_400_000),
    ("day", "d", 86_400_000),
    ("hour", "h", 3_600_000),
    ("minute", "min", 60_000),
    ("second", "s", 1_000),
    ("millisecond", "ms", 1),
)
_SAME = {CURRENT: "now", RELATIVE: "same time", DIFFERENCE: "0 milliseconds"}
_SAME_SHORT = {CURRENT: "now", RELATIVE: "same", DIFFERENCE: "0 ms"}
_DIRECTIONS = {CURRENT: ("ago", "away"), RELATIVE: ("earlier", "later")}


class Comparison:
    """A span of time in milliseconds, and how it is to be said."""

    __slots__ = ("depth", "kind", "millis", "short")

    def __init__(self, millis: int, kind: str, *, depth: int = 1, short: bool = False) -> None:
        self.millis = millis
        self.kind = kind
        self.depth = depth
        self.short = short

    def changed(
        self, *, kind: str | None = None, depth: int | None = None, short: bool | None = None
    ) -> Comparison:
        """The same span, said in another way."""
        return Comparison(
            self.millis,
            kind or self.kind,
            depth=self.depth if depth is None else depth,
            short=self.short if short is None else short,
        )

    def units(self, unit: int) -> int:
        """How many whole units the span has, negative when it lies before."""
        count = abs(self.millis) // unit
        return -count if self.millis < 0 else count

    def text(self) -> str:
        """The span in words."""
        if not self.millis:
            return (_SAME_SHORT if self.short else _SAME)[self.kind]
        span = self._span()
        if self.kind == DIFFERENCE:
            return f"-{span}" if self.millis < 0 else span
        if self.kind == CURRENT and span == ("1 d" if self.short else "1 day"):
            return "yesterday" if self.millis < 0 else "tomorrow"
        return f"{span} {_DIRECTIONS[self.kind][self.millis > 0]}"

    def _span(self) -> str:
        words: list[str] = []
        rest = abs(self.millis)
        for name, short, unit in _UNITS:
            count, after = divmod(rest, unit)
            if count and len(words) < max(self.depth, 1):
                plural = "" if count == 1 else "s"
                words.append(f"{count} {short}" if self.short else f"{count} {name}{plural}")
                rest = after
        return " ".join(words)


def comparison_text(value: object, budget: Budget) -> str:
    """How a comparison prints."""
    assert isinstance(value, Comparison)
    return value.text()


COMPARISON_METHODS: Table = {
    "abbr": method(lambda budget, value, short: value.changed(short=to_bool(short)), 1),
    "depth": method(lambda budget, value, depth: value.changed(depth=to_int(depth)), 1),
    "getAbbr": method(lambda budget, value: value.changed(short=True)),
    "getFull": method(lambda budget, value: value.changed(depth=len(_UNITS))),
    "getDifference": method(lambda budget, value: value.changed(kind=DIFFERENCE)),
    "getRelative": method(lambda budget, value: value.changed(kind=RELATIVE)),
    "getYears": method(lambda budget, value: value.units(_UNITS[0][2])),
    "getMonths": method(lambda budget, value: value.units(_UNITS[1][2])),
    "getWeeks": method(lambda budget, value: value.units(_UNITS[2][2])),
    "getDays": method(lambda budget, value: value.units(_UNITS[3][2])),
    "getHours": method(lambda budget, value: value.units(_UNITS[4][2])),
    "getMinutes": method(lambda budget, value: value.units(_UNITS[5][2])),
    "getSeconds": method(lambda budget, value: value.units(_UNITS[6][2])),
    "getMilliseconds": method(lambda budget, value: value.millis),
    "toString": method(lambda budget, value: value.text()),
}
