"""Descriptions of providers of SMS; a preset's own members (``{{account}}``) are asked for.

``HTTP`` is a beginning for any other: a JSON API with a bearer token, as most new ones are.
"""

from typing import Any

from sanderling.channels.http.describing import MESSAGE_VALUES

VALUES = MESSAGE_VALUES | {"parts", "account", "token", "ttl", "transactional"}
"""What a description may name: of the message, and of the gateway's own settings."""

PRESETS: dict[str, dict[str, Any]] = {
    "TWILIO": {
        "url": "https://api.twilio.com/2010-04-01/Accounts/{{account}}/Messages.json",
        "form": "form",
        "body": {
            "To": "+{{to}}",
            "From": "{{from}}",
            "Body": "{{text}}",
            "StatusCallback": "{{callback}}",
        },
        "user": "{{account}}",
        "password": "{{token}}",
        "id_at": "sid",
        "error_at": "message",
        "dead": ["21211", "21214", "21217", "21614", "not a valid phone number"],
        "report_id_at": "MessageSid",
        "report_key_at": "key",
        "report_status_at": "MessageStatus",
        "report_text_at": "ErrorCode",
        "words": {
            "UNDERWAY": ["accepted", "scheduled", "queued", "sending", "sent"],
            "DELIVERED": ["delivered"],
            "READ": ["read"],
            "UNDELIVERED": ["undelivered", "failed", "canceled"],
        },
    },
    "HTTP": {
        "url": "https://sms.example.com/v1/messages",
        "form": "json",
        "headers": {"Authorization": "Bearer {{token}}"},
        "body": {
            "to": "{{to}}",
            "from": "{{from}}",
            "text": "{{text}}",
            "reference": "{{key}}",
            "callback": "{{callback}}",
        },
        "id_at": "id",
        "error_at": "error",
        "is_idempotent": True,
        "dead": ["invalid_number", "unknown_subscriber"],
        "report_id_at": "id",
        "report_key_at": "reference",
        "report_status_at": "status",
        "report_text_at": "reason",
        "words": {
            "UNDERWAY": ["accepted", "queued", "sent", "pending", "buffered", "enroute"],
            "DELIVERED": ["delivered", "delivrd"],
            "READ": ["read", "seen"],
            "UNDELIVERED": [
                "undelivered",
                "undeliverable",
                "undeliv",
                "failed",
                "rejected",
                "rejectd",
            ],
            "EXPIRED": ["expired"],
            "UNKNOWN_USER": ["unknown_subscriber", "absent"],
            "NO_MONEY": ["no_money", "insufficient_balance"],
        },
    },
}
