"""What erasing leaves to do: every room forgets the person, all in one transaction.

A tombstone without ``forgotten_at`` is the job; the customer's own tables follow by the data
export, which reads the same tombstones.
"""

from django.db import transaction

from sanderling.activities import forgetting as activities
from sanderling.appinbox import forgetting as appinbox
from sanderling.contacts import erasing
from sanderling.events import forgetting as events
from sanderling.optin import forgetting as optin
from sanderling.orders import forgetting as orders
from sanderling.promocodes import forgetting as promocodes
from sanderling.revenue import forgetting as revenue
from sanderling.segments import forgetting as segments
from sanderling.sending import forgetting as sending
from sanderling.websites import forgetting as websites
from sanderling.workflows import forgetting as workflows

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


@transaction.atomic
def forget_due() -> int:
    """Have every room forget the next erased contacts; return how many there were."""
    contact_ids = erasing.unforgotten()
    if contact_ids:
        for room in ROOMS:
            room.forget(contact_ids)
        erasing.forgotten(contact_ids)
    return len(contact_ids)
