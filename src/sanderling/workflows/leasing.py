"""Who steps the runs of which bucket.

A lease is a random name on the bucket's row.  Every group of runs is moved in a transaction that
first finds its own name there and holds the row: a stepper that was taken for dead moves nothing.
"""

import random
import uuid
from dataclasses import dataclass

from sanderling.postgres.statements import Statements, fetch_value

STATEMENTS = Statements(__package__)


class LeaseLost(Exception):
    """Another stepper has the bucket now."""


@dataclass(frozen=True)
class Lease:
    """A bucket in our hands."""

    bucket: int
    name: uuid.UUID


def take() -> Lease | None:
    """Lease a bucket that has due runs; None when there is none to be had."""
    due = [bucket for (bucket,) in STATEMENTS.rows("find_due_buckets")]
    random.shuffle(due)  # two steppers should rarely want the same one
    for bucket in due:
        lease = Lease(bucket, uuid.uuid4())
        if STATEMENTS.rows("lease_bucket", _params(lease)):
            return lease
    return None


def hold(lease: Lease) -> None:
    """Keep the bucket for longer, and its row till the transaction ends; raise LeaseLost."""
    if fetch_value(STATEMENTS["extend_lease"], _params(lease)) is None:
        raise LeaseLost


def release(lease: Lease) -> None:
    """Let go of the bucket."""
    STATEMENTS.run("release_bucket", _params(lease))


def _params(lease: Lease) -> dict[str, object]:
    return {"bucket": lease.bucket, "lease": lease.name}
