"""Who must not be written to, by the kind of message.

A broadcast and a workflow speak for the sender: they heed unsubscribing, the wait for a double
opt-in, and the categories of the message.  A message that a program sends to one person (API) or
that the system sends (a password) answers something the person did, so these wishes do not hold
it back; a dead address, a complaint and a manual block always do.
"""

from sanderling.sending.models import OriginKind

HEED_WISHES = frozenset({OriginKind.BROADCAST, OriginKind.WORKFLOW})


def heeds_wishes(origin_kind: str) -> bool:
    """Whether unsubscribing and categories count for messages of this origin."""
    return origin_kind in HEED_WISHES
