"""What a run came to, over all its datasets."""

import datetime as dt
from dataclasses import dataclass

from sanderling.exports.models import Run


@dataclass(frozen=True)
class Totals:
    """Sums of a run, and how old the rows were over there when it ended.

    ``lag`` is the age of the moment before which every committed change had arrived, in the
    dataset that was furthest behind; None while one of them never arrived.
    """

    rows: int
    bytes: int
    duration: dt.timedelta | None
    lag: dt.timedelta | None


def totals_of(run: Run) -> Totals:
    """Return the totals of a run whose datasets were prefetched."""
    parts = list(run.datasets.all())
    moments = [part.fresh_at for part in parts if part.fresh_at is not None]
    is_known = run.finished_at is not None and bool(parts) and len(moments) == len(parts)
    return Totals(
        rows=sum(part.rows_written + part.rows_deleted for part in parts),
        bytes=sum(part.bytes_sent for part in parts),
        duration=run.finished_at - run.started_at if run.finished_at else None,
        lag=run.finished_at - min(moments) if run.finished_at and is_known else None,
    )
