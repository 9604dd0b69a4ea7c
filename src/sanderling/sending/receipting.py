"""What became of a chunk, written back: the ledger, the facts, and what a dead address means.

A receipt is turned into a ``Verdict`` on its delivery; the words are kept, because "why did she
not get it" is asked weeks later.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from sanderling.activities.models import ActivityStatus
from sanderling.activities.recording import NewActivity, record
from sanderling.channels.outcomes import Kind, Outcome
from sanderling.channels.receipts import Receipt, Status
from sanderling.messages.models import Channel
from sanderling.postgres.statements import Statements
from sanderling.sending import facts, falling_back, reporting
from sanderling.sending.carriers import carrier_of
from sanderling.sending.leasing import Lease, LeaseLost
from sanderling.sending.letters import Failure, Letter, Post
from sanderling.sending.models import DeliveryStatus
from sanderling.sending.queueing import Origin

STATEMENTS = Statements(__package__)
# A receiver that says "later" is asked for two days; greylisting wants some minutes.
BACK_OFF = tuple(dt.timedelta(minutes=m) for m in (2, 5, 15, 30, 60, 120, 240, 480, 720, 1200))
# Lines dropped without an answer: soon, and not for ever.
SOON = dt.timedelta(minutes=1)
Explain = Callable[[Receipt], Outcome]
FACTS: dict[str, tuple[ActivityStatus, ...]] = {
    DeliveryStatus.SENT: (ActivityStatus.SENT, ActivityStatus.DELIVERED),
    DeliveryStatus.REFUSED: (ActivityStatus.UNDELIVERED,),
    DeliveryStatus.FAILED: (ActivityStatus.UNDELIVERED,),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the ledger will say of one delivery."""

    letter: Letter
    status: str
    reason: str = ""
    description: str = ""
    attempts: int = 0  # to add
    due_at: dt.datetime | None = None
    reference: str = ""  # what the provider calls it


def verdict_on(
    letter: Letter, receipt: Receipt, *, anybody_answered: bool, explain: Explain
) -> Verdict:
    """Judge one receipt; ``explain`` is the channel's ``outcome_of``.

    Where nobody answered at all the gateway is in trouble, not the letter: it waits, and the
    attempt is not held against it.
    """
    match receipt.status:
        case Status.ACCEPTED:
            return Verdict(letter, DeliveryStatus.SENT, reference=receipt.reference)
        case Status.UNKNOWN:
            return Verdict(letter, DeliveryStatus.UNSURE, "NO_ANSWER", receipt.text)
        case Status.REFUSED:
            outcome = explain(receipt)
            words = _words(outcome.words, receipt)
            return Verdict(letter, DeliveryStatus.REFUSED, outcome.kind.value, words)
        case Status.DEFERRED if not receipt.code and not anybody_answered:
            return Verdict(letter, DeliveryStatus.WAITING, "", receipt.text)
        case _:
            return _again(letter, receipt, explain)


def write(post: Post, verdicts: Sequence[Verdict], *, handed_at: dt.datetime) -> None:
    """Write the verdicts and their activities, all or nothing."""
    with transaction.atomic():
        own = {
            "handed_at": handed_at,
            "gateway_id": _gateway_id(post),
            "is_final": not _awaits_report(post),
        }
        STATEMENTS.run("write_receipts", _columns(verdicts) | own)
        record(_activities(post, verdicts, handed_at))
        _bury_the_dead(post, verdicts)
        _fall_back(post, [one for one in verdicts if one.status == DeliveryStatus.REFUSED])
        if named := [verdict for verdict in verdicts if verdict.reference]:
            _remember(post, named)


def write_failures(post: Post, failures: Sequence[Failure], *, lease: Lease) -> None:
    """Write down deliveries that could not be made, and so were never handed over."""
    params = {
        "batch_id": lease.batch_id,
        "lease": lease.name,
        "contact_ids": [failure.row["contact_id"] for failure in failures],
        "delivery_ids": [failure.row["id"] for failure in failures],
        "statuses": [failure.status for failure in failures],
        "reasons": [failure.reason for failure in failures],
        "descriptions": [failure.description for failure in failures],
    }
    failed = [failure for failure in failures if failure.status == DeliveryStatus.FAILED]
    with transaction.atomic():
        if not STATEMENTS.run("fail_deliveries", params):
            raise LeaseLost("the batch was paused, stopped or given to another worker")
        record(_undelivered(post, failed))


