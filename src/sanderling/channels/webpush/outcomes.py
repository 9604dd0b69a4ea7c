"""What a push service's answer means (RFC 8030 7.2 and 8.4)."""

from sanderling.channels.http.calling import Answer
from sanderling.channels.outcomes import Kind, Outcome
from sanderling.channels.receipts import Receipt, Status

GONE = frozenset({404, 410})
LATER = frozenset({408, 425, 429})


def receipt_of(answer: Answer) -> Receipt:
    """Read the answer to one message."""
    status = answer.status
    text = " ".join(answer.body.decode("utf-8", "replace").split())[:300]
    if 200 <= status < 300:
        return Receipt(Status.ACCEPTED, status, text)
    if status in GONE:
        return Receipt(Status.REFUSED, status, text, kind=Kind.HARD_BOUNCE)
    if status in LATER or status >= 500:
        return Receipt(Status.DEFERRED, status, text)
    return Receipt(Status.REFUSED, status, text, kind=Kind.POLICY)


def outcome_of(receipt: Receipt) -> Outcome:
    """Explain a receipt in a sentence."""
    if receipt.status is Status.ACCEPTED:
        return Outcome(Kind.DELIVERED, "The push service took the message.")
    if receipt.status is Status.UNKNOWN:
        return Outcome(Kind.UNKNOWN, "No answer came: the message may have arrived.")
    if receipt.status is Status.DEFERRED:
        words = "The push service does not answer, or asks to try again later."
        return Outcome(Kind.SOFT_BOUNCE, words)
    if receipt.kind == Kind.HARD_BOUNCE:
        return Outcome(Kind.HARD_BOUNCE, "The browser has ended its subscription.")
    return Outcome(Kind.POLICY, "The push service did not accept the message.")
