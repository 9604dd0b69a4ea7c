"""What one rendering may cost: the numbers, and the meter that counts against them.

All limits but the clock are deterministic: the same template and context fail at the same place on
every machine. Checks come before the work, on the size that the result *would* have, so that no
limit is found out by allocating what it forbids. Errors raised here carry no position; the runtime,
which knows where it is, adds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import NoReturn

from .errors import BudgetExceeded


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one rendering may use. Sizes of strings are in characters."""

    iterations: int = 100_000
    macro_calls: int = 10_000
    macro_depth: int = 20
    nesting: int = 10
    output: int = 5_000_000
    string: int = 1_000_000
    collection: int = 100_000
    digits: int = 100
    work: int = 20_000_000
    seconds: float = 5.0


DEFAULT_LIMITS = Limits()

# Every integer below 2**332 has at most 100 digits; comparing against it costs nothing for the
# numbers that templates really contain.
_SMALL_INTEGER = 1 << 63


class Budget:
    """The meter of one rendering. Cheap to make: one per message."""

    __slots__ = (
        "deadline",
        "depth",
        "iterations",
        "limits",
        "macro_calls",
        "macro_depth",
        "printed",
        "work",
    )

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self.iterations = 0
        self.macro_calls = 0
        self.macro_depth = 0
        self.depth = 0
        self.printed = 0
        self.work = 0
        self.deadline = monotonic() + limits.seconds

    def charge_iterations(self, count: int) -> None:
        """Pay for `count` rounds of a loop, all at once, before the first."""
        self.iterations += count
        if self.iterations > self.limits.iterations:
            _refuse(f"all loops together run more than {self.limits.iterations:,} rounds")
        self.check_time()

    def charge_work(self, amount: int) -> None:
        """Pay for characters or elements that a method walks over or copies.

        Without it, 100,000 rounds of a method over a string of a megabyte are within every other
        limit and take minutes.
        """
        self.work += amount
        if self.work > self.limits.work:
            _refuse("methods together walk over too much text or too many elements")

    def check_string(self, length: int) -> None:
        """Refuse to make a string of `length` characters when that is too long."""
        if length > self.limits.string:
            _refuse(f"a text is longer than {self.limits.string:,} characters")
        self.work += length
        if self.work > self.limits.work:
            _refuse("the template makes too much text that it does not print")

    def check_collection(self, size: int) -> None:
        """Refuse to make a list or map of `size` elements when that is too large."""
        if size > self.limits.collection:
            _refuse(f"a list or map has more than {self.limits.collection:,} elements")
        self.work += size
        if self.work > self.limits.work:
            _refuse("the template makes too many lists or maps")

    def check_integer(self, value: int) -> None:
        """Refuse a whole number of too many digits."""
        if -_SMALL_INTEGER <= value < _SMALL_INTEGER:
            return
        # 10 digits take 33.2 bits; the shift is exact enough at the border and cannot be slow.
        if value.bit_length() > self.limits.digits * 3.33:
            _refuse(f"a number has more than {self.limits.digits} digits")

    def check_output(self, length: int) -> None:
        """Refuse a message of `length` characters when that is too long."""
        if length > self.limits.output:
            _refuse(f"the message is longer than {self.limits.output:,} characters")

    def charge_printed(self, length: int) -> None:
        """Pay for a printed text that is not the value itself: a thousand of them add up.

        What is printed as it is takes no memory of its own until the message is joined.
        """
        self.printed += length
        self.check_output(self.printed)

    def check_time(self) -> None:
        """Refuse to go on after the deadline; asked at loop entry and macro call only."""
        if monotonic() > self.deadline:
            _refuse(f"the message took longer than {self.limits.seconds:g} seconds")


def _refuse(why: str) -> NoReturn:
    raise BudgetExceeded(f"This template costs too much: {why}.")
