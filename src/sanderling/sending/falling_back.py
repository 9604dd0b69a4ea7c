"""A Viber message that did not arrive becomes an SMS, where its author wanted that.

The SMS is claimed under the step of the Viber message with a mark, so a failure that is told
twice still makes one SMS; its own fate, consent and links are those of any other SMS.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sanderling.messages import freezing
from sanderling.messages.models import Channel, Content
from sanderling.sending.queueing import NewDelivery, Origin, enqueue_many

MARK = "~sms"
LONGEST_STEP = 100


def fall_back(content_id: int, origin: Origin, rows: Sequence[Mapping[str, Any]]) -> int:
    """Queue the SMS for deliveries that failed; return for how many.

    ``rows``: contact_id, address, origin_step, params, event_id and language of each.
    """
    content = Content.objects.get(pk=content_id)
    details = content.snapshot.get("details") or {}
    if content.snapshot["channel"] != Channel.VIBER or not details.get("smsFallback"):
        return 0
    wishes = [
        NewDelivery(
            row["contact_id"],
            f"{row['origin_step'][: LONGEST_STEP - len(MARK)]}{MARK}",
            params=row["params"],
            address=row["address"],
            language=row["language"],
            event_id=row["event_id"],
        )
        for row in rows
    ]
    return sum(one.is_new for one in enqueue_many(_as_sms(content), wishes, origin=origin))


def _as_sms(content: Content) -> Content:
    snapshot = content.snapshot
    shared = ("name", "language", "tags", "categories", "utm_campaign", "is_strict")
    details = snapshot["details"]
    texts = {
        language: (parts.get("details") or {}).get("smsContent")
        for language, parts in snapshot["translations"].items()
    }
    return freezing.freeze_parts(
        content.organisation_id,
        message_id=content.message_id,
        columns={
            **{name: snapshot[name] for name in shared},
            "channel": Channel.SMS,
            "sender_name": details.get("smsSender") or snapshot["sender_name"],
            "text": details["smsContent"],
            "details": {"trackUrls": bool(details.get("trackUrls"))},
        },
        translations={language: {"text": text} for language, text in texts.items() if text},
    )
