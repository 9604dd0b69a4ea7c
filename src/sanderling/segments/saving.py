"""Keep dynamic segments: create, change, copy, delete."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.lib.errors import Conflict, Invalid, NotFound
from sanderling.postgres.advisory import lock
from sanderling.segments.catalogue import Catalogue, SegmentEntry, catalogue_of
from sanderling.segments.compiling import tree_of_segment
from sanderling.segments.conditions import parse
from sanderling.segments.models import Segment
from sanderling.segments.nodes import Condition, Group, InSegment
from sanderling.segments.using import segments_with_group, users
from sanderling.segments.writing import written

LONGEST_NAME = 200


def get(organisation_id: int, segment_id: int) -> Segment:
    """Return a segment of this organisation."""
    found = (
        Segment.objects.filter(organisation_id=organisation_id, pk=segment_id)
        .select_related("organisation")
        .first()
    )
    if found is None:
        raise NotFound("There is no such segment.")
    return found


def segments_of(organisation_id: int) -> list[Segment]:
    """Return the organisation's dynamic segments by name."""
    return list(Segment.objects.filter(organisation_id=organisation_id).order_by("name"))


def save(
    organisation_id: int,
    *,
    name: str,
    condition: Any,
    description: str = "",
    segment_id: int | None = None,
    by: Actor,
) -> Segment:
    """Create a segment from the JSON of its condition, or change the one of ``segment_id``.

    Raises BadCondition with problems by path, Invalid for the name.
    """
    require(by, Permission.EDIT_SEGMENTS)
    with transaction.atomic():
        # One at a time, or two changes could close a circle that neither of them sees.
        lock(f"segments:saving:{organisation_id}")
        if segment_id is None:
            segment = Segment(organisation_id=organisation_id)
        else:
            segment = get(organisation_id, segment_id)
        tree = check(condition, catalogue_of(organisation_id), segment_id=segment_id)
        segment.name, segment.description = _named(name), description.strip()[:500]
        if segment.condition != written(tree):
            segment.size = segment.counted_at = None
        segment.condition = written(tree)
        _save(segment)
        verb = "segment.create" if segment_id is None else "segment.change"
        auditing.record(by, verb, segment.pk, name=segment.name)
    return segment


def copy(organisation_id: int, segment_id: int, *, by: Actor) -> Segment:
    """Return a new segment of the same condition."""
    original = get(organisation_id, segment_id)
    taken = set(
        Segment.objects.filter(organisation_id=organisation_id).values_list("name", flat=True)
    )
    names = (f"{original.name[:180]} ({n})" for n in range(2, len(taken) + 3))
    return save(
        organisation_id,
        name=next(name for name in names if name not in taken),
        condition=original.condition,
        description=original.description,
        by=by,
    )


def delete(organisation_id: int, segment_id: int, *, by: Actor) -> None:
    """Delete a segment; raise Conflict naming what still uses it."""
    require(by, Permission.EDIT_SEGMENTS)
    segment = get(organisation_id, segment_id)
    uses = [*segments_with_group(organisation_id, segment_id)]
    uses += users.of(organisation_id, segment_id)
    if uses:
        raise Conflict(f"“{segment.name}” is still used by: {', '.join(uses)}.")
    try:
        with transaction.atomic():
            segment.delete()
            auditing.record(by, "segment.delete", segment_id, name=segment.name)
    except ProtectedError as error:
        names = ", ".join(sorted(f"“{user}”" for user in error.protected_objects))
        raise Conflict(f"“{segment.name}” is still used by {names}.") from error


def check(document: Any, catalogue: Catalogue, *, segment_id: int | None = None) -> Condition:
    """Return the tree of a condition that may be saved; raise BadCondition, also for a circle."""
    condition = parse(document, catalogue)
    if segment_id is not None and segment_id in catalogue.segments:
        name = catalogue.segments[segment_id].name
        changed = {**catalogue.segments, segment_id: SegmentEntry(name, document)}
        catalogue = Catalogue(
            catalogue.fields, catalogue.lists, changed, catalogue.sources, catalogue.event_types
        )
    _descend(condition, catalogue, within=() if segment_id is None else (segment_id,))
    return condition


def _descend(condition: Condition, catalogue: Catalogue, *, within: tuple[int, ...]) -> None:
    match condition:
        case Group(_, parts):
            for part in parts:
                _descend(part, catalogue, within=within)
        case InSegment(segment_id):
            inner = tree_of_segment(segment_id, catalogue, within=within)
            _descend(inner, catalogue, within=(*within, segment_id))


def _named(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(problems={"name": [f"Give a name of at most {LONGEST_NAME} characters."]})
    if "\0" in name:
        raise Invalid(problems={"name": ["The name holds a character that is no character."]})
    return name


def _save(segment: Segment) -> None:
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError as error:
        raise Invalid(
            problems={"name": [f"There is already a segment named “{segment.name}”."]}
        ) from error
