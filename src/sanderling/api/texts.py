"""The old methods' scalars as texts, where an organisation asks for it (api.md §1.5, R2).

The vendor's oldest methods wrote XML once and still say ``"0.0"`` and ``"false"``; programs of
that time compare with these.  Newer ones have JSON's own types in every source, so the switch is
off unless somebody moves such a program.
"""

from dataclasses import replace
from typing import Any

from sanderling.api.answering import Answer

OLD = frozenset(
    {
        ("GET", "/v1/addressbooks"),
        ("GET", "/v1/balance"),
        ("POST", "/v1/contact"),
        ("POST", "/v1/message/{message_id}/send"),
        ("POST", "/v1/message/email"),
        ("POST", "/v1/message/sms"),
        ("POST", "/v1/message/viber"),
        ("GET", "/v1/message/status"),
        ("GET", "/v1/message/email/status"),
        ("GET", "/v1/message/sms/status"),
        ("GET", "/v1/message/viber/status"),
    }
)


def in_texts(result: Any) -> Any:
    """Return what a method answers, its numbers and truths written as texts."""
    if isinstance(result, Answer):
        is_written = isinstance(result.body, bytes)
        return result if is_written else replace(result, body=in_texts(result.body))
    if isinstance(result, dict):
        return {name: in_texts(value) for name, value in result.items()}
    if isinstance(result, list | tuple):
        return [in_texts(value) for value in result]
    if isinstance(result, bool):
        return "true" if result else "false"
    return str(result) if isinstance(result, int | float) else result
