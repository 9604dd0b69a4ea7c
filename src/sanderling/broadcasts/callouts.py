"""What came of the campaigns of one channel, in figures."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from sanderling.broadcasts.drafting import group_names
from sanderling.broadcasts.models import Broadcast
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)


@dataclass(frozen=True, slots=True)
class Callout:
    """A campaign that began: its first segment, and how many messages went which way."""

    name: str
    group_id: int
    group_name: str
    started_at: dt.datetime
    sent: int
    delivered: int
    errors: int


def of_channel(organisation_id: int, channel: str) -> QuerySet[Broadcast]:
    """Return the campaigns of a channel that began, newest first."""
    ours = Broadcast.objects.filter(organisation_id=organisation_id, message__channel=channel)
    return ours.exclude(started_at=None).order_by("-started_at", "-pk")


def counted(organisation_id: int, campaigns: Iterable[Broadcast]) -> list[Callout]:
    """Return the figures of some campaigns, all in one query."""
    chosen = list(campaigns)
    params = {
        "organisation_id": organisation_id,
        "broadcast_ids": [one.pk for one in chosen],
    }
    figures = {pk: counts for pk, *counts in STATEMENTS.rows("count_callouts", params)}
    names = group_names(organisation_id, [one.include[0] for one in chosen if one.include])
    return [
        Callout(
            one.name,
            one.include[0] if one.include else 0,
            names.get(one.include[0], "") if one.include else "",
            one.started_at or one.created_at,
            *figures.get(one.pk, (0, 0, 0)),
        )
        for one in chosen
    ]
