"""Pools of promo codes (api.md §5.10.2), and the list of workflows (§5.5.7)."""

import datetime as dt
from typing import Any

from sanderling.api.answering import collapse, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import NamedPage, Number, Shape
from sanderling.api.times import local, moment_of
from sanderling.lib.errors import Invalid
from sanderling.promocodes.loading import HIGHEST_DISCOUNT, load, matching
from sanderling.promocodes.models import Promocode
from sanderling.workflows.models import Workflow

MOST = 10_000


class Terms(Shape):
    """What holds for codes; in the query of a POST they are defaults."""

    expiration_date: str | None = None
    discount: Number | None = None
    type: str | None = None
    in_use: bool | None = None
    active_due_days: int | None = None


class Codes(Terms):
    """Codes with their terms."""

    promocodes: list[str] | None = None


@operation("POST", "/v1/promocodes", summary="Load promo codes")
def load_promocodes(call: Call, body: Codes, query: Terms) -> dict[str, Any]:
    """Add codes to a pool; existing ones get the new terms."""
    expires = body.expiration_date or query.expiration_date
    discount = _discount(body.discount if body.discount is not None else query.discount)
    in_use = body.in_use if body.in_use is not None else bool(query.in_use)
    kind = body.type or query.type or ""
    load(
        call.organisation_id,
        body.promocodes or [],
        type_=kind,
        discount=discount,
        expires_at=moment_of(expires, call.organisation.zone) if expires else None,
        is_used=bool(in_use),
        by=call.actor,
    )
    return present(
        promocodes=body.promocodes,
        expirationDate=expires,
        discount=discount,
        type=kind or None,
        inUse=bool(in_use),
    )


@operation("GET", "/v1/promocodes", summary="Promo codes")
def list_promocodes(call: Call, query: Terms) -> list[dict[str, Any]]:
    """Return the codes of a kind, at most ten thousand.

    The contract's ``string`` (api.md §5.10.2) is what its pages print of every answer that is
    text on the wire (R5); the text of a list of codes with their terms is JSON.
    """
    return [_row(call, one) for one in _matching(call, query, query.in_use)[:MOST]]


@operation("GET", "/v1/promocodes/count", summary="Number of free promo codes")
def count_promocodes(call: Call, query: Terms) -> int:
    """Return how many codes of a kind are free."""
    return int(_matching(call, query, in_use=False).count())


@operation("GET", "/v1/workflows", summary="Search workflows")
def search_workflows(call: Call, query: NamedPage) -> list[dict[str, Any]]:
    """Return a page of workflows."""
    found = Workflow.objects.filter(organisation_id=call.organisation_id).order_by("pk")
    if query.name:
        found = found.filter(name__icontains=query.name)
    return [
        {"id": one.pk, "name": one.name, "status": one.status.lower(), "tags": collapse([])}
        for one in found[query.window()]
    ]


def _matching(call: Call, query: Terms, in_use: bool | None) -> Any:
    return matching(
        call.organisation_id,
        type_=query.type,
        is_used=in_use,
        due_days=_days(query.active_due_days),
        discount=None if query.discount is None else _discount(query.discount),
    )


def _days(days: int | None) -> int | None:
    if days is not None and not 0 <= days <= 36_500:
        raise Invalid("activeDueDays lies between 0 and 36500.")
    return days


def _discount(given: Number | None) -> int:
    try:
        discount = int(float(given or 0))
    except (ValueError, OverflowError) as error:
        raise Invalid("discount is not a number.") from error
    if not 0 <= discount <= HIGHEST_DISCOUNT:
        raise Invalid(f"discount lies between 0 and {HIGHEST_DISCOUNT}.")
    return discount


def _row(call: Call, code: Promocode) -> dict[str, Any]:
    expires: dt.datetime | None = code.expires_at
    return present(
        code=code.code,
        type=code.type or None,
        discount=float(code.discount),
        expirationDate=local(expires, call.organisation.zone) if expires else None,
        inUse=code.is_used,
    )
