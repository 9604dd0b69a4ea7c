"""Opening a campaign: checks, approval, time; then the people of that moment, frozen at once.

``start`` only opens.  The audience is frozen by a worker, in one transaction that a kill -9
undoes as a whole, so a second attempt begins where the first did.
"""

import datetime as dt
import logging

from django.db import transaction
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.broadcasts import checking, finishing
from sanderling.broadcasts.changing import move
from sanderling.broadcasts.checking import NotReady
from sanderling.broadcasts.models import Broadcast, BroadcastStatus, PaceUnit
from sanderling.lib.errors import Conflict, Forbidden, Invalid, SanderlingError
from sanderling.messages.freezing import freeze
from sanderling.messages.models import Content
from sanderling.postgres import advisory
from sanderling.postgres.waking import wake
from sanderling.segments.freezing import people_sql
from sanderling.sending.models import OriginKind
from sanderling.sending.queueing import NO_PACE, Audience, Origin, Pace, People, enqueue_audience

LOG = logging.getLogger(__name__)
NOT_BEGUN = (BroadcastStatus.DRAFT, BroadcastStatus.SCHEDULED)
AWAITED = (BroadcastStatus.UNCONFIRMED, BroadcastStatus.CONSIDERATION)
SECONDS: dict[str, int] = {
    PaceUnit.MINUTE: 60,
    PaceUnit.HOUR: 3600,
    PaceUnit.DAY: 86_400,
    PaceUnit.MONTH: 30 * 86_400,
}
AGAIN_IN = dt.timedelta(minutes=1)


def origin_of(broadcast: Broadcast) -> Origin:
    """Return under which origin the ledger knows a campaign."""
    return Origin(OriginKind.BROADCAST, broadcast.pk)


def start(broadcast: Broadcast, *, by: Actor) -> None:
    """Open a campaign for sending; the audience is the people of this moment.

    Where the organisation wants a second person it waits for their approval instead.  Raises
    NotReady with every problem found, Forbidden when ``by`` may not send.
    """
    _open(broadcast, None, by=by)


def schedule(broadcast: Broadcast, at: dt.datetime, *, by: Actor) -> None:
    """Open a campaign for sending at a time; the audience is the people of that moment.

    Raises Invalid for a time that has passed, and what ``start`` raises.
    """
    if at <= timezone.now():
        raise Invalid(problems={"scheduled_at": ["This time has passed."]})
    _open(broadcast, at, by=by)


def unschedule(broadcast: Broadcast, *, by: Actor) -> None:
    """Make a campaign that has not begun a draft again."""
    require(by, Permission.SEND)
    begun = (BroadcastStatus.SCHEDULED, *AWAITED)
    move(broadcast, to=BroadcastStatus.DRAFT, out_of=begun, scheduled_at=None, content_id=None)
    auditing.record(by, "broadcast.unschedule", broadcast.pk)


def approve(broadcast: Broadcast, *, by: Actor) -> None:
    """Let a campaign go that another person opened."""
    require(by, Permission.SEND)
    if by.user_id is not None and by.user_id == broadcast.created_by_id:
        raise Forbidden("Somebody else has to approve a campaign of yours.")
    if broadcast.scheduled_at and broadcast.scheduled_at > timezone.now():
        move(broadcast, to=BroadcastStatus.SCHEDULED, out_of=AWAITED)
    else:
        move(broadcast, to=BroadcastStatus.RUNNING, out_of=AWAITED, started_at=timezone.now())
    auditing.record(by, "broadcast.approve", broadcast.pk)
    wake("broadcasts")


def block(broadcast: Broadcast, reason: str, *, by: Actor) -> None:
    """Refuse a campaign that waits for approval."""
    require(by, Permission.SEND)
    move(broadcast, to=BroadcastStatus.BLOCKED, out_of=AWAITED, note=reason)
    auditing.record(by, "broadcast.block", broadcast.pk, reason=reason)


