"""The dispatch loop: lease a batch, read it, render it, hand it over, write down what happened.

A chunk is what one death can put in doubt.  Everything that can fail without leaving the house
(reading, rendering, signing) is done before the chunk is marked HANDING; between the mark and
the receipts there is nothing but the conversation with the mail server.
"""

import contextlib
import datetime as dt
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import transaction
from django.utils import timezone

from sanderling.channels.receipts import Receipt, Status
from sanderling.lib.logs import traced
from sanderling.messages.models import Channel
from sanderling.postgres import outages
from sanderling.postgres.statements import Statements, fetch_dicts
from sanderling.sending import choosing, feeding, gateways, handing, leasing, receipting
from sanderling.sending.addressing import reach_of
from sanderling.sending.carriers import Carrier, carrier_of
from sanderling.sending.choosing import NotNow
from sanderling.sending.consent import heeds_wishes
from sanderling.sending.leasing import Lease, LeaseLost
from sanderling.sending.letters import Failure, Letter, Post, Row
from sanderling.sending.models import Gateway
from sanderling.sending.queueing import BATCH_SIZE
from sanderling.velocity import VelocityError

STATEMENTS = Statements(__package__)
LOG = logging.getLogger(__name__)
# What one death can put in doubt, and what is written back at once: 4 queries a chunk.
CHUNK = 300
LONGEST_WAIT = dt.timedelta(minutes=10)


class GatewayIsBusy(Exception):
    """The organisation's pace is used up, or nobody answers at its server."""


def dispatch_once() -> int:
    """Work on one batch; return 0 when there was nothing to do."""
    lease = leasing.take()
    if lease is None:
        return leasing.sweep()
    with (
        traced(organisation=lease.organisation_id, batch=lease.batch_id),
        leasing.kept_alive(lease),
    ):
        _work(lease)
    return 1


def _work(lease: Lease) -> None:
    try:
        _dispatch(lease, _post(lease))
    except (LeaseLost, GatewayIsBusy) as reason:
        leasing.release(lease)
        LOG.info("Left off: %s", reason)
    except NotNow as wait:
        leasing.release(lease, not_before=wait.until, note=wait.message)
        LOG.info("Held: %s", wait.message)
    except feeding.SourceIsDown as outage:
        leasing.release(lease, not_before=_later(lease), note=outage.message)
        LOG.warning("Held: %s", outage.message)
    except Exception as error:
        # Whatever it was, as much as a death: what was in our hands is in doubt.
        outages.log(LOG, error, "The batch could not be worked on.")
        note = "Something went wrong here; the log of the worker says what. It is tried again."
        leasing.give_up(lease, not_before=_later(lease), note=note)
    else:
        leasing.release(lease)


def _post(lease: Lease) -> Post:
    return carrier_of(lease.media_type).post.about(
        organisation_id=lease.organisation_id,
        content_id=lease.content_id,
        origin_kind=lease.origin_kind,
        origin_id=lease.origin_id,
    )


def _dispatch(lease: Lease, post: Post) -> None:
    chunk_size = _chunk_size(post.gateway)
    rows = _rows(lease, at_most=chunk_size if post.gateway.per_minute else BATCH_SIZE)
    if not rows:
        return
    try:
        given = feeding.data_of(post, rows)
    except feeding.SkipBatch as outage:
        _fail_all(lease, post, rows, "SOURCE_DOWN", outage.message, status="EXCLUDED")
    except VelocityError as error:
        _fail_all(lease, post, rows, "TEMPLATE", str(error))
    else:
        for made in _rendered_ahead(post, list(_chunks(rows, chunk_size)), given):
            _send_chunk(lease, post, made)


def _rows(lease: Lease, *, at_most: int) -> list[Row]:
    params = {"batch_id": lease.batch_id, "at_most": at_most}
    return fetch_dicts(STATEMENTS["read_batch"], params)


def _rendered_ahead(
    post: Post, chunks: Sequence[Sequence[Row]], given: Mapping[int, Mapping[str, Any]]
) -> Iterator[list[Letter | Failure]]:
    """Yield each chunk rendered, the next one being rendered meanwhile in another thread.

    Half of the time of a chunk is waiting, for the database and for the mail server.  The
    thread asks the database nothing: contents are compiled and the gateway is read before.
    """

    letters_of = _carrier(post).letters_of

    def render(rows: Sequence[Row]) -> list[Letter | Failure]:
        return list(letters_of(post, rows, data=given))

    with ThreadPoolExecutor(1, "rendering") as ahead:
        pending = ahead.submit(render, chunks[0])
        for rows in chunks[1:]:
            made, pending = pending.result(), ahead.submit(render, rows)
            yield made
        yield pending.result()


