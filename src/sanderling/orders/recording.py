"""Take orders in: up to a thousand in one call, each on its own merits, all in one transaction.

An order that cannot be taken is reported with its reason and the others go in.  The table
``orders_orderkey`` decides uniqueness, so two callers with the same order end with one.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction

from sanderling.accounts.actors import Actor
from sanderling.contacts.models import Source
from sanderling.contacts.recognising import NOBODY, Identity, recognise_or_add
from sanderling.lib.errors import Invalid
from sanderling.orders.models import OrderStatus
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
MOST = 1000
LARGEST_AMOUNT = Decimal(10) ** 14  # numeric(18, 4)
COLUMNS = (
    "external_order_id", "status", "ordered_at", "total_cost", "discount", "shipping", "currency",
    "email", "phone", "first_name", "last_name", "delivery_method", "delivery_address",
    "payment_method",
)  # fmt: skip
ITEM_COLUMNS = (
    "external_product_id", "name", "category", "description", "quantity", "cost", "url",
    "image_url",
)  # fmt: skip
LENGTHS = {
    "external_order_id": 200, "email": 254, "phone": 50, "first_name": 100, "last_name": 100,
    "delivery_method": 200, "delivery_address": 500, "payment_method": 200,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewItem:
    """One line of an order."""

    external_product_id: str
    quantity: Decimal = Decimal(1)
    cost: Decimal = Decimal(0)
    name: str = ""
    category: str = ""
    description: str = ""
    url: str = ""
    image_url: str = ""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as the customer tells it; one of external customer id, e-mail, phone is needed.

    ``items`` None keeps the lines that are there.  ``details`` are members without a column.
    """

    external_order_id: str
    status: str
    ordered_at: dt.datetime
    total_cost: Decimal
    currency: str = ""
    external_customer_id: str = ""
    contact_id: int | None = None
    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    discount: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    delivery_method: str = ""
    delivery_address: str = ""
    payment_method: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    items: tuple[NewItem, ...] | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """An order that went in."""

    order: NewOrder
    order_id: int
    contact_id: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: ``failed`` holds positions in the call with reasons."""

    saved: list[Saved]
    failed: list[tuple[int, str]]


def upsert(organisation_id: int, orders: Sequence[NewOrder], *, by: Actor) -> Outcome:
    """Write orders by their external id; of two with the same id in one call the last counts."""
    if len(orders) > MOST:
        raise Invalid(f"A call takes at most {MOST} orders, this one has {len(orders)}.")
    failed = [(at, reason) for at, order in enumerate(orders) if (reason := problem_of(order))]
    refused = {at for at, _ in failed}
    latest = {
        order.external_order_id: order for at, order in enumerate(orders) if at not in refused
    }
    if not latest:
        return Outcome([], failed)
    with transaction.atomic():
        owned = _owners_of(organisation_id, list(latest.values()), by=by)
        failed += [
            (at, "There is no usable email, phone or externalCustomerId.")
            for at, order in enumerate(orders)
            if at not in refused and owned[order.external_order_id] == NOBODY
        ]
        latest = {key: order for key, order in latest.items() if owned[key] != NOBODY}
        saved = _write(organisation_id, list(latest.values()), owned) if latest else []
    return Outcome(saved, sorted(failed))


def delete(
    organisation_id: int,
    *,
    external_order_id: str | None = None,
    first: dt.datetime | None = None,
    last: dt.datetime | None = None,
) -> list[int]:
    """Delete an order, or those of a period (ends included); return the ids that went."""
    params = {
        "organisation_id": organisation_id,
        "external_order_id": external_order_id,
        "first": first,
        "last": last,
    }
    return [row[0] for row in STATEMENTS.rows("delete_orders", params)]


def problem_of(order: NewOrder) -> str:
    """Return why an order cannot be taken, or ""."""
    if not order.external_order_id.strip():
        return "externalOrderId must be specified."
    if order.status not in OrderStatus.values:
        return f"status must be one of {', '.join(OrderStatus.values)}."
    if not any((order.contact_id, order.external_customer_id, order.email, order.phone)):
        return "One of externalCustomerId, email and phone must be specified."
    if order.currency and not (order.currency.isascii() and order.currency.isalpha()
                               and len(order.currency) == 3):  # fmt: skip
        return "currency must be a code of three letters (ISO 4217)."
    return _length_problem(order) or _amount_problem(order)


def _length_problem(order: NewOrder) -> str:
    for name, most in LENGTHS.items():
        if len(getattr(order, name)) > most:
            return f"{name} is longer than {most} characters."
    for item in order.items or ():
        if not item.external_product_id or len(item.external_product_id) > 200:
            return "externalItemId of an item has 1 to 200 characters."
        if max(len(item.name), len(item.category)) > 300:
            return "name and category of an item have at most 300 characters."
    return ""


def _amount_problem(order: NewOrder) -> str:
    amounts = [order.total_cost, order.discount, order.shipping]
    for item in order.items or ():
        amounts += [item.quantity, item.cost]
    if all(amount.is_finite() and abs(amount) < LARGEST_AMOUNT for amount in amounts):
        return ""
    return "An amount is not a number of at most 14 digits."


def _write(organisation_id: int, orders: list[NewOrder], owners: dict[str, int]) -> list[Saved]:
    params: dict[str, Any] = {name: [getattr(o, name) for o in orders] for name in COLUMNS}
    params["currency"] = [order.currency.upper() for order in orders]
    params["details"] = [json.dumps(order.details, ensure_ascii=False) for order in orders]
    rows = STATEMENTS.rows(
        "upsert_orders",
        {
            **params,
            "organisation_id": organisation_id,
            "contact_id": [owners[order.external_order_id] for order in orders],
        },
    )
    ids = {external: (order_id, contact_id) for external, order_id, contact_id in rows}
    saved = [Saved(order, *ids[order.external_order_id]) for order in orders]
    _replace_items(organisation_id, [one for one in saved if one.order.items is not None])
    return saved


def _owners_of(organisation_id: int, orders: list[NewOrder], *, by: Actor) -> dict[str, int]:
    """Return whose each order is: whose it was, who is recognised, or a new contact."""
    rows = STATEMENTS.rows(
        "select_owners",
        {
            "organisation_id": organisation_id,
            "external_order_ids": [order.external_order_id for order in orders],
        },
    )
    owners: dict[str, int] = dict(rows)
    new = [order for order in orders if order.external_order_id not in owners]
    found = recognise_or_add(
        organisation_id, [_identity_of(order) for order in new], source=Source.ORDER, by=by
    )
    owners.update(zip((order.external_order_id for order in new), found, strict=True))
    return owners


def _identity_of(order: NewOrder) -> Identity:
    return Identity(
        contact_id=order.contact_id,
        external_id=order.external_customer_id,
        email=order.email,
        phone=order.phone,
        first_name=order.first_name,
        last_name=order.last_name,
    )


def _replace_items(organisation_id: int, saved: Iterable[Saved]) -> None:
    orders = list(saved)
    if not orders:
        return
    lines = [
        (one, number, item)
        for one in orders
        for number, item in enumerate(one.order.items or (), 1)
    ]
    params: dict[str, Any] = {
        name: [getattr(item, name) for _, _, item in lines] for name in ITEM_COLUMNS
    }
    STATEMENTS.run(
        "replace_items",
        {
            **params,
            "organisation_id": organisation_id,
            "contact_ids": [one.contact_id for one in orders],
            "order_ids": [one.order_id for one in orders],
            "item_contact_id": [one.contact_id for one, _, _ in lines],
            "item_order_id": [one.order_id for one, _, _ in lines],
            "line": [number for _, number, _ in lines],
        },
    )
