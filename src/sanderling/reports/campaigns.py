"""One campaign in figures: the ledger says what left, the activities what people did with it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sanderling.activities import reading
from sanderling.activities.reading import Count
from sanderling.broadcasts.models import Broadcast
from sanderling.broadcasts.starting import origin_of
from sanderling.postgres.statements import Statements, fetch_dicts
from sanderling.sending.counting import Progress, progress_of

STATEMENTS = Statements(__package__)
PAGE = 100
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
FEW_DAYS = dt.timedelta(days=3)  # a curve by the hour stays readable so long


@dataclass(frozen=True)
class Figures:
    """Everything that the head of the report shows; rates are parts of what was delivered."""

    progress: Progress
    counts: Mapping[str, Count]
    orders: int
    revenue: Decimal

    @property
    def sent(self) -> int:
        """Messages that the channel accepted."""
        return self.progress.by_status["SENT"]

    def people(self, status: str) -> int:
        """People of whom this was told at least once."""
        return self.counts.get(status, Count()).people

    def rate(self, status: str) -> float:
        """The same as a percentage of the messages sent."""
        return 100 * self.people(status) / self.sent if self.sent else 0.0


def figures_of(broadcast: Broadcast) -> Figures:
    """Return the figures of a campaign as they are now."""
    params = {"organisation_id": broadcast.organisation_id, "broadcast_id": broadcast.pk}
    orders, revenue = STATEMENTS.rows("sum_revenue", params)[0]
    return Figures(
        progress=progress_of(broadcast.organisation_id, origin_of(broadcast)),
        counts=reading.counts_of_broadcast(broadcast.organisation_id, broadcast.pk),
        orders=orders,
        revenue=revenue,
    )


def by_time(broadcast: Broadcast, *, now: dt.datetime) -> list[tuple[dt.datetime, str, int]]:
    """Return (start of the step, status, people) of first openings and clicks."""
    age = now - (broadcast.started_at or now)
    step = HOUR if age < FEW_DAYS else DAY
    return reading.broadcast_by_time(broadcast.organisation_id, broadcast.pk, step=step)


def recipients(
    broadcast: Broadcast, *, status: str = "", after: int = 0, most: int = PAGE
) -> list[dict[str, Any]]:
    """Return a page of deliveries with their people, by delivery id."""
    return fetch_dicts(
        STATEMENTS["find_recipients"],
        {
            "organisation_id": broadcast.organisation_id,
            "broadcast_id": broadcast.pk,
            "status": status,
            "after": after,
            "most": most,
        },
    )
