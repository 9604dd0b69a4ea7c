"""What joining two contacts leaves to do: every room moves its facts, all in one transaction.

A room that cannot move everything at this moment (a letter is in a channel's hands, a run is
being stepped) says so; then nothing is moved, and it is tried again.
"""

from django.db import transaction

from sanderling.activities import following as activities
from sanderling.appinbox import following as appinbox
from sanderling.contacts import joining
from sanderling.contacts.models import Joining
from sanderling.events import following as events
from sanderling.optin import following as optin
from sanderling.orders import following as orders
from sanderling.promocodes import following as promocodes
from sanderling.revenue import following as revenue
from sanderling.segments import following as segments
from sanderling.sending import following as sending
from sanderling.websites import following as websites
from sanderling.workflows import following as workflows

# From the top down: a fact is moved after those that were made of it.
ROOMS = (
    workflows,
    optin,
    sending,
    segments,
    websites,
    appinbox,
    revenue,
    promocodes,
    orders,
    events,
    activities,
)


class NotNow(Exception):
    """A room has to wait."""


def follow_due() -> int:
    """Move the facts of joined contacts; return of how many, those left that have to wait."""
    return sum(_followed(one) for one in joining.due())


def _followed(one: Joining) -> int:
    try:
        return _follow(one)
    except NotNow:
        return 0


@transaction.atomic
def _follow(one: Joining) -> int:
    due = joining.taken(one)
    if due is None:
        return 0
    for room in ROOMS:
        if not room.follow(due.organisation_id, due.former_id, due.contact_id):
            raise NotNow
    revenue.reckon_anew(due.organisation_id, due.contact_id)
    joining.followed(due)
    return 1
