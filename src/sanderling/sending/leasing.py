"""Who works on which batch.

A lease is a random name written on the batch.  Whoever finds another name there has been taken
for dead and stops; so a worker that only slept, however long, does no harm when it wakes.
"""

import contextlib
import datetime as dt
import logging
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from sanderling.postgres import outages
from sanderling.postgres.statements import Statements, fetch_value
from sanderling.sending.models import BatchStatus

STATEMENTS = Statements(__package__)
LOG = logging.getLogger(__name__)
HEARTBEAT = 30.0  # seconds; a quarter of the lease


class LeaseLost(Exception):
    """The batch was paused, stopped, or given to another worker."""


@dataclass(frozen=True)
class Lease:
    """A batch in our hands."""

    batch_id: int
    organisation_id: int
    content_id: int
    origin_kind: str
    origin_id: int
    attempts: int
    media_type: str
    name: uuid.UUID


def take() -> Lease | None:
    """Lease the next due batch; None when there is none."""
    name = uuid.uuid4()
    with transaction.atomic():
        rows = STATEMENTS.rows("lease_batch", {"lease": name})
        if not rows:
            return None
        *columns, has_pace, was_abandoned = rows[0]
        batch, organisation, content, kind, origin, attempts, media = columns
        lease = Lease(batch, organisation, content, kind, origin, attempts, media, name)
        if has_pace:
            STATEMENTS.run("postpone_turns", {"batch_id": batch})
        if was_abandoned:
            _doubt([lease.batch_id])
    return lease


def release(lease: Lease, *, not_before: dt.datetime | None = None, note: str = "") -> None:
    """Let go of the batch; what waits in it is due again, but not before the given time."""
    params = {
        "batch_id": lease.batch_id,
        "lease": lease.name,
        "not_before": not_before,
        "note": note,
    }
    if fetch_value(STATEMENTS["release_batch"], params) == BatchStatus.CANCELLED:
        STATEMENTS.run("cancel_rest", {"batch_id": lease.batch_id})


def give_up(lease: Lease, *, not_before: dt.datetime, note: str) -> None:
    """Let go of a batch after an accident: what was in our hands is in doubt."""
    with transaction.atomic():
        if _extend(lease):
            _doubt([lease.batch_id])
        release(lease, not_before=not_before, note=note)


def sweep() -> int:
    """Put in doubt what dead workers left in batches that nobody will take again."""
    with transaction.atomic():
        batches = [batch for (batch,) in STATEMENTS.rows("drop_dead_leases")]
        return _doubt(batches) if batches else 0


@contextlib.contextmanager
def kept_alive(lease: Lease) -> Iterator[None]:
    """Extend the lease from a thread of its own while the body runs.

    The body may wait ten minutes for one server's answer (RFC 5321, 4.5.3.2.6), far longer
    than a lease may last without a sign of life.
    """
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(lease, over), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat(lease: Lease, over: threading.Event) -> None:
    if over.wait(HEARTBEAT):
        return  # most batches are done before the first beat: no connection is opened
    try:
        while _extend(lease) and not over.wait(HEARTBEAT):
            pass
    except Exception as error:
        # Not for the body to fail on: without a beat the lease runs out, which is safe.
        outages.log(LOG, error, "Batch %s: the lease could not be extended.", lease.batch_id)
    finally:
        connection.close()


def _extend(lease: Lease) -> bool:
    params = {"batch_id": lease.batch_id, "lease": lease.name}
    return fetch_value(STATEMENTS["extend_lease"], params) is not None


def _doubt(batch_ids: list[int]) -> int:
    doubted = STATEMENTS.run("doubt_batch", {"batch_ids": batch_ids})
    if doubted:
        LOG.warning("Batches %s: %d deliveries are in doubt.", batch_ids, doubted)
    return doubted
