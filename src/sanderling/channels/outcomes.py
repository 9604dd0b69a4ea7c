"""What a channel's answer means for the contact: gone, later, or against a rule.

Every channel has an ``outcomes`` of its own that translates the codes of its side into these.
"""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What to do about it."""

    DELIVERED = "DELIVERED"
    HARD_BOUNCE = "HARD_BOUNCE"
    """The address is no good: never write to it again."""
    SOFT_BOUNCE = "SOFT_BOUNCE"
    """The mailbox or the road is in trouble: try later."""
    SPAM = "SPAM"
    """This message or this sender is taken for spam: mend that first."""
    POLICY = "POLICY"
    """A rule of the receiver or of the mail server forbids it: mend the set-up."""
    UNKNOWN = "UNKNOWN"
    """It may have arrived; a person decides."""


class Outcome(NamedTuple):
    """An answer in one kind and one sentence; `enhanced` is its RFC 3463 code, or empty."""

    kind: Kind
    words: str
    enhanced: str = ""
