"""Writing down what happened: the facts by one COPY, the totals by one upsert, in one transaction.

A fact may be told twice (a mail is opened again, a link clicked again): every telling is a row,
but totals count *messages*, as the data export names them ("total viewed messages amount"), so
the second opening of one delivery moves ``last_viewed`` and not ``total_viewed``.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter

from django.db import transaction

from sanderling.activities.models import ActivityStatus
from sanderling.postgres.copying import copy_rows
from sanderling.postgres.statements import Statements, own_connection

STATEMENTS = Statements(__package__)
REPEATABLE = frozenset({ActivityStatus.RECEIVED, ActivityStatus.CLICKED})
COUNTED = {
    ActivityStatus.SENT: "sent",
    ActivityStatus.DELIVERED: "received",
    ActivityStatus.RECEIVED: "viewed",
    ActivityStatus.CLICKED: "clicked",
}


@dataclass(frozen=True, slots=True)
class NewActivity:
    """One fact; the names are the columns of ``Activity``."""

    organisation_id: int
    contact_id: int
    status: str
    occurred_at: dt.datetime
    media_type: str = "Email"
    campaign_type: str = "Group"
    delivery_id: int | None = None
    message_id: int | None = None
    message_name: str = ""
    message_tags: str = ""
    message_language: str = ""
    sender_name: str = ""
    broadcast_id: int | None = None
    workflow_id: int | None = None
    workflow_run_id: str = ""
    workflow_block: str = ""
    event_id: int | None = None
    event_key: str = ""
    event_type_key: str = ""
    link: str = ""
    description: str = ""
    view_url: str = ""
    utm_campaign: str = ""
    sent_at: dt.datetime | None = None


COLUMNS = [field.name for field in fields(NewActivity)]
# Not dataclasses.astuple, which copies every value: 25 us a fact against 1.
_as_row = attrgetter(*COLUMNS)


def record(rows: Iterable[NewActivity]) -> None:
    """Record facts and add them to the totals of their contacts; all or nothing."""
    facts = list(rows)
    if not facts:
        return
    # No savepoint: whoever records as a part of more wants all of it or nothing.
    with transaction.atomic(savepoint=False):
        already = _already_told([fact for fact in facts if fact.status in REPEATABLE])
        copy_rows(
            own_connection(), "activities_activity", columns=COLUMNS, rows=map(_as_row, facts)
        )
        _add_to_totals(facts, already)


Told = tuple[int, int | None, str]


def _already_told(facts: Sequence[NewActivity]) -> set[Told]:
    """Return which (contact, delivery, status) have a row already.

    The totals of the contacts are locked first: of two openings in one second the second
    waits here and then sees the first.
    """
    if not facts:
        return set()
    lists = {
        "organisation_ids": [fact.organisation_id for fact in facts],
        "contact_ids": [fact.contact_id for fact in facts],
        "media_types": [fact.media_type for fact in facts],
        "delivery_ids": [fact.delivery_id for fact in facts],
        "statuses": [str(fact.status) for fact in facts],
    }
    STATEMENTS.run("lock_rollups", lists)
    found = STATEMENTS.rows("find_told", lists)
    return {(contact, delivery, status) for contact, delivery, status in found}


def _add_to_totals(facts: Sequence[NewActivity], already: set[Told]) -> None:
    told = set(already)
    totals: dict[tuple[int, int, str], dict[str, int]] = {}
    lasts: dict[tuple[int, int, str], dict[str, dt.datetime]] = {}
    for fact in facts:
        kind = COUNTED.get(ActivityStatus(fact.status))
        if kind is None:
            continue
        key = (fact.organisation_id, fact.contact_id, fact.media_type)
        counts, times = totals.setdefault(key, {}), lasts.setdefault(key, {})
        telling = (fact.contact_id, fact.delivery_id, str(fact.status))
        counts[kind] = counts.get(kind, 0) + (telling not in told)
        times[kind] = max(fact.occurred_at, times.get(kind, fact.occurred_at))
        if fact.status in REPEATABLE and fact.delivery_id is not None:
            told.add(telling)
    if totals:
        STATEMENTS.run("add_totals", _columns(totals, lasts))


def _columns(
    totals: dict[tuple[int, int, str], dict[str, int]],
    lasts: dict[tuple[int, int, str], dict[str, dt.datetime]],
) -> dict[str, list[object]]:
    # In the order of the key, as every other writer: two batches that share people cannot
    # wait for each other crosswise.
    keys = sorted(totals)
    columns: dict[str, list[object]] = {
        "organisation_ids": [key[0] for key in keys],
        "contact_ids": [key[1] for key in keys],
        "media_types": [key[2] for key in keys],
    }
    for kind in COUNTED.values():
        columns[f"total_{kind}"] = [totals[key].get(kind, 0) for key in keys]
        columns[f"last_{kind}"] = [lasts[key].get(kind) for key in keys]
    return columns
