"""Making a campaign: a message, the people, a name; nothing leaves yet."""

from collections.abc import Sequence
from typing import Any, cast

from django.db import transaction
from psycopg import sql

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.broadcasts.models import Broadcast, BroadcastStatus, PaceUnit
from sanderling.contacts.models import ContactList
from sanderling.lib.errors import Conflict, Invalid, NotFound
from sanderling.messages import writing
from sanderling.postgres.statements import fetch_value
from sanderling.segments.freezing import people_sql
from sanderling.segments.models import Segment

MOST_IN_A_UNIT = 100_000_000
COUNT = sql.SQL("SELECT count(*) FROM ({}) AS people")


def get(organisation_id: int, broadcast_id: int) -> Broadcast:
    """Return a campaign of this organisation."""
    found = (
        Broadcast.objects.filter(organisation_id=organisation_id, pk=broadcast_id)
        .select_related("message", "organisation")
        .first()
    )
    if found is None:
        raise NotFound("There is no such campaign.")
    return found


def broadcasts_of(
    organisation_id: int, *, before_id: int | None = None, limit: int = 50
) -> list[Broadcast]:
    """Return campaigns, newest first; ``before_id`` continues a page."""
    rows = Broadcast.objects.filter(organisation_id=organisation_id).select_related("message")
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return list(rows.order_by("-pk")[:limit])


def create(
    organisation_id: int,
    *,
    message_id: int,
    include: Sequence[int],
    exclude: Sequence[int] = (),
    name: str = "",
    batch_size: int | None = None,
    batch_unit: str = "",
    by: Actor,
) -> Broadcast:
    """Create a draft; without a name it is called like its message and its people.

    With ``batch_size`` it sends at most so many messages in a ``PaceUnit``.
    """
    require(by, Permission.SEND)
    if problems := _problems_of_pace(batch_size, batch_unit):
        raise Invalid(problems=problems)
    message = writing.get(organisation_id, message_id)
    groups = group_names(organisation_id, [*include, *exclude])
    if unknown := sorted({*include, *exclude} - set(groups)):
        words = ", ".join(map(str, unknown))
        raise Invalid(problems={"include": [f"There is no list or segment {words}."]})
    audience = ", ".join(groups[group] for group in include)
    broadcast = Broadcast.objects.create(
        organisation_id=organisation_id,
        name=(name.strip() or f"{message.name}: {audience}")[:1000],
        message=message,
        include=list(include),
        exclude=list(exclude),
        batch_size=batch_size,
        batch_unit=batch_unit if batch_size else "",
        created_by_id=by.user_id,
    )
    auditing.record(by, "broadcast.create", broadcast.pk, name=broadcast.name)
    return broadcast


def _problems_of_pace(batch_size: int | None, batch_unit: str) -> dict[str, list[str]]:
    if batch_size is not None and not 1 <= batch_size <= MOST_IN_A_UNIT:
        return {"batch_size": [f"Between 1 and {MOST_IN_A_UNIT}."]}
    if batch_size is not None and batch_unit not in PaceUnit.values:
        return {"batch_unit": [f"Choose of: {', '.join(PaceUnit.values)}."]}
    return {}


def delete(organisation_id: int, broadcast_id: int, *, by: Actor) -> None:
    """Delete a campaign that has not begun; what has been sent stays on record."""
    require(by, Permission.SEND)
    broadcast = get(organisation_id, broadcast_id)
    not_begun = [BroadcastStatus.DRAFT, BroadcastStatus.SCHEDULED, BroadcastStatus.UNCONFIRMED]
    gone, _ = Broadcast.objects.filter(
        organisation_id=organisation_id, pk=broadcast_id, status__in=not_begun
    ).delete()
    if not gone:
        raise Conflict(f"“{broadcast.name}” has begun and stays on record; it can be stopped.")
    auditing.record(by, "broadcast.delete", broadcast_id, name=broadcast.name)


def estimate(organisation_id: int, *, include: Sequence[int], exclude: Sequence[int] = ()) -> int:
    """Return how many people the lists and segments hold now, before consent and duplicates.

    Raises NotFound for an unknown list or segment, SourceUnavailable.
    """
    with transaction.atomic():
        people = people_sql(organisation_id, include=include, exclude=exclude)
        return int(fetch_value(COUNT.format(sql.SQL(cast("Any", people.sql))), people.params))


def group_names(organisation_id: int, ids: Sequence[int]) -> dict[int, str]:
    """Return the names of lists and segments by their ids."""
    names: dict[int, str] = {}
    for model in (ContactList, Segment):
        rows = model.objects.filter(organisation_id=organisation_id, pk__in=ids)
        names |= dict(rows.values_list("pk", "name"))
    return names


def groups_of(organisation_id: int) -> list[tuple[int, str]]:
    """Return every list and segment that a campaign may be sent to, by name."""
    names: list[tuple[int, str]] = []
    for model in (ContactList, Segment):
        rows = model.objects.filter(organisation_id=organisation_id)
        names += rows.values_list("pk", "name")
    return sorted(names, key=lambda group: group[1].casefold())
