"""The typed tree of a condition.

Leaves say what is asked, not how: ``compiling`` knows the SQL, ``describing`` the words.  All
are frozen, so that a leaf can be a key (equal conditions on a source are fetched once).
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sanderling.segments.kinds import Kind


@dataclass(frozen=True)
class Period:
    """A stretch of days named relative to today; ``n`` is of the counted ones."""

    name: str
    n: int = 0


@dataclass(frozen=True)
class Ago:
    """The day (or, with hours, the hour) that lies so far back."""

    n: int
    unit: str


Value = None | bool | str | Decimal | dt.date | Period | Ago | tuple["Value", ...]


@dataclass(frozen=True)
class Test:
    """An operator with its value, on values of one kind."""

    kind: Kind
    operator: str
    value: Value = None

    __test__ = False  # this is no test of pytest's


@dataclass(frozen=True)
class Group:
    """Several conditions, of which all, any or none hold."""

    kind: Literal["all", "any", "none"]
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """The negation of a leaf; only ``simplifying`` makes it."""

    part: "Condition"


@dataclass(frozen=True)
class ContactField:
    """A column of the contact, or "field:<id>" for an additional field."""

    field: str
    test: Test


@dataclass(frozen=True)
class InList:
    """The contact is in a list."""

    list_id: int


@dataclass(frozen=True)
class InSegment:
    """The contact is in another dynamic segment."""

    segment_id: int


@dataclass(frozen=True)
class ActivityWas:
    """When the contact was last sent something, got, opened or clicked it.

    With ``days`` (None: ever) it lies within these days; else ``test`` is asked of the last date.
    """

    activity: Literal["sent", "delivered", "opened", "clicked"]
    channel: str | None
    days: int | None = None
    test: Test | None = None


@dataclass(frozen=True)
class Parameter:
    """A test on one parameter of an event."""

    name: str
    test: Test


@dataclass(frozen=True)
class EventOccurred:
    """An event of a type happened, within so many days (None: ever), so many times."""

    type_key: str
    days: int | None = None
    where: tuple[Parameter, ...] = ()
    times: Test | None = None


@dataclass(frozen=True)
class OrdersAre:
    """An aggregate of the contact's orders."""

    aggregate: Literal["count", "total", "average", "last_date", "first_date"]
    test: Test
    days: int | None = None
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnTest:
    """A test on one column of the customer's table."""

    column: str
    test: Test


@dataclass(frozen=True)
class RowGroup:
    """Several tests that one row must pass: all of them, any, or none."""

    kind: Literal["all", "any", "none"]
    parts: tuple["RowCondition", ...]


RowCondition = ColumnTest | RowGroup


@dataclass(frozen=True)
class SourceRows:
    """The contact has a row in the customer's table that passes."""

    source_id: int
    where: RowCondition


Leaf = ContactField | InList | InSegment | ActivityWas | EventOccurred | OrdersAre | SourceRows
Condition = Group | Not | Leaf
