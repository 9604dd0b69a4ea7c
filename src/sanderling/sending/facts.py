"""What an activity repeats of its message and its delivery, so that reports need no joins."""

from collections.abc import Mapping
from typing import Any

from sanderling.sending.models import OriginKind


def of_message(
    snapshot: Mapping[str, Any],
    *,
    organisation_id: int,
    message_id: int | None,
    origin_kind: str,
    origin_id: int,
) -> dict[str, Any]:
    """Return the columns of ``NewActivity`` that all mails of a batch share."""
    is_broadcast = origin_kind == OriginKind.BROADCAST
    return {
        "organisation_id": organisation_id,
        "media_type": snapshot["channel"],
        "campaign_type": "Group" if is_broadcast else "IM",
        "message_id": message_id,
        "message_name": snapshot["name"],
        "message_tags": ", ".join(snapshot["tags"]),
        "sender_name": snapshot["sender_name"],
        "broadcast_id": origin_id if is_broadcast else None,
        "workflow_id": origin_id if origin_kind == OriginKind.WORKFLOW else None,
        "utm_campaign": snapshot["utm_campaign"],
    }


def of_delivery(row: Mapping[str, Any], *, origin_kind: str) -> dict[str, Any]:
    """Return the columns of ``NewActivity`` that belong to one delivery.

    ``row``: id, contact_id, event_id and origin_step of the delivery.
    """
    columns = {
        "contact_id": row["contact_id"],
        "delivery_id": row["id"],
        "event_id": row["event_id"],
    }
    if origin_kind == OriginKind.WORKFLOW:
        run, _, block = row["origin_step"].partition("/")
        columns |= {"workflow_run_id": run, "workflow_block": block}
    return columns
