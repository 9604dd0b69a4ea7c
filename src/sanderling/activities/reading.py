"""What the facts say: of one contact in order of time, of one broadcast in numbers."""

import datetime as dt
from dataclasses import dataclass

from sanderling.activities.models import Activity
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)


@dataclass(frozen=True)
class Count:
    """How often something happened to the messages of a broadcast, and to how many people."""

    facts: int = 0
    people: int = 0


def timeline(
    organisation_id: int, contact_id: int, *, before_id: int | None = None, limit: int = 50
) -> list[Activity]:
    """Return the latest facts of a contact, newest first; ``before_id`` continues a page."""
    facts = Activity.objects.filter(organisation_id=organisation_id, contact_id=contact_id)
    if before_id is not None:
        facts = facts.filter(id__lt=before_id)
    return list(facts.order_by("-occurred_at", "-id")[:limit])


def of_delivery(organisation_id: int, contact_id: int, delivery_id: int) -> list[Activity]:
    """Return the facts of one delivery in order of time."""
    return list(
        Activity.objects.filter(
            organisation_id=organisation_id, contact_id=contact_id, delivery_id=delivery_id
        ).order_by("occurred_at", "id")
    )


def counts_of_broadcast(organisation_id: int, broadcast_id: int) -> dict[str, Count]:
    """Return for each status of the broadcast's facts how many there are and of how many people."""
    rows = STATEMENTS.rows(
        "count_broadcast", {"organisation_id": organisation_id, "broadcast_id": broadcast_id}
    )
    return {status: Count(facts, people) for status, facts, people in rows}


def broadcast_by_time(
    organisation_id: int, broadcast_id: int, *, step: dt.timedelta
) -> list[tuple[dt.datetime, str, int]]:
    """Return (start of the step, status, people) for first openings and clicks, by time."""
    rows = STATEMENTS.rows(
        "count_broadcast_by_time",
        {"organisation_id": organisation_id, "broadcast_id": broadcast_id, "step": step},
    )
    return [(at, status, people) for at, status, people in rows]


def links_of_broadcast(
    organisation_id: int, broadcast_id: int, *, limit: int = 100
) -> list[tuple[str, int, int]]:
    """Return (link, clicks, people) of the broadcast, the most clicked first."""
    rows = STATEMENTS.rows(
        "count_links",
        {"organisation_id": organisation_id, "broadcast_id": broadcast_id, "limit": limit},
    )
    return [(link, clicks, people) for link, clicks, people in rows]
