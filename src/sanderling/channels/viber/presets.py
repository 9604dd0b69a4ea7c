"""Descriptions of providers of Viber messages.

Viber itself takes no messages from businesses, its partners do, each with an API of its own:
``HTTP`` is a beginning to be edited.
"""

from typing import Any

from sanderling.channels.http.describing import MESSAGE_VALUES

VALUES = MESSAGE_VALUES | {
    "account", "token", "ttl", "img", "caption", "action", "transactional", "expiry_text",
}  # fmt: skip

PRESETS: dict[str, dict[str, Any]] = {
    "HTTP": {
        "url": "https://viber.example.com/v1/messages",
        "form": "json",
        "headers": {"Authorization": "Bearer {{token}}"},
        "body": {
            "to": "{{to}}",
            "from": "{{from}}",
            "text": "{{text}}",
            "image": "{{img}}",
            "button": {"caption": "{{caption}}", "url": "{{action}}"},
            "ttl": "{{ttl}}",
            "transactional": "{{transactional}}",
            "ios_expiry_text": "{{expiry_text}}",
            "reference": "{{key}}",
            "callback": "{{callback}}",
        },
        "id_at": "id",
        "error_at": "error",
        "is_idempotent": True,
        "dead": ["invalid_number", "unknown_user"],
        "report_id_at": "id",
        "report_key_at": "reference",
        "report_status_at": "status",
        "report_text_at": "reason",
        "words": {
            "UNDERWAY": ["accepted", "queued", "sent", "pending"],
            "DELIVERED": ["delivered"],
            "READ": ["read", "seen"],
            "CLICKED": ["clicked"],
            "UNDELIVERED": ["undelivered", "failed", "rejected"],
            "EXPIRED": ["expired"],
            "UNKNOWN_USER": ["unknown_user", "not_a_viber_user"],
            "NO_MONEY": ["no_money", "insufficient_balance"],
        },
    },
}
