"""When a regular workflow is launched next: wall-clock times in the organisation's zone.

A daily launch stays at nine o'clock through the changes of summer time; launches within a day
are counted in true minutes from that day's first wall-clock time.
"""

import datetime as dt
import zoneinfo

DAY = 1440  # minutes


def next_launch(
    after: dt.datetime,
    *,
    at: dt.time,
    every_minutes: int,
    zone: zoneinfo.ZoneInfo,
    previous: dt.datetime | None = None,
) -> dt.datetime:
    """Return the first launch time later than ``after``, in UTC.

    ``previous``: a launch of several days' period keeps its day of the week.  Launches missed
    while nothing ran are not made up for: the segment is asked as of now anyway.
    """
    if every_minutes % DAY:
        return _within_days(after, at, every_minutes, zone)
    days = every_minutes // DAY
    date = (previous or after).astimezone(zone).date()
    today = after.astimezone(zone).date()
    date += dt.timedelta(days=max(0, (today - date).days // days) * days)
    while (found := _at(date, at, zone)) <= after:
        date += dt.timedelta(days=days if previous else 1)
    return found


def _within_days(
    after: dt.datetime, at: dt.time, every_minutes: int, zone: zoneinfo.ZoneInfo
) -> dt.datetime:
    anchor = _at(after.astimezone(zone).date(), at, zone)
    step = dt.timedelta(minutes=every_minutes)
    return anchor + ((after - anchor) // step + 1) * step


def _at(date: dt.date, at: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """Return a wall-clock time of a day; one that a change of clocks leaves out comes later."""
    return dt.datetime.combine(date, at, tzinfo=zone).astimezone(dt.UTC)
