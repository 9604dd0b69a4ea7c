"""An order comes in: it is stored, told to workflows as an event, and credited to a message.

Orders and events lie on one level and do not know each other; this room is above both.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.events.recording import NewEvent
from sanderling.events.recording import record as record_events
from sanderling.orders import recording
from sanderling.orders.recording import NewOrder, Outcome, Saved
from sanderling.revenue.recomputing import recompute


def take_orders(organisation_id: int, orders: Sequence[NewOrder], *, by: Actor) -> Outcome:
    """Store orders, raise the event ``order<STATUS>`` of each, and reckon their revenue.

    All in one transaction.  Orders that cannot be taken are in ``Outcome.failed``.
    """
    with transaction.atomic():
        outcome = recording.upsert(organisation_id, orders, by=by)
        record_events(organisation_id, [_event_of(saved) for saved in outcome.saved], by=by)
        recompute(organisation_id, [saved.order_id for saved in outcome.saved])
        auditing.record(
            by, "orders.take", organisation_id, saved=len(outcome.saved), failed=len(outcome.failed)
        )
    return outcome


def _event_of(saved: Saved) -> NewEvent:
    return NewEvent(
        type_key=f"order{saved.order.status}",
        key_value=saved.order.external_order_id,
        params=_params_of(saved),
        contact_id=saved.contact_id,
    )


def _params_of(saved: Saved) -> dict[str, Any]:
    """Return what a message of a workflow may say about the order; empty members are left out."""
    order = saved.order
    params: dict[str, Any] = {
        "orderId": saved.order_id,
        "externalOrderId": order.external_order_id,
        "contactId": saved.contact_id,
        "externalCustomerId": order.external_customer_id,
        "email": order.email,
        "phone": order.phone,
        "firstName": order.first_name,
        "lastName": order.last_name,
        "status": order.status,
        "date": order.ordered_at.isoformat(),
        "totalCost": str(order.total_cost),
        "currency": order.currency,
        "deliveryMethod": order.delivery_method,
        "deliveryAddress": order.delivery_address,
        "paymentMethod": order.payment_method,
        **order.details,
        "items": [_item_params(item) for item in order.items or ()],
    }
    return {name: value for name, value in params.items() if value not in ("", [], None)}


def _item_params(item: recording.NewItem) -> dict[str, Any]:
    shown = {
        "externalItemId": item.external_product_id,
        "name": item.name,
        "category": item.category,
        "quantity": str(item.quantity),
        "cost": str(item.cost),
        "url": item.url,
        "imageUrl": item.image_url,
        "description": item.description,
    }
    return {name: value for name, value in shown.items() if value}
