"""What is handed to any destination: rows of a window, and the place in our stream behind them.

All kinds of destinations speak of these; how rows and place are kept in step is each one's own.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sanderling.lib.errors import SanderlingError

Block = bytes | bytearray | memoryview
# Gives COPY data, in the form that the destination's dialect has, for the columns asked for.
Blocks = Callable[[Sequence[str]], Iterable[Block]]

# What a view of ours bears as its comment, followed by which text it was made of.
MARK = "Made by Sanderling; changes are lost."


class Overtaken(SanderlingError):
    """Another worker has gone on with this table; nothing was written."""

    status = 409
    code = "overtaken"


@dataclass
class Counts:
    """Rows that came, rows that were written because they differ, rows deleted, bytes sent.

    ``requests`` and ``billed`` bytes, where the destination counts and bills them.
    """

    read: int = 0
    written: int = 0
    deleted: int = 0
    bytes: int = 0
    requests: int = 0
    billed: int = 0


@dataclass(frozen=True)
class Place:
    """How far a table has been written, by whom, from where.

    ``low`` is a transaction id of *our* server: every change below it has arrived.  ``columns``
    are those that the table ever had from us: one of them that is missing was dropped by the
    customer.  ``is_adopted``: the table was there before us, so what we do not know in it is not
    ours to delete.
    """

    owner: str
    export: int
    source: str
    low: int
    columns: tuple[str, ...] = ()
    is_adopted: bool = False
    swept_at: datetime | None = None

    def knowing(self, names: Sequence[str], *, is_adopted: bool) -> "Place":
        """Return this place with the columns that were made by now."""
        known = tuple(dict.fromkeys((*self.columns, *names)))
        return replace(self, columns=known, is_adopted=is_adopted)


@dataclass(frozen=True)
class Forgetting:
    """Rows to delete: those with the keys that ``blocks`` gives."""

    columns: tuple[str, ...]
    blocks: Blocks


@dataclass(frozen=True)
class Chunk:
    """What arrives at once or not at all: from the place we stand at to the place after.

    ``low`` is where its window begins: other than ``before.low`` when all rows are sent again.
    """

    before: Place | None
    after: Place
    rows: Blocks
    low: int = 0
    parents: Blocks | None = None
    forgettings: tuple[Forgetting, ...] = ()
    empties: bool = False  # a full resend of rows without a key begins with an empty table


@dataclass
class Written:
    """What a chunk did; ``notes`` are sentences for a person."""

    counts: Counts = field(default_factory=Counts)
    notes: list[str] = field(default_factory=list)
    place: Place | None = None  # where we stand now
