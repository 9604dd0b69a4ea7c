"""Segments by condition: kept, counted, looked at, said in words; and lists."""

from typing import Any

from sanderling.api.answering import EMPTY, Answer, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.persons import brief
from sanderling.api.shapes import Shape
from sanderling.api.times import stamp
from sanderling.contacts import lists
from sanderling.segments import counting, saving
from sanderling.segments.evaluating import parsed
from sanderling.segments.models import Segment


class SegmentBody(Shape):
    """A segment; ``condition`` is the tree that docs/design/segments.md describes."""

    name: str | None = None
    description: str | None = None
    condition: dict[str, Any] | None = None


class ListBody(Shape):
    """A list."""

    name: str | None = None


@operation("GET", "/v3/segments", summary="Segments by condition")
def list_segments(call: Call) -> list[dict[str, Any]]:
    """Return the segments by name."""
    return [_segment(one) for one in saving.segments_of(call.organisation_id)]


@operation("POST", "/v3/segments", summary="Add a segment")
def add_segment(call: Call, body: SegmentBody) -> dict[str, Any]:
    """Create a segment; a wrong condition is a 400 that names the places."""
    return _segment(_saved(call, body, None))


@operation("GET", "/v3/segments/{segment_id}", summary="Get a segment")
def get_segment(call: Call, segment_id: int) -> dict[str, Any]:
    """Return a segment with its condition."""
    return _segment(saving.get(call.organisation_id, segment_id))


@operation("PUT", "/v3/segments/{segment_id}", summary="Change a segment")
def change_segment(call: Call, segment_id: int, body: SegmentBody) -> dict[str, Any]:
    """Change a segment; members that are absent stay."""
    return _segment(_saved(call, body, saving.get(call.organisation_id, segment_id)))


@operation("DELETE", "/v3/segments/{segment_id}", summary="Delete a segment")
def delete_segment(call: Call, segment_id: int) -> Answer:
    """Delete a segment that nothing uses."""
    saving.delete(call.organisation_id, segment_id, by=call.actor)
    return EMPTY


@operation("POST", "/v3/segments/{segment_id}/count", summary="Count a segment anew")
def count_segment(call: Call, segment_id: int) -> dict[str, Any]:
    """Return how many people the segment has now."""
    return {"size": counting.recount(saving.get(call.organisation_id, segment_id))}


@operation("POST", "/v3/segments/preview", summary="Try a condition", writes=False)
def preview_condition(call: Call, body: SegmentBody) -> dict[str, Any]:
    """Return how many people a condition finds, and the first hundred of them."""
    condition = parsed(body.condition or {}, call.organisation)
    look = counting.look(condition, call.organisation)
    return {
        "total": look.total,
        "contacts": [brief(contact) for contact in look.people],
        "seconds": round(look.seconds, 3),
    }


@operation("POST", "/v3/lists", summary="Add a list")
def add_list(call: Call, body: ListBody) -> dict[str, Any]:
    """Create an empty list."""
    made = lists.create(call.organisation_id, body.name or "", by=call.actor)
    return {"id": made.pk, "name": made.name}


@operation("PUT", "/v3/lists/{list_id}", summary="Rename a list")
def rename_list(call: Call, list_id: int, body: ListBody) -> dict[str, Any]:
    """Give a list another name."""
    lists.rename(call.organisation_id, list_id, body.name or "", by=call.actor)
    return {"id": list_id, "name": (body.name or "").strip()}


@operation("DELETE", "/v3/lists/{list_id}", summary="Delete a list")
def delete_list(call: Call, list_id: int) -> Answer:
    """Delete a list; its contacts stay."""
    lists.delete(call.organisation_id, list_id, by=call.actor)
    return EMPTY


def _saved(call: Call, body: SegmentBody, stored: Segment | None) -> Segment:
    base = stored or Segment()
    return saving.save(
        call.organisation_id,
        name=base.name if body.name is None else body.name,
        condition=base.condition if body.condition is None else body.condition,
        description=base.description if body.description is None else body.description,
        segment_id=stored.pk if stored else None,
        by=call.actor,
    )


def _segment(segment: Segment) -> dict[str, Any]:
    return present(
        id=segment.pk,
        name=segment.name,
        description=segment.description or None,
        condition=segment.condition,
        size=segment.size,
        countedAt=stamp(segment.counted_at) if segment.counted_at else None,
    )
