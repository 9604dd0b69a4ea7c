"""What became of one message, in the four words that every channel answers with.

Four and not two, because "no" is three different things for the ledger: never try again, try
again later, and *do not dare to try again*.
"""

from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """The fate of one message at the moment of hand-over."""

    ACCEPTED = "ACCEPTED"
    """The other side answers for it now."""

    REFUSED = "REFUSED"
    """It will not be taken, now or later."""

    DEFERRED = "DEFERRED"
    """It was certainly not taken; try again later."""

    UNKNOWN = "UNKNOWN"
    """It was sent whole and the answer was lost: it may have arrived."""


class Receipt(NamedTuple):
    """The answer for one message.

    `code` is the provider's (SMTP: 250, 451, 550…), 0 where the words are ours because no server
    spoke. `text` is one line, fit to be shown.  `reference` is the provider's own name for the
    message, by which its delivery report will speak of it; `kind` is what the channel already
    knows the answer to mean (a word of `outcomes.Kind`).
    """

    status: Status
    code: int = 0
    text: str = ""
    reference: str = ""
    kind: str = ""