def _send_chunk(lease: Lease, post: Post, made: Sequence[Letter | Failure]) -> None:
    letters = [one for one in made if isinstance(one, Letter)]
    if failures := [one for one in made if isinstance(one, Failure)]:
        receipting.write_failures(post, failures, lease=lease)
    if not letters:
        return
    if not gateways.spend(post.gateway, len(letters)):
        raise GatewayIsBusy("the organisation's pace is used up for now")
    handed_at = timezone.now()
    leaving = _mark(lease, post, letters, handed_at)
    is_ours = gateways.is_capture(post.gateway) or choosing.stays_here(post.gateway)
    with transaction.atomic() if is_ours else contextlib.nullcontext():
        receipts = list(hand_over(post, leaving))
        _write(post, receipts, handed_at)


def hand_over(post: Post, letters: Sequence[Letter]) -> Iterable[tuple[Letter, Receipt]]:
    """Yield each letter with its receipt, in any order."""
    if gateways.is_capture(post.gateway):
        return handing.capture(post, letters)
    return _carrier(post).hand_over(post, letters)


def _mark(
    lease: Lease, post: Post, letters: Sequence[Letter], handed_at: dt.datetime
) -> list[Letter]:
    """Mark the letters as HANDING; return those that nobody has objected to since."""
    rows = STATEMENTS.rows(
        "mark_handing",
        {
            "batch_id": lease.batch_id,
            "lease": lease.name,
            "organisation_id": post.organisation_id,
            "categories": post.snapshot["categories"],
            "heeds_wishes": heeds_wishes(post.origin_kind),
            "is_mail": post.snapshot["channel"] == Channel.EMAIL,
            "suppressed_as": reach_of(post.snapshot["channel"]).suppressed_as,
            "contact_ids": [letter.contact_id for letter in letters],
            "delivery_ids": [letter.delivery_id for letter in letters],
            "addresses": [letter.recipient for letter in letters],
            "handed_at": handed_at,
        },
    )
    if not rows:
        raise LeaseLost("the batch was paused, stopped or given to another worker")
    leaving = {delivery for delivery, status in rows if status == "HANDING"}
    return [letter for letter in letters if letter.delivery_id in leaving]


def _write(post: Post, receipts: Sequence[tuple[Letter, Receipt]], handed_at: dt.datetime) -> None:
    silent = [receipt for _, receipt in receipts if _is_silence(receipt)]
    anybody = len(silent) < len(receipts)
    explain = _carrier(post).outcome_of
    verdicts = [
        receipting.verdict_on(letter, receipt, anybody_answered=anybody, explain=explain)
        for letter, receipt in receipts
    ]
    receipting.write(post, verdicts, handed_at=handed_at)
    if anybody:
        gateways.answered(post.gateway)
    elif silent:
        gateways.hold(post.gateway, silent[0].text)
        raise GatewayIsBusy(silent[0].text)


def _carrier(post: Post) -> Carrier:
    return carrier_of(post.snapshot["channel"])


def _is_silence(receipt: Receipt) -> bool:
    return receipt.status is Status.DEFERRED and not receipt.code


def _fail_all(
    lease: Lease,
    post: Post,
    rows: Sequence[Row],
    reason: str,
    description: str,
    *,
    status: str = "FAILED",
) -> None:
    failures = [Failure(row, reason, description, status) for row in rows]
    receipting.write_failures(post, failures, lease=lease)


def _chunk_size(gateway: Gateway) -> int:
    """Return how many leave together: with a pace, what it allows in ten seconds."""
    if not gateway.per_minute:
        return CHUNK
    return max(1, min(CHUNK, gateway.per_minute // 6))


def _chunks(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _later(lease: Lease) -> dt.datetime:
    """Return when to try again: after 15 seconds, then twice as long each time."""
    return timezone.now() + min(
        LONGEST_WAIT, dt.timedelta(seconds=15 * 2 ** min(lease.attempts - 1, 6))
    )
