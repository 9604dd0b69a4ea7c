"""A message becomes a content: what is being sent cannot be edited any more.

A content holds everything that rendering needs, the numbers of the additional fields and of the
tracked links included, so a worker reads one row for a million messages.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from sanderling.messages import linking, names, short
from sanderling.messages.models import Channel, Content, Message
from sanderling.messages.preparing import prepare
from sanderling.messages.rendering import is_literal, tracks_links
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
COLUMNS = (
    "channel", "name", "subject", "preheader", "sender_name", "sender_email", "reply_to",
    "html", "text", "details", "language", "tags", "categories", "utm_campaign", "is_strict",
)  # fmt: skip
PARTS = ("subject", "preheader", "html", "text")


def freeze(message: Message) -> Content:
    """Return the content of a message as it is now; equal contents are one row."""
    return freeze_parts(
        message.organisation_id,
        message_id=message.pk,
        columns=columns_of(message),
        translations=translations_of(message),
    )


@transaction.atomic
def freeze_parts(
    organisation_id: int,
    *,
    columns: dict[str, Any],
    translations: dict[str, dict[str, Any]] | None = None,
    message_id: int | None = None,
) -> Content:
    """Return a content made of columns of ``Message``; without a message it belongs to none.

    A program that sends its own HTML has no stored message; columns it leaves out are empty.
    """
    snapshot = draft(organisation_id, columns=columns, translations=translations)
    snapshot["links"] = _numbered(organisation_id, _links_of(snapshot))
    digest = hashlib.sha256(json.dumps(snapshot, sort_keys=True).encode()).hexdigest()
    found = Content.objects.filter(organisation_id=organisation_id, digest=digest)
    if message_id is None:
        # A unique constraint does not hold for NULL; two equal rows would do no harm.
        ours = found.filter(message=None).first()
        return ours or Content.objects.create(
            organisation_id=organisation_id, digest=digest, snapshot=snapshot
        )
    return (
        found.filter(message_id=message_id).first()
        or Content.objects.get_or_create(
            organisation_id=organisation_id,
            message_id=message_id,
            digest=digest,
            defaults={"snapshot": snapshot},
        )[0]
    )


def draft(
    organisation_id: int,
    *,
    columns: dict[str, Any],
    translations: dict[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return a snapshot that nobody sends: for previews and checks; its links have no numbers."""
    return (
        _blank()
        | columns
        | {
            "translations": translations or {},
            "fields": names.fields_of(organisation_id),
            "links": {},
        }
    )


def columns_of(message: Message) -> dict[str, Any]:
    """Return the columns of a message that rendering needs."""
    return {name: getattr(message, name) for name in COLUMNS}


def translations_of(message: Message) -> dict[str, dict[str, Any]]:
    """Return the parts of a message's translations by language."""
    shown = PARTS if message.channel == Channel.EMAIL else (*PARTS, "details")
    return {
        translation.language: {part: getattr(translation, part) for part in shown}
        for translation in message.translations.all()
    }


def _blank() -> dict[str, Any]:
    empty = Message()
    return {name: getattr(empty, name) for name in COLUMNS}


def _links_of(snapshot: dict[str, Any]) -> list[str]:
    """Return the addresses of all languages that are known beforehand."""
    if snapshot["channel"] != Channel.EMAIL:
        return short.links_in(snapshot)
    if not tracks_links(snapshot):
        return []
    pages = [snapshot["html"], *(part["html"] for part in snapshot["translations"].values())]
    found: list[str] = []
    for page in pages:
        if is_literal(snapshot):
            found += linking.links_in_literal(page, utm_campaign=snapshot["utm_campaign"])
        else:
            prepared = prepare(page, fields=snapshot["fields"])
            found += linking.links_in(prepared.text, utm_campaign=snapshot["utm_campaign"])
    return linking.distinct(found)


def _numbered(organisation_id: int, urls: Iterable[str]) -> dict[str, int]:
    """Return the number of each address, giving new ones to those that have none."""
    digests = {hashlib.sha256(url.encode()).hexdigest(): url for url in urls}
    if not digests:
        return {}
    params = {
        "organisation_id": organisation_id,
        "digests": list(digests),
        "urls": list(digests.values()),
    }
    STATEMENTS.run("insert_links", params)
    return {digests[digest]: number for digest, number in STATEMENTS.rows("find_links", params)}
