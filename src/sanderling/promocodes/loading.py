"""Fill the pools of promo codes, and see what is in them."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.lib.errors import Invalid
from sanderling.postgres.statements import Statements
from sanderling.promocodes.models import Promocode

STATEMENTS = Statements(__package__)
LONGEST_CODE = 200
MOST = 100_000
HIGHEST_DISCOUNT = 99


def load(
    organisation_id: int,
    codes: Sequence[str],
    *,
    by: Actor,
    type_: str = "",
    discount: Decimal | int = 0,
    expires_at: dt.datetime | None = None,
    is_used: bool = False,
) -> int:
    """Add codes to a pool, or give existing codes new terms; return how many were written."""
    wanted = [code.strip() for code in codes]
    _check(wanted, discount=Decimal(discount), type_=type_)
    count = STATEMENTS.run(
        "load_codes",
        {
            "organisation_id": organisation_id,
            "codes": wanted,
            "type": type_,
            "discount": discount,
            "expires_at": expires_at,
            "is_used": is_used,
        },
    )
    auditing.record(by, "promocodes.load", type_, count=count)
    return count


def matching(
    organisation_id: int,
    *,
    type_: str | None = None,
    is_used: bool | None = None,
    due_days: int | None = None,
    discount: Decimal | int | None = None,
) -> QuerySet[Promocode]:
    """Return the codes of a kind; ``due_days``: still valid for at least so many days."""
    found = Promocode.objects.filter(organisation_id=organisation_id)
    if type_ is not None:
        found = found.filter(type=type_)
    if is_used is not None:
        found = found.filter(is_used=is_used)
    if discount is not None:
        found = found.filter(discount=discount)
    if due_days is not None:
        found = found.exclude(expires_at__lt=timezone.now() + dt.timedelta(days=due_days))
    return found.order_by("pk")


def _check(codes: Sequence[str], *, discount: Decimal, type_: str) -> None:
    problems: dict[str, list[str]] = {}
    if not codes or len(codes) > MOST:
        problems["promocodes"] = [f"Give 1 to {MOST} promo codes."]
    elif any(not code or len(code) > LONGEST_CODE for code in codes):
        problems["promocodes"] = [f"A promo code has 1 to {LONGEST_CODE} characters."]
    if not 0 <= discount <= HIGHEST_DISCOUNT:
        problems["discount"] = [f"discount lies between 0 and {HIGHEST_DISCOUNT}."]
    if len(type_) > 100:
        problems["type"] = ["type has at most 100 characters."]
    if problems:
        raise Invalid(problems=problems)
