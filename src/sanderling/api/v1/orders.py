"""Orders in, and out again (api.md §5.9)."""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from sanderling.accounts import auditing
from sanderling.api.answering import EMPTY, Answer, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.reading import converted
from sanderling.api.shapes import Number, Shape
from sanderling.api.times import moment_of
from sanderling.lib.errors import Invalid
from sanderling.orders import recording
from sanderling.orders.recording import MOST, NewItem, NewOrder
from sanderling.revenue.taking import take_orders

LONGEST_RANGE = dt.timedelta(hours=24)


class Item(Shape):
    """A line of an order."""

    external_item_id: str | None = None
    quantity: Number | None = None
    name: str | None = None
    category: str | None = None
    cost: Number | None = None
    url: str | None = None
    image_url: str | None = None
    description: str | None = None


class Order(Shape):
    """An order; an id, cost, status, date and one of three names of the buyer are needed."""

    external_order_id: str | None = None
    external_customer_id: str | None = None
    total_cost: Number | None = None
    status: str | None = None
    date: str | None = None
    currency: str | None = None
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    shipping: Number | None = None
    discount: Number | None = None
    taxes: Number | None = None
    restore_url: str | None = None
    status_description: str | None = None
    store_id: str | None = None
    source: str | None = None
    delivery_method: str | None = None
    payment_method: str | None = None
    delivery_address: str | None = None
    additional_info: dict[str, Any] | None = None
    items: list[Item] | None = None


class Orders(Shape):
    """Up to 1,000 orders.  Each is read by itself, so that one bad order fails alone."""

    orders: list[Any] | None = None


class Deletion(
    Shape, rename={"external_order_id": "externalOrderId", "first": "from", "last": "to"}
):
    """Which orders to delete: one by its id, or those of at most a day."""

    external_order_id: str | None = None
    first: str | None = None
    last: str | None = None


@operation("POST", "/v1/orders", summary="Add or update orders")
def add_orders(call: Call, body: Orders) -> Answer:
    """Store the orders; the answer is empty unless some failed (api.md §10.7)."""
    sent = body.orders or []
    if len(sent) > MOST:
        raise Invalid(f"A call takes at most {MOST} orders, this one has {len(sent)}.")
    failed: list[tuple[int, str]] = []
    readable: list[tuple[int, NewOrder]] = []
    for at, one in enumerate(sent):
        try:
            readable.append((at, _order_of(converted(one, Order), call)))
        except Invalid as error:
            failed.append((at, error.message))
    outcome = take_orders(call.organisation_id, [order for _, order in readable], by=call.actor)
    failed += [(readable[at][0], reason) for at, reason in outcome.failed]
    if not failed:
        return EMPTY
    return Answer(
        {"failedOrders": [{"order": sent[at], "error": why} for at, why in sorted(failed)]}
    )


@operation("DELETE", "/v1/orders", summary="Delete orders")
def delete_orders(call: Call, query: Deletion) -> Answer:
    """Delete an order by its id, or the orders of at most 24 hours (UTC)."""
    if query.external_order_id and not (query.first or query.last):
        gone = recording.delete(call.organisation_id, external_order_id=query.external_order_id)
    else:
        first, last = _range(query)
        gone = recording.delete(call.organisation_id, first=first, last=last)
    auditing.record(call.actor, "orders.delete", call.organisation_id, count=len(gone))
    return EMPTY


def _range(query: Deletion) -> tuple[dt.datetime, dt.datetime]:
    if query.external_order_id or not (query.first and query.last):
        raise Invalid("Provide either externalOrderId or both from and to.")
    first, last = moment_of(query.first, dt.UTC), moment_of(query.last, dt.UTC)
    if first >= last:
        raise Invalid("from must be before to.")
    if last - first > LONGEST_RANGE:
        raise Invalid("The range from..to is limited to 24 hours.")
    return first, last


def _order_of(sent: Order, call: Call) -> NewOrder:
    if sent.total_cost is None:
        raise Invalid("totalCost must be specified.")
    if not sent.date:
        raise Invalid("date must be specified.")
    return NewOrder(
        external_order_id=(sent.external_order_id or "").strip(),
        status=sent.status or "",
        ordered_at=moment_of(sent.date, call.organisation.zone),
        total_cost=_amount(sent.total_cost, "totalCost"),
        currency=(sent.currency or "").strip(),
        external_customer_id=(sent.external_customer_id or "").strip(),
        email=(sent.email or "").strip(),
        phone=(sent.phone or "").strip(),
        first_name=sent.first_name or "",
        last_name=sent.last_name or "",
        discount=_amount(sent.discount or 0, "discount"),
        shipping=_amount(sent.shipping or 0, "shipping"),
        delivery_method=sent.delivery_method or "",
        delivery_address=sent.delivery_address or "",
        payment_method=sent.payment_method or "",
        details=_details(sent),
        items=None if sent.items is None else tuple(_item_of(item) for item in sent.items),
    )


def _item_of(sent: Item) -> NewItem:
    if not sent.external_item_id or sent.quantity is None:
        raise Invalid("An item needs externalItemId and quantity.")
    return NewItem(
        external_product_id=sent.external_item_id,
        quantity=_amount(sent.quantity, "quantity"),
        cost=_amount(sent.cost or 0, "cost"),
        name=sent.name or "",
        category=sent.category or "",
        description=sent.description or "",
        url=sent.url or "",
        image_url=sent.image_url or "",
    )


def _details(sent: Order) -> dict[str, Any]:
    """Return the members that have no column, by their names on the wire."""
    return present(
        taxes=sent.taxes,
        restoreUrl=sent.restore_url,
        statusDescription=sent.status_description,
        storeId=sent.store_id,
        source="offline" if sent.source == "offline" else "online",
        additionalInfo=sent.additional_info,
    )


def _amount(value: float | str, name: str) -> Decimal:
    """Return the number as it was written, not as the nearest binary fraction."""
    try:
        return Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation as error:
        raise Invalid(f"{name} is not a number.") from error
