"""What an HTTP answer means: taken, never, later, or nobody knows.

401, 402 and 403 speak of us and not of the message: it is put off without an answer of its own
(code 0), so that the whole gateway is held and its owner reads why, instead of thousands of
people losing the message.  After 500, 502 and 504 the provider may have the message all the same.
"""

import json
import re
from typing import Any

from sanderling.channels.http.calling import Answer
from sanderling.channels.http.describing import Description
from sanderling.channels.outcomes import Kind, Outcome
from sanderling.channels.receipts import Receipt, Status

ABOUT_US = {
    401: "The gateway does not accept the credentials.",
    402: "The account at the gateway is empty.",
    403: "The gateway does not let this account send.",
    407: "The gateway does not accept the credentials.",
}
LATER = frozenset({408, 425, 429, 503})
DOUBTFUL = frozenset({500, 502, 504})


def receipt_of(answer: Answer, description: Description) -> Receipt:
    """Read the provider's answer to one message."""
    said = parsed(answer.body)
    complaint = _line(at(said, description.error_at))
    text = complaint or _line(answer.body.decode("utf-8", "replace"))
    status = answer.status
    if 200 <= status < 300:
        return _taken(said, complaint, status, description)
    if status in ABOUT_US:
        return Receipt(Status.DEFERRED, 0, f"{ABOUT_US[status]} ({status} {text})")
    if status in LATER or (status >= 500 and description.is_idempotent):
        return Receipt(Status.DEFERRED, status, text)
    if status in DOUBTFUL:
        return Receipt(Status.UNKNOWN, status, text)
    if status >= 500:
        return Receipt(Status.DEFERRED, status, text)
    return Receipt(Status.REFUSED, status, text, kind=_kind(text, description))


def outcome_of(receipt: Receipt) -> Outcome:
    """Explain a receipt in a sentence."""
    match receipt.status:
        case Status.ACCEPTED:
            return Outcome(Kind.DELIVERED, "The gateway took the message.")
        case Status.UNKNOWN:
            return Outcome(
                Kind.UNKNOWN, "The message was sent, but no answer came: it may have arrived."
            )
        case Status.DEFERRED:
            words = receipt.text if not receipt.code else "The gateway asks to try again later."
            return Outcome(Kind.SOFT_BOUNCE, words)
    if receipt.kind == Kind.HARD_BOUNCE:
        return Outcome(Kind.HARD_BOUNCE, "Nobody can be reached at this address.")
    return Outcome(Kind.POLICY, "The gateway did not accept the message.")


def parsed(body: bytes) -> Any:
    """Return an answer's JSON; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def at(value: Any, path: str) -> Any:
    """Return what stands at a dotted path (``messages.0.id``); None where nothing does."""
    if not path:
        return None
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _taken(said: Any, complaint: str, status: int, description: Description) -> Receipt:
    reference = _line(at(said, description.id_at))
    if complaint and not reference:
        # "200 OK" with a complaint inside is a refusal all the same.
        kind = _kind(complaint, description)
        return Receipt(Status.REFUSED, status, complaint, kind=kind)
    return Receipt(Status.ACCEPTED, status, "", reference[:200])


def _kind(text: str, description: Description) -> str:
    found = any(
        re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.I) for word in description.dead
    )
    return Kind.HARD_BOUNCE.value if found else ""


def _line(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else " " for sign in text[:300]).strip()
