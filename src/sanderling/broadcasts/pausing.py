"""Holding a campaign, letting it go on, stopping it for good."""

from django.db import transaction
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.broadcasts.changing import move
from sanderling.broadcasts.models import Broadcast, BroadcastStatus
from sanderling.broadcasts.starting import origin_of
from sanderling.postgres.waking import wake
from sanderling.sending import doubting, pausing

RUNNING, PAUSED = BroadcastStatus.RUNNING, BroadcastStatus.PAUSED


@transaction.atomic
def pause(broadcast: Broadcast, *, by: Actor) -> None:
    """Hold a running campaign; at most the chunk that is leaving right now still leaves."""
    require(by, Permission.SEND)
    move(broadcast, to=PAUSED, out_of=[RUNNING])
    pausing.pause(broadcast.organisation_id, origin_of(broadcast))
    auditing.record(by, "broadcast.pause", broadcast.pk)


@transaction.atomic
def resume(broadcast: Broadcast, *, by: Actor) -> None:
    """Let a held campaign go on where it was."""
    require(by, Permission.SEND)
    move(broadcast, to=RUNNING, out_of=[PAUSED], note="")
    pausing.resume(broadcast.organisation_id, origin_of(broadcast))
    auditing.record(by, "broadcast.resume", broadcast.pk)
    wake("broadcasts")


@transaction.atomic
def stop(broadcast: Broadcast, *, by: Actor) -> int:
    """End a campaign for good; return how many people do not get it."""
    require(by, Permission.SEND)
    move(
        broadcast,
        to=BroadcastStatus.IDLE,
        out_of=[RUNNING, PAUSED],
        finished_at=timezone.now(),
        note=f"Stopped by {by.name}.",
    )
    cancelled = pausing.cancel(broadcast.organisation_id, origin_of(broadcast))
    auditing.record(by, "broadcast.stop", broadcast.pk, cancelled=cancelled)
    return cancelled


@transaction.atomic
def resend_doubtful(broadcast: Broadcast, *, by: Actor) -> int:
    """Send once more what is in doubt; a finished campaign runs again for it."""
    resent = doubting.resend(broadcast.organisation_id, origin_of(broadcast), by=by)
    if resent and broadcast.status == BroadcastStatus.IDLE:
        move(broadcast, to=RUNNING, out_of=[BroadcastStatus.IDLE], finished_at=None)
    return resent
