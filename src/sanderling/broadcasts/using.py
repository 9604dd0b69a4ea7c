"""Which campaigns go to a segment or list, for the question before it is deleted."""

from django.db.models import Q

from sanderling.broadcasts.models import Broadcast, BroadcastStatus


def broadcasts_to(organisation_id: int, group_id: int) -> list[str]:
    """Return the campaigns still to come that include or exclude a segment, in words.

    A campaign that has begun has its audience already and needs the segment no more.
    """
    waiting = [
        BroadcastStatus.DRAFT,
        BroadcastStatus.SCHEDULED,
        BroadcastStatus.UNCONFIRMED,
        BroadcastStatus.CONSIDERATION,
    ]
    named = Q(include__contains=[group_id]) | Q(exclude__contains=[group_id])
    found = Broadcast.objects.filter(named, organisation_id=organisation_id, status__in=waiting)
    return [f"campaign “{name}”" for name in found.order_by("pk").values_list("name", flat=True)]
