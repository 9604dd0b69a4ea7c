"""One message to many people (api.md §5.8.7)."""

from typing import Any

from sanderling.api.answering import EMPTY, Answer, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Id, Page, Shape
from sanderling.api.times import local, moment_of
from sanderling.broadcasts import drafting, starting
from sanderling.broadcasts.models import Broadcast, PaceUnit
from sanderling.lib.errors import Invalid

LARGEST_PAGE = 500
USUAL_PAGE = 10
UNITS = PaceUnit.values


class NewBroadcast(Shape):
    """What is sent, to whom, when, and how many at most in a unit of time."""

    title: str | None = None
    message_id: Id | None = None
    groups: list[Id] | None = None
    excluded_groups: list[Id] | None = None
    start_date: str | None = None
    batch_size: int | None = None
    batch_interval_unit: str | None = None


@operation("POST", "/v1/broadcast", summary="Create a broadcast")
def create_broadcast(call: Call, body: NewBroadcast) -> dict[str, Any]:
    """Create a broadcast and open it, now or at its time."""
    if body.message_id is None:
        raise Invalid("messageId must be specified.")
    if not body.groups:
        raise Invalid("groups must be specified.")
    unit = body.batch_interval_unit
    if unit not in UNITS and (unit is not None or body.batch_size is not None):
        raise Invalid(f"batchIntervalUnit must be one of {', '.join(UNITS)}.")
    if body.batch_size is not None and not 1 <= body.batch_size <= drafting.MOST_IN_A_UNIT:
        raise Invalid(f"batchSize lies between 1 and {drafting.MOST_IN_A_UNIT}.")
    broadcast = drafting.create(
        call.organisation_id,
        message_id=body.message_id,
        include=body.groups,
        exclude=body.excluded_groups or [],
        name=body.title or "",
        batch_size=body.batch_size,
        batch_unit=unit or "",
        by=call.actor,
    )
    if body.start_date:
        at = moment_of(body.start_date, call.organisation.zone)
        starting.schedule(broadcast, at, by=call.actor)
    else:
        starting.start(broadcast, by=call.actor)
    return _view(call, broadcast)


@operation("GET", "/v1/broadcast/{broadcast_id}", summary="Get a broadcast")
def get_broadcast(call: Call, broadcast_id: int) -> dict[str, Any]:
    """Return a broadcast."""
    return _view(call, drafting.get(call.organisation_id, broadcast_id))


@operation("GET", "/v1/broadcasts", summary="Search broadcasts")
def search_broadcasts(call: Call, query: Page) -> list[dict[str, Any]]:
    """Return a page of broadcasts, newest first."""
    rows = Broadcast.objects.filter(organisation_id=call.organisation_id).order_by("-pk")
    window = query.window(most=LARGEST_PAGE, usual=USUAL_PAGE)
    return [_view(call, broadcast) for broadcast in rows[window]]


@operation("DELETE", "/v1/broadcast/{broadcast_id}", summary="Cancel a scheduled broadcast")
def cancel_broadcast(call: Call, broadcast_id: int) -> Answer:
    """Delete a broadcast that has not begun; one that has begun is a conflict."""
    drafting.delete(call.organisation_id, broadcast_id, by=call.actor)
    return EMPTY


def _view(call: Call, broadcast: Broadcast) -> dict[str, Any]:
    """Return the wire's view; its ids are strings, and its one group is the first (§5.8.7)."""
    at = broadcast.scheduled_at or broadcast.started_at or broadcast.created_at
    return present(
        broadcastId=str(broadcast.pk),
        title=broadcast.name,
        messageId=str(broadcast.message_id),
        groupId=str(broadcast.include[0]) if broadcast.include else None,
        startDate=local(at, call.organisation.zone),
        batchSize=broadcast.batch_size,
        batchIntervalUnit=broadcast.batch_unit or None,
    )
