"""What FCM's answers mean (its ``FcmError`` codes)."""

from collections.abc import Mapping
from typing import Any

from sanderling.channels.http.calling import Answer
from sanderling.channels.http.outcomes import DOUBTFUL, LATER, at, parsed
from sanderling.channels.outcomes import Kind, Outcome
from sanderling.channels.receipts import Receipt, Status

GONE = frozenset({"UNREGISTERED", "SENDER_ID_MISMATCH"})
WORDS = {
    "UNREGISTERED": "The app is not installed any more.",
    "SENDER_ID_MISMATCH": "The token belongs to another Firebase project.",
    "INVALID_ARGUMENT": "Firebase does not take this message.",
    "THIRD_PARTY_AUTH_ERROR": "Firebase may not send to Apple: its APNs key is missing.",
}


def receipt_of(answer: Answer) -> Receipt:
    """Read the answer to one message."""
    said = parsed(answer.body)
    if answer.status == 200:
        return Receipt(Status.ACCEPTED, 200, "", str(at(said, "name") or "")[:200])
    code, text = _code(said), _line(at(said, "error.message"))
    if code in GONE or _blames_the_token(said):
        words = f"{code or 'INVALID_ARGUMENT'} {text}"
        return Receipt(Status.REFUSED, answer.status, words, kind=Kind.HARD_BOUNCE.value)
    if answer.status in (401, 403) or code == "THIRD_PARTY_AUTH_ERROR":
        words = WORDS.get(code, "Firebase does not accept the key file.")
        return Receipt(Status.DEFERRED, 0, f"{words} ({answer.status} {text})")
    if answer.status in LATER:
        return Receipt(Status.DEFERRED, answer.status, text)
    if answer.status in DOUBTFUL:
        return Receipt(Status.UNKNOWN, answer.status, text)
    status = Status.DEFERRED if answer.status > 500 else Status.REFUSED
    return Receipt(status, answer.status, f"{code} {text}".strip())


def outcome_of(receipt: Receipt) -> Outcome:
    """Explain a receipt in a sentence."""
    match receipt.status:
        case Status.ACCEPTED:
            return Outcome(Kind.DELIVERED, "Firebase took the message.")
        case Status.UNKNOWN:
            return Outcome(
                Kind.UNKNOWN, "The message was sent, but no answer came: it may have arrived."
            )
        case Status.DEFERRED:
            words = receipt.text if not receipt.code else "Firebase asks to try again later."
            return Outcome(Kind.SOFT_BOUNCE, words)
    kind = Kind.HARD_BOUNCE if receipt.kind == Kind.HARD_BOUNCE else Kind.POLICY
    code = receipt.text.partition(" ")[0]
    return Outcome(kind, WORDS.get(code, "Firebase does not take this message."))


def _code(said: Any) -> str:
    """Return FCM's own code, which stands in one of the details; else the status of the API."""
    for detail in at(said, "error.details") or []:
        if isinstance(detail, Mapping) and isinstance(detail.get("errorCode"), str):
            return str(detail["errorCode"])
    return str(at(said, "error.status") or "")


def _blames_the_token(said: Any) -> bool:
    for detail in at(said, "error.details") or []:
        fields = detail.get("fieldViolations") if isinstance(detail, Mapping) else None
        if isinstance(fields, list) and any(at(one, "field") == "message.token" for one in fields):
            return True
    return False


def _line(value: Any) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in str(value or "")[:300]).strip()