def _again(letter: Letter, receipt: Receipt, explain: Explain) -> Verdict:
    outcome = explain(receipt)
    words = _words(outcome.words, receipt)
    if letter.attempts >= len(BACK_OFF):
        return Verdict(letter, DeliveryStatus.FAILED, "TOO_OFTEN", words, attempts=1)
    wait = BACK_OFF[letter.attempts] if receipt.code else SOON
    return Verdict(
        letter,
        DeliveryStatus.WAITING,
        "DEFERRED",
        words,
        attempts=1,
        due_at=timezone.now() + wait,
    )


def _words(words: str, receipt: Receipt) -> str:
    if not receipt.code:
        return words
    return f"{words} ({receipt.code} {receipt.text})"


def _columns(verdicts: Sequence[Verdict]) -> dict[str, list[object]]:
    return {
        "contact_ids": [verdict.letter.contact_id for verdict in verdicts],
        "delivery_ids": [verdict.letter.delivery_id for verdict in verdicts],
        "statuses": [str(verdict.status) for verdict in verdicts],
        "reasons": [verdict.reason for verdict in verdicts],
        "descriptions": [verdict.description for verdict in verdicts],
        "warnings": [verdict.letter.warnings for verdict in verdicts],
        "languages": [verdict.letter.language for verdict in verdicts],
        "attempts": [verdict.attempts for verdict in verdicts],
        "due_ats": [verdict.due_at for verdict in verdicts],
        "parts": [verdict.letter.parts for verdict in verdicts],
    }


def _activities(
    post: Post, verdicts: Iterable[Verdict], sent_at: dt.datetime
) -> Iterator[NewActivity]:
    """An acceptance is two facts where nobody will say more: sent, and delivered.

    SMTP never does (a bounce that comes back later is an UNDELIVERED beside them); where a
    provider reports, delivered is its report's to say.
    """
    awaits_report = _awaits_report(post)
    for verdict in verdicts:
        letter = verdict.letter
        own = facts.of_delivery(letter.row, origin_kind=post.origin_kind)
        for status in FACTS.get(verdict.status, ()):
            if awaits_report and status == ActivityStatus.DELIVERED:
                continue
            yield NewActivity(
                **post.facts,
                **own,
                status=status,
                occurred_at=sent_at,
                sent_at=sent_at,
                message_language=letter.language,
                view_url=letter.view_url,
                description=verdict.description,
            )


def _undelivered(post: Post, failures: Iterable[Failure]) -> Iterator[NewActivity]:
    now = timezone.now()
    for failure in failures:
        yield NewActivity(
            **post.facts,
            **facts.of_delivery(failure.row, origin_kind=post.origin_kind),
            status=ActivityStatus.UNDELIVERED,
            occurred_at=now,
            description=failure.description,
        )


def _bury_the_dead(post: Post, verdicts: Sequence[Verdict]) -> None:
    """Suppress addresses that do not exist.

    A server that refuses most of a chunk says something about us, whatever words it uses: then
    nobody loses an address over it (a relay that forbids everybody answers 550 as well).
    """
    dead = [verdict for verdict in verdicts if verdict.reason == Kind.HARD_BOUNCE]
    if len(dead) > max(1, len(verdicts) // 2):
        return
    bury = carrier_of(post.snapshot["channel"]).bury
    letters = [verdict.letter for verdict in dead]
    bury(post.organisation_id, {one.recipient: one.contact_id for one in letters})


def _fall_back(post: Post, refused: Sequence[Verdict]) -> None:
    if refused and post.snapshot["channel"] == Channel.VIBER:
        rows = [verdict.letter.row | {"language": verdict.letter.language} for verdict in refused]
        falling_back.fall_back(post.content_id, Origin(post.origin_kind, post.origin_id), rows)


def _awaits_report(post: Post) -> bool:
    return carrier_of(post.snapshot["channel"]).has_reports(post.gateway)


def _gateway_id(post: Post) -> int | None:
    return None if post.snapshot["channel"] == Channel.EMAIL else post.gateway.pk


def _remember(post: Post, verdicts: Sequence[Verdict]) -> None:
    """Keep what the provider calls each delivery, and settle reports that were faster than us."""
    reporting.remember(
        post.gateway,
        [(v.reference, v.letter.contact_id, v.letter.delivery_id) for v in verdicts],
    )
