"""A provider calls back: its members become a report in words that every channel shares."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from sanderling.channels.http.describing import Description
from sanderling.channels.http.outcomes import at, parsed
from sanderling.channels.reports import Report


def members_of(description: Description, *, query: str, body: bytes, media: str) -> list[Any]:
    """Return the reports of one call as the provider wrote them: JSON, a form, or the query.

    Several may come together, as a list at ``reports_at`` or as the whole body.
    """
    if "json" in media:
        said = parsed(body)
        found = at(said, description.reports_at) if description.reports_at else said
        return found if isinstance(found, list) else [found]
    form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return [dict(parse_qsl(query, keep_blank_values=True)) | form]


def report_of(description: Description, members: Any) -> Report | None:
    """Return what one of them says; None for words that the description does not know."""
    if not isinstance(members, Mapping):
        return None
    word = str(at(members, description.report_status_at) or "").strip().lower()
    fate = description.words.get(word)
    if fate is None:
        return None
    return Report(
        fate,
        reference=str(at(members, description.report_id_at) or "")[:200],
        key=str(at(members, description.report_key_at) or "")[:200],
        text=_text(members, description, word),
    )


def _text(members: Any, description: Description, word: str) -> str:
    said = at(members, description.report_text_at)
    text = f"{word}: {said}" if said else word
    return "".join(sign if sign.isprintable() else " " for sign in text[:300]).strip()
