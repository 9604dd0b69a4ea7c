"""When an export runs next."""

import datetime as dt
import itertools

from croniter import croniter

from sanderling.exports.models import Export, Interval, Rhythm
from sanderling.lib.errors import Invalid

EVERY = {
    Interval.QUARTER: dt.timedelta(minutes=15),
    Interval.HOUR: dt.timedelta(hours=1),
    Interval.SIX_HOURS: dt.timedelta(hours=6),
    Interval.DAY: dt.timedelta(days=1),
}
AFTER_FAILURE = dt.timedelta(minutes=15)


def next_run(export: Export, now: dt.datetime, *, has_failed: bool = False) -> dt.datetime:
    """Return when the export runs next, a cron line read in the organisation's time zone.

    After a failure sooner than the schedule says: a server that was down for a moment at night
    must not cost a day.
    """
    regular = _regular(export, now)
    return min(regular, now + AFTER_FAILURE) if has_failed else regular


def next_night(export: Export, now: dt.datetime) -> dt.datetime | None:
    """Return when both sides are compared next: between two and four in the organisation's night.

    Each export has a minute of its own, and by the week a night of its own, so that a thousand of
    them do not begin at once.  None when nobody wants it.
    """
    if export.rhythm == Rhythm.NEVER:
        return None
    local = now.astimezone(export.organisation.zone)
    moment = dt.time(2 + export.pk % 2, export.pk * 7 % 60)
    tonight = dt.datetime.combine(local.date(), moment, tzinfo=local.tzinfo)
    later = tonight if tonight > local else tonight + dt.timedelta(days=1)
    if export.rhythm == Rhythm.WEEK:
        later += dt.timedelta(days=(export.pk - later.weekday()) % 7)
    return later.astimezone(dt.UTC)


def check_cron(line: str) -> None:
    """Raise Invalid for a line that is none, or that runs more often than every five minutes."""
    fields = line.split()
    if len(fields) != 5 or not croniter.is_valid(line):
        raise Invalid(problems={"cron": ["Five fields, as in “30 4 * * *” for 04:30 every day."]})
    times = croniter(line, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    moments = [times.get_next(dt.datetime) for _ in range(50)]
    if min(b - a for a, b in itertools.pairwise(moments)) < dt.timedelta(minutes=5):
        raise Invalid(problems={"cron": ["At most every five minutes."]})


def _regular(export: Export, now: dt.datetime) -> dt.datetime:
    if export.interval != Interval.CRON:
        return now + EVERY[Interval(export.interval)]
    local = now.astimezone(export.organisation.zone)
    moment: dt.datetime = croniter(export.cron, local).get_next(dt.datetime)
    return moment.astimezone(dt.UTC)
