"""Deliveries of which nobody knows whether they left; only a person may decide.

The Message-ID of a delivery never changes, so a mail that was resent although it had arrived
can be recognised as the same one by the reader's mail program.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.activities.models import ActivityStatus
from sanderling.activities.recording import NewActivity, record
from sanderling.messages.models import Content
from sanderling.postgres.statements import Statements, fetch_dicts
from sanderling.postgres.waking import wake
from sanderling.sending import facts
from sanderling.sending.models import Batch, Delivery, DeliveryStatus
from sanderling.sending.queueing import Origin

STATEMENTS = Statements(__package__)


def in_doubt(organisation_id: int, origin: Origin, *, limit: int = 100) -> list[Delivery]:
    """Return the deliveries that wait for a person's decision."""
    rows = Delivery.objects.filter(
        organisation_id=organisation_id,
        origin_kind=origin.kind,
        origin_id=origin.id,
        status=DeliveryStatus.UNSURE,
    )
    return list(rows.order_by("id")[:limit])


@transaction.atomic
def resend(
    organisation_id: int, origin: Origin, *, by: Actor, delivery_ids: Sequence[int] | None = None
) -> int:
    """Send deliveries in doubt once more (all of them without ids); return how many."""
    require(by, Permission.SEND)
    total = 0
    for content in _contents(organisation_id, origin):
        batch = Batch.objects.create(
            organisation_id=organisation_id,
            content_id=content.pk,
            origin_kind=origin.kind,
            origin_id=origin.id,
        )
        note = f"{by.name} had it sent once more."
        moved = _settle(organisation_id, origin, content, "WAITING", note, delivery_ids, batch.pk)
        batch.size = len(moved)
        batch.save(update_fields=["size"])
        if not moved:
            batch.delete()
        total += len(moved)
    auditing.record(by, "delivery.resend", origin.id, kind=origin.kind, count=total)
    wake("sending")
    return total


@transaction.atomic
def count_as_sent(
    organisation_id: int, origin: Origin, *, by: Actor, delivery_ids: Sequence[int] | None = None
) -> int:
    """Take deliveries in doubt for sent (all of them without ids); return how many."""
    require(by, Permission.SEND)
    total = 0
    for content in _contents(organisation_id, origin):
        note = f"{by.name} counted it as sent."
        settled = _settle(organisation_id, origin, content, "SENT", note, delivery_ids, None)
        record(_sent(organisation_id, origin, content, row) for row in settled)
        total += len(settled)
    auditing.record(by, "delivery.count_as_sent", origin.id, kind=origin.kind, count=total)
    return total


def _contents(organisation_id: int, origin: Origin) -> list[Content]:
    ids = (
        Delivery.objects.filter(
            organisation_id=organisation_id,
            origin_kind=origin.kind,
            origin_id=origin.id,
            status=DeliveryStatus.UNSURE,
        )
        .order_by("content_id")
        .values_list("content_id", flat=True)
        .distinct()
    )
    return list(Content.objects.filter(organisation_id=organisation_id, pk__in=list(ids)))


def _settle(
    organisation_id: int,
    origin: Origin,
    content: Content,
    status: str,
    note: str,
    delivery_ids: Sequence[int] | None,
    batch_id: int | None,
) -> list[dict[str, Any]]:
    return fetch_dicts(
        STATEMENTS["settle_unsure"],
        {
            "organisation_id": organisation_id,
            "origin_kind": origin.kind,
            "origin_id": origin.id,
            "content_id": content.pk,
            "status": status,
            "note": note,
            "batch_id": batch_id,
            "delivery_ids": None if delivery_ids is None else list(delivery_ids),
        },
    )


def _sent(
    organisation_id: int, origin: Origin, content: Content, row: dict[str, Any]
) -> NewActivity:
    about = facts.of_message(
        content.snapshot,
        organisation_id=organisation_id,
        message_id=content.message_id,
        origin_kind=origin.kind,
        origin_id=origin.id,
    )
    return NewActivity(
        **about,
        **facts.of_delivery(row, origin_kind=origin.kind),
        status=ActivityStatus.SENT,
        occurred_at=timezone.now(),
        message_language=row["language"],
        sent_at=row["handed_at"],
    )
