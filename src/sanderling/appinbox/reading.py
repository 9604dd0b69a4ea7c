"""What stands in a contact's inbox: listed, counted, marked as opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from sanderling.appinbox.models import Entry
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
MOST = 500  # shown, and marked at once


@dataclass(frozen=True, slots=True)
class Written:
    """A message for one inbox."""

    contact_id: int
    delivery_id: int
    title: str
    content: str
    link: str = ""
    image: str = ""
    custom: dict[str, Any] | None = None
    life: int | None = None  # seconds


def put(organisation_id: int, written: Sequence[Written]) -> None:
    """Put messages into inboxes; one that is there already stays as it is."""
    params = {
        "organisation_id": organisation_id,
        "contact_ids": [one.contact_id for one in written],
        "delivery_ids": [one.delivery_id for one in written],
        "titles": [one.title for one in written],
        "contents": [one.content for one in written],
        "links": [one.link for one in written],
        "images": [one.image for one in written],
        "customs": [one.custom for one in written],
        "lives": [one.life for one in written],
    }
    STATEMENTS.run("insert_entries", params)


def entries(
    organisation_id: int, contact_id: int, *, opened: bool | None = None, window: slice
) -> tuple[list[Entry], int]:
    """Return entries that have not expired, newest first, and how many there are in all."""
    found = _alive(organisation_id, contact_id)
    if opened is not None:
        found = found.filter(opened_at__isnull=not opened)
    return list(found.order_by("-id")[window]), found.count()


def unopened(organisation_id: int, contact_id: int) -> int:
    """Return how many entries were not opened yet."""
    return _alive(organisation_id, contact_id).filter(opened_at=None).count()


def mark_opened(organisation_id: int, contact_id: int, ids: Sequence[int] | None) -> list[int]:
    """Mark entries, or all of them, as opened; return the deliveries that were not before."""
    params = {
        "organisation_id": organisation_id,
        "contact_id": contact_id,
        "ids": list(ids) if ids is not None else None,
        "most": MOST,
    }
    return [delivery_id for (delivery_id,) in STATEMENTS.rows("mark_opened", params)]


def _alive(organisation_id: int, contact_id: int) -> QuerySet[Entry]:
    fresh = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return Entry.objects.filter(fresh, organisation_id=organisation_id, contact_id=contact_id)
