"""Web push: a message sealed for one browser, handed to the push service that the browser named.

RFC 8030 is the hand-over, RFC 8291 the sealing (the push service cannot read it), RFC 8292 our
name: a signed token that says which key the browser subscribed with.
"""

from sanderling.channels.webpush.outcomes import outcome_of, receipt_of
from sanderling.channels.webpush.pushing import Outgoing, Sender
from sanderling.channels.webpush.sealing import LARGEST, Subscription, sealed
from sanderling.channels.webpush.signing import Signer

__all__ = [
    "LARGEST",
    "Outgoing",
    "Sender",
    "Signer",
    "Subscription",
    "outcome_of",
    "receipt_of",
    "sealed",
]
