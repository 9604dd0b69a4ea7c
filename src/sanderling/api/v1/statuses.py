"""What became of messages that were sent one by one (api.md §5.8.6)."""

import uuid
from typing import Any

from sanderling.activities.models import Activity
from sanderling.api.answering import collapse
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Shape
from sanderling.messages.models import Channel
from sanderling.sending.models import Delivery, DeliveryStatus

MOST = 500
# The strongest fact of a delivery, the last in this order, is its status.
FACTS = ("DELIVERED", "RECEIVED", "CLICKED", "UNDELIVERED", "UNSUBSCRIBED", "SPAM")
SPELT = {"RECEIVED": "READ"}
LEDGER = {
    DeliveryStatus.WAITING: "IN_QUEUE",
    DeliveryStatus.HANDING: "IN_QUEUE",
    DeliveryStatus.UNSURE: "IN_QUEUE",
    DeliveryStatus.SENT: "DELIVERED",
    DeliveryStatus.REFUSED: "UNDELIVERED",
    DeliveryStatus.FAILED: "ERROR",
    DeliveryStatus.CANCELLED: "ERROR",
}
EXCLUDED = {
    "BLACKLISTED": "BLACKLISTED",
    "SUPPRESSED": "BLACKLISTED",
    "UNSUBSCRIBED": "UNSUBSCRIBED",
    "NOT_SUBSCRIBED": "UNSUBSCRIBED",
    "UNCONFIRMED": "NOT_CONFIRMED",
}
# What the ledger and the reports say of other channels, in their words (api.md §5.8.6).
REFUSED = {
    Channel.SMS: {"EXPIRED": "EXPIRED", "NO_MONEY": "NO_MONEY", "": "SMS_UNDELIVERED_STATE"},
    Channel.VIBER: {
        "EXPIRED": "VIBER_EXPIRED_STATE", "NO_MONEY": "NO_MONEY",
        "UNKNOWN_USER": "VIBER_UNKNOWN_USER", "HARD_BOUNCE": "VIBER_UNKNOWN_USER",
        "": "VIBER_UNDELIVERED_STATE",
    },
    Channel.TELEGRAM: {"": "BOT_SEND_ERROR"},
}  # fmt: skip
ARRIVED = frozenset({"DELIVERED", "READ", "CLICKED", "SPAM"})


UNDERWAY = frozenset({"IN_QUEUE", "PENDING"})
FAILED = frozenset({DeliveryStatus.REFUSED, DeliveryStatus.FAILED})


class Requests(Shape):
    """The request ids that sending returned."""

    ids: list[str] | None = None


@operation("GET", "/v1/message/status", summary="Status of sent messages")
@operation("GET", "/v1/message/email/status", summary="Status of e-mails (old)")
@operation("GET", "/v1/message/sms/status", summary="Status of SMS (old)")
@operation("GET", "/v1/message/viber/status", summary="Status of Viber messages (old)")
def message_status(call: Call, query: Requests) -> dict[str, Any]:
    """Return a row per known request id; one row collapses, all in one wrapper."""
    wanted = [known for text in (query.ids or [])[:MOST] if (known := _uuid(text))]
    found = {
        delivery.request_id: delivery
        for delivery in Delivery.objects.filter(
            organisation_id=call.organisation_id, request_id__in=wanted
        )
    }
    facts = _facts(call.organisation_id, list(found.values()))
    rows = [_row(found[one], facts.get(found[one].id, "")) for one in wanted if one in found]
    return {"results": collapse(rows)}


def _row(delivery: Delivery, fact: str) -> dict[str, Any]:
    status = _status(delivery, fact)
    unsubscribed_later = status == "UNSUBSCRIBED" and delivery.status == DeliveryStatus.SENT
    delivered = status in ARRIVED or unsubscribed_later
    return {
        "requestId": str(delivery.request_id),
        "status": status,
        "failed": not delivered and status not in UNDERWAY,
        "delivered": delivered,
    }


def _status(delivery: Delivery, fact: str) -> str:
    """Return the status in the words of the channel."""
    if delivery.media_type == Channel.EMAIL:
        return SPELT.get(fact, fact) or _by_ledger(delivery)
    words = REFUSED.get(Channel(delivery.media_type), {"": "UNDELIVERED"})
    if fact == "UNDELIVERED" or delivery.status in FAILED:
        return words.get(delivery.reason, words[""])
    if not fact and delivery.status == DeliveryStatus.SENT:
        return "PENDING"
    return SPELT.get(fact, fact) or _by_ledger(delivery)


def _by_ledger(delivery: Delivery) -> str:
    if delivery.status == DeliveryStatus.EXCLUDED:
        return EXCLUDED.get(delivery.reason, "ERROR")
    return LEDGER[DeliveryStatus(delivery.status)]


def _facts(organisation_id: int, deliveries: list[Delivery]) -> dict[int, str]:
    """Return the strongest fact of each delivery."""
    strongest: dict[int, str] = {}
    rows = Activity.objects.filter(
        organisation_id=organisation_id,
        contact_id__in={delivery.contact_id for delivery in deliveries},
        delivery_id__in=[delivery.id for delivery in deliveries],
        status__in=FACTS,
    ).values_list("delivery_id", "status")
    for delivery_id, status in rows:
        known = strongest.get(delivery_id or 0)
        if known is None or FACTS.index(status) > FACTS.index(known):
            strongest[delivery_id or 0] = status
    return strongest


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
