"""A plot of calls and errors per hour, as an SVG of rectangles: it needs no script."""

from collections.abc import Sequence
from dataclasses import dataclass

from sanderling.accounts.calls import Hour

STEP = 12  # pixels from bar to bar
HEIGHT = 80


@dataclass(frozen=True, slots=True)
class Bar:
    """An hour: a bar for its calls, and within it one for its errors."""

    hour: Hour
    x: int
    height: int
    errors_height: int

    @property
    def y(self) -> int:
        """Return where the bar of the calls begins, from above."""
        return HEIGHT - self.height

    @property
    def errors_y(self) -> int:
        """Return where the bar of the errors begins."""
        return HEIGHT - self.errors_height


@dataclass(frozen=True, slots=True)
class Plot:
    """The bars, and what they add up to."""

    bars: list[Bar]
    width: int
    calls: int
    errors: int
    most: int
    height: int = HEIGHT

    @property
    def first(self) -> Hour:
        """Return the hour at the left end of the axis."""
        return self.bars[0].hour

    @property
    def last(self) -> Hour:
        """Return the hour at the right end of the axis."""
        return self.bars[-1].hour


def plot_of(hours: Sequence[Hour]) -> Plot:
    """Return the plot of some hours; the highest bar fills it."""
    most = max((hour.calls for hour in hours), default=0)
    bars = [
        Bar(hour, at * STEP, _pixels(hour.calls, most), _pixels(hour.errors, most))
        for at, hour in enumerate(hours)
    ]
    return Plot(
        bars,
        width=len(hours) * STEP,
        calls=sum(hour.calls for hour in hours),
        errors=sum(hour.errors for hour in hours),
        most=most,
    )


def _pixels(number: int, most: int) -> int:
    """Return a height; whatever is not nothing can be seen."""
    return max(2, round(number * HEIGHT / most)) if number else 0