def start_due() -> int:
    """Begin what is due, freeze audiences, find out what is finished; return how many changed."""
    done = _begin_scheduled()
    for broadcast in _unfrozen():
        done += _freeze(broadcast)
    return done + finishing.finish_done()


def _open(broadcast: Broadcast, at: dt.datetime | None, *, by: Actor) -> None:
    require(by, Permission.SEND)
    if broadcast.status not in NOT_BEGUN:
        raise Conflict(f"“{broadcast.name}” is {broadcast.status.lower()} already.")
    if problems := checking.problems_of(broadcast):
        raise NotReady(problems)
    with transaction.atomic():
        content = freeze(broadcast.message)
        status = _status_when_opened(broadcast, at)
        move(
            broadcast,
            to=status,
            out_of=NOT_BEGUN,
            content_id=content.pk,
            scheduled_at=at,
            started_at=timezone.now() if status == BroadcastStatus.RUNNING else None,
            note="",
        )
        auditing.record(by, "broadcast.start", broadcast.pk, at=at.isoformat() if at else "now")
        wake("broadcasts")


def _status_when_opened(broadcast: Broadcast, at: dt.datetime | None) -> BroadcastStatus:
    if broadcast.organisation.second_person:
        return BroadcastStatus.UNCONFIRMED
    return BroadcastStatus.SCHEDULED if at else BroadcastStatus.RUNNING


def _begin_scheduled() -> int:
    due = Broadcast.objects.filter(
        status=BroadcastStatus.SCHEDULED, scheduled_at__lte=timezone.now()
    )
    begun = 0
    for broadcast in due:
        try:
            move(
                broadcast,
                to=BroadcastStatus.RUNNING,
                out_of=[BroadcastStatus.SCHEDULED],
                started_at=timezone.now(),
            )
            begun += 1
        except Conflict:
            continue  # another worker was faster, or a person took it back
    return begun


def _unfrozen() -> list[Broadcast]:
    """Return campaigns whose people are not in the ledger yet, and whose turn it is.

    ``lease_until`` is when to try again after a source did not answer.
    """
    rows = Broadcast.objects.filter(status=BroadcastStatus.RUNNING, is_frozen=False)
    waiting = rows.filter(lease_until__gt=timezone.now()).values_list("pk", flat=True)
    return list(rows.exclude(pk__in=waiting).order_by("pk"))


def _freeze(broadcast: Broadcast) -> int:
    try:
        with transaction.atomic():
            if not advisory.try_lock(f"broadcast:{broadcast.pk}"):
                return 0  # another worker is at it
            audience = _become_deliveries(broadcast)
    except Conflict:
        return 0  # somebody paused or stopped it meanwhile
    except SanderlingError as error:
        LOG.warning("Broadcast %s: no audience yet: %s", broadcast.pk, error.message)
        Broadcast.objects.filter(pk=broadcast.pk).update(
            note=error.message, lease_until=timezone.now() + AGAIN_IN
        )
        return 0
    LOG.info("Broadcast %s: %s", broadcast.pk, audience)
    return 1


def _become_deliveries(broadcast: Broadcast) -> Audience | None:
    """Queue everybody; the status is looked at last, so a pause in between is heeded.

    ``move`` locks the campaign until the commit: whoever pauses it waits that moment and then
    finds the batches.
    """
    people = people_sql(
        broadcast.organisation_id, include=broadcast.include, exclude=broadcast.exclude
    )
    assert broadcast.content_id, "an open campaign has a content"
    content = Content.objects.get(pk=broadcast.content_id)
    audience = enqueue_audience(
        content,
        People(people.sql, people.params),
        origin=origin_of(broadcast),
        pace=_pace_of(broadcast),
    )
    move(
        broadcast,
        to=BroadcastStatus.RUNNING,
        out_of=[BroadcastStatus.RUNNING],
        is_frozen=True,
        note="",
    )
    return audience


def _pace_of(broadcast: Broadcast) -> Pace:
    if broadcast.batch_size is None:
        return NO_PACE
    return Pace(broadcast.batch_size, SECONDS[broadcast.batch_unit])
