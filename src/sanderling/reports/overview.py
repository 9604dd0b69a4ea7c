"""The last weeks at a glance: what left, what was opened, what was clicked."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from sanderling.accounts.models import Organisation
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
DAYS = 30


@dataclass(frozen=True)
class Day:
    """Messages of one day of the organisation's calendar."""

    date: dt.date
    delivered: int = 0
    opened: int = 0
    clicked: int = 0


@dataclass(frozen=True)
class Channel:
    """What became of the messages of one channel in the period."""

    media_type: str
    sent: int
    delivered: int
    undelivered: int
    opened: int
    clicked: int


def by_channel(organisation: Organisation, *, now: dt.datetime, days: int = DAYS) -> list[Channel]:
    """Return the channels by which anything left in the period, the busiest first."""
    params = {"organisation_id": organisation.pk, "since": now - dt.timedelta(days=days)}
    return [Channel(*row) for row in STATEMENTS.rows("count_channels", params)]


def last_days(organisation: Organisation, *, now: dt.datetime, days: int = DAYS) -> list[Day]:
    """Return a row for every day of the period, quiet ones too, oldest first."""
    today = now.astimezone(organisation.zone).date()
    first = today - dt.timedelta(days=days - 1)
    since = dt.datetime.combine(first, dt.time(), tzinfo=organisation.zone)
    rows = STATEMENTS.rows(
        "count_days",
        {"organisation_id": organisation.pk, "zone": organisation.time_zone, "since": since},
    )
    counts: dict[dt.date, dict[str, int]] = defaultdict(dict)
    for day, status, count in rows:
        counts[day][status] = count
    return [_day(first + dt.timedelta(days=n), counts) for n in range(days)]


def _day(date: dt.date, counts: dict[dt.date, dict[str, int]]) -> Day:
    found = counts.get(date, {})
    return Day(date, found.get("DELIVERED", 0), found.get("RECEIVED", 0), found.get("CLICKED", 0))
