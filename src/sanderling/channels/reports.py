"""What becomes of a message after the provider took it: the words of its delivery reports.

A provider that takes a message only promises to try.  What happened is said later, by a call to
an address of ours or in the open connection, perhaps twice and perhaps in the wrong order.
"""

from enum import StrEnum
from typing import NamedTuple


class Fate(StrEnum):
    """What a report says, in the words that every channel shares."""

    UNDERWAY = "UNDERWAY"
    """Taken, queued, sent on: nothing that is not known already."""

    DELIVERED = "DELIVERED"
    READ = "READ"
    CLICKED = "CLICKED"

    UNDELIVERED = "UNDELIVERED"
    """It did not arrive and will not."""

    EXPIRED = "EXPIRED"
    """The phone was off for longer than the message lived."""

    UNKNOWN_USER = "UNKNOWN_USER"
    """There is nobody with this number in this channel."""

    NO_MONEY = "NO_MONEY"
    """The account at the provider is empty."""


FAILED = frozenset({Fate.UNDELIVERED, Fate.EXPIRED, Fate.UNKNOWN_USER, Fate.NO_MONEY})


class Report(NamedTuple):
    """One report: about which message, by the provider's name for it or by our own.

    `text` is the provider's words or code, one line, fit to be shown.
    """

    fate: Fate
    reference: str = ""
    key: str = ""
    text: str = ""
