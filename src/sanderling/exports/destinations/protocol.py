"""What every destination can do, whatever it is made of.

A run speaks only these verbs.  What differs between kinds is data (names, types, form of the
rows: ``Dialect``) or lies behind a verb (how rows and place are kept in step).
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from sanderling.connectors.drivers.chunks import Blocks, Chunk, Counts, Place, Written
from sanderling.connectors.models import Connector
from sanderling.exports.analysis.views import View
from sanderling.exports.datasets.columns import Dataset, Dialect, Manner
from sanderling.exports.models import Export, Interval, Rhythm


@dataclass(frozen=True)
class Sum:
    """Rows of a day, and the sum of their checksums."""

    rows: int = 0
    checksum: int = 0


Sums = dict[dt.date | None, Sum]


@dataclass(frozen=True)
class Shape:
    """What of a table can be compared: its columns, and how long their texts may be."""

    names: tuple[str, ...]
    limits: Mapping[str, int] = field(default_factory=dict)


class Destination(Protocol):
    """An open way to the place that is written."""

    dialect: Dialect
    where: str  # which server and schema this is: ours no more when it changes
    most: Mapping[Manner, int]  # rows of a chunk, about
    begins_whole: bool  # a new table is made and filled by one chunk, however many rows

    def place(self, dataset: Dataset) -> Place | None:
        """Return where we stand with a table, or None when we never wrote it."""

    def has(self, dataset: Dataset) -> bool:
        """Return whether the table is there."""

    def begun(self, dataset: Dataset) -> int | None:
        """Return the end of a chunk that was begun and may have arrived: it must go again as it
        was, to be known again.  None where rows and place can never part.
        """

    def write(self, dataset: Dataset, chunk: Chunk) -> Written:
        """Write a chunk and our new place, or nothing at all.

        Raises Overtaken when somebody else has moved our place meanwhile, SourceUnavailable with
        plain words when the destination does not take it.
        """

    def remember(self, dataset: Dataset, *, before: Place, after: Place) -> None:
        """Move our place without writing rows."""

    def count(self, dataset: Dataset) -> int:
        """Return how many rows the table has."""

    def sweep(self, dataset: Dataset, keys: Blocks, *, before: Place, after: Place) -> int:
        """Delete the rows whose key does not come any more; return how many."""

    def sums(self, dataset: Dataset) -> tuple[Shape, Sums]:
        """Return counts and checksums by day (``summing`` says of what), and what they are over."""

    def views(self) -> Mapping[str, str]:
        """Return what the schema holds, by name, with comments: ours begin with ``MARK``."""

    def make_views(self, views: Sequence[View]) -> None:
        """Make these views anew, with their ``mark`` as comment; all or, where it can be, none."""

    def drop_views(self, names: Sequence[str]) -> None:
        """Drop these views."""

    def spent(self) -> Counts:
        """Return requests and bytes since the last time, where no chunk tells them."""


@dataclass(frozen=True)
class Kind:
    """What a run, a form and a check must know of a kind of destination.

    ``problems`` asks the server what would keep us from writing, each with what to run;
    ``schema_problem`` says what is wrong with a name, or "".  ``server`` are the columns of a
    connector by which two exports are known to write the same place.
    """

    dialect: Dialect
    opened: Callable[[Export], AbstractContextManager[Destination]]
    problems: Callable[[Connector, str, Sequence[str]], list[str]]
    schema_problem: Callable[[str], str]
    server: tuple[str, ...]
    schema: Callable[[Connector], str]  # where rows go when nothing else is said
    interval: Interval = Interval.DAY  # usual
    rhythm: Rhythm = Rhythm.NIGHT  # usual
