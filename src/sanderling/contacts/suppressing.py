"""Addresses that nobody of the organisation may write to.

By address and not by contact: it holds for contacts that do not exist yet.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from django.db import transaction

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.contacts import validating
from sanderling.contacts.models import Suppression
from sanderling.lib.errors import Invalid
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
EMAIL = "EMAIL"
SMS = "SMS"
VIBER = "VIBER"
PHONES = frozenset({SMS, VIBER})
PAGE = 100
LONGEST = 254  # of what can be stored: no push token is, their devices are switched off


class Reason(StrEnum):
    """Why an address is not written to."""

    UNSUBSCRIBED = "UNSUBSCRIBED"
    SPAM = "SPAM"
    HARD_BOUNCE = "HARD_BOUNCE"
    MANUAL = "MANUAL"


STATUS_OF = {
    Reason.UNSUBSCRIBED: "UNSUBSCRIBED",
    Reason.SPAM: "UNSUBSCRIBED",
    Reason.HARD_BOUNCE: "BLACKLISTED",
    Reason.MANUAL: "BLACKLISTED",
}


def suppress(
    organisation_id: int,
    channel: str,
    addresses: Sequence[str],
    *,
    reason: str = Reason.MANUAL,
    by: Actor,
) -> int:
    """Write to these addresses no more; return how many were not suppressed before.

    The e-mail status of every contact with such an address follows.  Raises Invalid, and
    changes nothing, when one of them is not an address.
    """
    known = [*Reason]
    if reason not in known:
        raise Invalid(problems={"reason": [f"Choose one of: {', '.join(known)}."]})
    normal = _all_normal(channel, addresses)
    with transaction.atomic():
        added = STATEMENTS.run(
            "suppress_addresses",
            {
                "organisation_id": organisation_id,
                "channel": channel,
                "addresses": normal,
                "reason": reason,
            },
        )
        if channel == EMAIL:
            _set_status(organisation_id, normal, STATUS_OF[Reason(reason)])
        auditing.record(by, "suppression.add", channel, count=added, reason=reason)
    return added


def release(organisation_id: int, channel: str, addresses: Sequence[str], *, by: Actor) -> int:
    """Allow these addresses again; return how many were suppressed."""
    normal = [_normal(channel, address) for address in addresses]
    with transaction.atomic():
        gone, _ = Suppression.objects.filter(
            organisation_id=organisation_id, channel=channel, address__in=normal
        ).delete()
        if channel == EMAIL:
            _set_status(organisation_id, normal, "CONFIRMED")
        auditing.record(by, "suppression.release", channel, count=gone)
    return gone


def is_suppressed(organisation_id: int, channel: str, address: str) -> bool:
    """Return whether this address may not be written to."""
    return Suppression.objects.filter(
        organisation_id=organisation_id, channel=channel, address=_normal(channel, address)
    ).exists()


def status_of(organisation_id: int, email: str) -> str:
    """Return the status that a suppression gives to an e-mail address, or ""."""
    if not email:
        return ""
    found = Suppression.objects.filter(
        organisation_id=organisation_id, channel=EMAIL, address=_normal(EMAIL, email)
    )
    reason = found.values_list("reason", flat=True).first()
    return STATUS_OF[Reason(reason)] if reason else ""


def listed(
    organisation_id: int, *, beginning: str = "", after: str = "", limit: int = PAGE
) -> list[Suppression]:
    """Return suppressed addresses in their order, those that begin so; `after` continues."""
    rows = Suppression.objects.filter(organisation_id=organisation_id)
    if beginning:
        rows = rows.filter(address__startswith=beginning.lower())
    if after:
        rows = rows.filter(address__gt=after)
    return list(rows.order_by("address", "channel")[:limit])


def _set_status(organisation_id: int, addresses: Sequence[str], status: str) -> None:
    STATEMENTS.run(
        "set_email_status",
        {"organisation_id": organisation_id, "addresses": list(addresses), "status": status},
    )


def _all_normal(channel: str, addresses: Iterable[str]) -> list[str]:
    wrong = [address for address in addresses if not _is_address(channel, address)]
    if wrong:
        sample = ", ".join(wrong[:3])
        raise Invalid(problems={"addresses": [f"Not an address: {sample}."]})
    return sorted({_normal(channel, address) for address in addresses})


def _is_address(channel: str, address: str) -> bool:
    if channel == EMAIL:
        return validating.email(address) is not None
    if channel in PHONES:
        return validating.phone(address) is not None
    return 0 < len(address) <= LONGEST


def _normal(channel: str, address: str) -> str:
    if channel == EMAIL:
        return address.strip().lower()
    if channel in PHONES:
        return validating.phone(address) or address.strip()
    return address.strip().lower()
