"""Moments as programs write them (api.md §1.5).

``2025-03-01``, ``2025-03-01T09:30``, with seconds, a fraction or an offset.  A time without
an offset is in the organisation's zone unless a method's page says otherwise.
"""

import datetime as dt
import zoneinfo

from sanderling.lib.errors import Invalid


class Unclear(Invalid):
    """A date is written YYYY-MM-DD or YYYY-MM-DDTHH:mm."""


def moment_of(text: str, zone: dt.tzinfo) -> dt.datetime:
    """Return the moment that a text names."""
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Unclear(
            f"{text[:40]!r} is not a date: write YYYY-MM-DD or YYYY-MM-DDTHH:mm."
        ) from error
    try:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return aware.astimezone(dt.UTC)
    except (OverflowError, ValueError) as error:
        raise Unclear(f"{text[:40]!r} lies outside of the calendar.") from error


def local(moment: dt.datetime, zone: zoneinfo.ZoneInfo) -> str:
    """Return a moment in the organisation's zone, without an offset, to the second."""
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat()


def stamp(moment: dt.datetime) -> str:
    """Return a moment as UTC with a Z."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
