"""Stored messages of every channel: the same seven methods (api.md §5.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from django.db.models import Q, prefetch_related_objects

from sanderling.api import shapes
from sanderling.api.answering import Answer, counted, present, said
from sanderling.api.calling import Call
from sanderling.api.limiting import LIMITS
from sanderling.api.models import StoredMembers
from sanderling.api.operations import operation
from sanderling.contacts import validating
from sanderling.lib.errors import Invalid, NotFound
from sanderling.messages import writing
from sanderling.messages.detailing import DETAILS
from sanderling.messages.models import Message, Translation
from sanderling.sending import choosing
from sanderling.sending.choosing import NAMES_SENDERS

LONGEST_MEMBERS = 200_000


@dataclass(frozen=True, slots=True)
class Kind:
    """A channel on the wire: how it is stored, what it needs, where its parts go."""

    channel: str
    required: tuple[str, ...]
    columns: dict[str, str]  # member → column of Message or Translation

    @property
    def details(self) -> frozenset[str]:
        """The members that only this channel has."""
        return frozenset(DETAILS.get(self.channel, {}))


KINDS = {
    "email": Kind(
        "Email", ("name", "from", "subject", "htmlText"),
        {"subject": "subject", "htmlText": "html", "plainText": "text"},
    ),
    "sms": Kind("Sms", ("name", "from", "text"), {"text": "text"}),
    "viber": Kind("Viber", ("name", "from", "text"), {"text": "text"}),
    "mobilepush": Kind(
        "MobilePush", ("name", "title", "text"), {"title": "subject", "text": "text"}
    ),
    "appinbox": Kind("AppInbox", ("name", "title", "text"), {"title": "subject", "text": "text"}),
    "telegram": Kind("Telegram", ("name",), {"text": "text"}),
}  # fmt: skip
COMMON = frozenset(
    {"id", "name", "from", "languageCode", "tags", "subscriptionsKeys", "languages",
     "translations"}
)  # fmt: skip


class Search(shapes.Page, rename=None):
    """A page of messages with this in the name or as a tag."""

    search: str | None = None


Document = dict[str, Any]
SHOWN_WITH = ("translations", "storedmembers_set")  # read for a whole page at once


@operation("GET", "/v1/messages/{channel}", summary="Search messages", bucket="stored messages")
def search_messages(call: Call, channel: str, query: Search) -> Answer:
    """Return a page of messages with their number."""
    kind = _kind(channel)
    found = Message.objects.filter(organisation_id=call.organisation_id, channel=kind.channel)
    if query.search:
        found = found.filter(Q(name__icontains=query.search) | Q(tags__contains=[query.search]))
    rows = found.order_by("-pk").prefetch_related(*SHOWN_WITH)[query.window()]
    return counted([_shown(message, kind) for message in rows], found.count())


@operation("POST", "/v1/messages/{channel}", summary="Add a message")
def add_message(call: Call, channel: str, body: Document) -> dict[str, int]:
    """Store a message."""
    kind = _kind(channel)
    _require(body, kind)
    columns = _columns(body, kind)
    _check_sender(call, columns)
    message = writing.save(call.organisation_id, by=call.actor, **columns)
    _keep_members(message, "", body, kind)
    return {"id": message.pk}


@operation("GET", "/v1/messages/{channel}/{message_id}", summary="Get a message",
           bucket="stored messages")  # fmt: skip
def get_message(call: Call, channel: str, message_id: int) -> dict[str, Any]:
    """Return a message with its languages; e-mails have a limit of their own besides."""
    kind = _kind(channel)
    if channel == "email":
        LIMITS.require(call.organisation_id, "stored email")
    message = _message(call, kind, message_id)
    prefetch_related_objects([message], *SHOWN_WITH)
    shown = _shown(message, kind)
    translations = [_translated(message, one, kind) for one in message.translations.all()]
    return present(**shown, translations=translations or None)


@operation("PUT", "/v1/messages/{channel}/{message_id}", summary="Update a message")
def update_message(call: Call, channel: str, message_id: int, body: Document) -> Answer:
    """Change what was sent; members that are absent stay."""
    kind = _kind(channel)
    message = _message(call, kind, message_id)
    columns = _columns(body, kind, stored=message.details)
    _check_sender(call, columns)
    writing.save(call.organisation_id, message_id=message.pk, by=call.actor, **columns)
    _keep_members(message, "", body, kind)
    return said(f"Message with id='{message_id}' has been updated")


@operation("DELETE", "/v1/messages/{channel}/{message_id}", summary="Delete a message")
def delete_message(call: Call, channel: str, message_id: int) -> Answer:
    """Delete a message that no broadcast uses."""
    _message(call, _kind(channel), message_id)
    writing.delete(call.organisation_id, message_id, by=call.actor)
    return said(f"Message with id='{message_id}' has been deleted")


@operation("PUT", "/v1/messages/{channel}/{message_id}/{language}", summary="Set a translation")
def set_translation(
    call: Call, channel: str, message_id: int, language: str, body: Document
) -> Answer:
    """Add or replace the version in another language."""
    kind = _kind(channel)
    message = _message(call, kind, message_id)
    if not validating.language(language):
        raise Invalid(f"'{language[:20]}' is not a code of a language (ISO 639-1).")
    parts: dict[str, str] = {column: _text(body, member) for member, column in kind.columns.items()}
    details = _details(body, kind)
    writing.translate(
        call.organisation_id, message_id, language, by=call.actor, details=details, **parts
    )
    _keep_members(message, language.strip().lower(), body, kind)
    return said(f"Message with id='{message_id}' has been updated")


@operation(
    "DELETE", "/v1/messages/{channel}/{message_id}/{language}", summary="Delete a translation"
)
def delete_translation(call: Call, channel: str, message_id: int, language: str) -> Answer:
    """Delete the version in a language."""
    _message(call, _kind(channel), message_id)
    writing.remove_translation(call.organisation_id, message_id, language, by=call.actor)
    StoredMembers.objects.filter(message_id=message_id, language=language.strip().lower()).delete()
    return said(f"Message with id='{message_id}' has been updated")


def _kind(channel: str) -> Kind:
    if channel not in KINDS:
        raise NotFound(f"Channel '{channel[:20]}' not found")
    return KINDS[channel]


def _message(call: Call, kind: Kind, message_id: int) -> Message:
    message = writing.get(call.organisation_id, message_id)
    if message.channel != kind.channel:
        raise NotFound(f"Message with id='{message_id}' not found")
    return message


def _require(body: Document, kind: Kind) -> None:
    missing = {name: [f"{name} must be specified."] for name in kind.required if not body.get(name)}
    if missing:
        raise Invalid(problems=missing)


def _check_sender(call: Call, columns: dict[str, Any]) -> None:
    """Refuse a sender that none of the channel's gateways knows; without gateways any will do."""
    sender = columns.get("sender_name")
    if not sender or columns["channel"] not in NAMES_SENDERS:
        return
    problem = choosing.unknown_sender(call.organisation_id, columns["channel"], sender)
    if problem:
        raise Invalid(problems={"from": [problem]})


def _details(body: Document, kind: Kind) -> dict[str, Any]:
    """Return the channel's own members that were given."""
    return {name: body[name] for name in kind.details if body.get(name) is not None}


def _columns(
    body: Document, kind: Kind, *, stored: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the columns that the members speak of."""
    columns: dict[str, Any] = {"channel": kind.channel}
    for member, column in (("name", "name"), ("languageCode", "language"), *kind.columns.items()):
        if body.get(member) is not None:
            columns[column] = _text(body, member)
    if body.get("from") is not None:
        columns |= _sender(_text(body, "from"), kind)
    for member, column in (("tags", "tags"), ("subscriptionsKeys", "categories")):
        if body.get(member) is not None:
            columns[column] = _texts(body, member)
    if details := _details(body, kind):
        columns["details"] = {**(stored or {}), **details}
    if "html" in columns and body.get("css"):
        columns["html"] = _style(_text(body, "css")) + columns["html"]
    return columns


def _sender(given: str, kind: Kind) -> dict[str, str]:
    if kind.channel != "Email":
        return {"sender_name": given[:200]}
    name, address = parseaddr(given)
    if not validating.email(address):
        raise Invalid(problems={"from": ["from is not a sender."]})
    return {"sender_name": name[:200], "sender_email": address}


def _keep_members(message: Message, language: str, body: Document, kind: Kind) -> None:
    """Keep what has no column, so that it can be read back."""
    spoken = COMMON | set(kind.columns) | kind.details
    members = {name: value for name, value in body.items() if name not in spoken}
    members = {name: value for name, value in members.items() if value is not None}
    if len(repr(members)) > LONGEST_MEMBERS:
        raise Invalid("The message is too large.")
    kept, _ = StoredMembers.objects.get_or_create(message=message, language=language)
    kept.members |= members
    kept.save(update_fields=["members"])


def _shown(message: Message, kind: Kind) -> dict[str, Any]:
    parts = _parts(message, kind, _members(message, ""))
    return present(
        id=message.pk,
        name=message.name,
        languageCode=message.language or None,
        tags=message.tags or [],
        subscriptionsKeys=message.categories or None,
        languages=[one.language for one in message.translations.all()] or None,
        **{"from": _from(message, kind)},
        **parts,
    )


def _translated(message: Message, translation: Translation, kind: Kind) -> dict[str, Any]:
    return present(
        id=message.pk,
        name=message.name,
        languageCode=translation.language,
        **{"from": _from(message, kind)},
        **_parts(translation, kind, _members(message, translation.language)),
    )


def _parts(version: Message | Translation, kind: Kind, members: Document) -> dict[str, Any]:
    parts = {member: getattr(version, column) for member, column in kind.columns.items()}
    if "htmlText" in parts:
        parts["htmlText"] = parts["htmlText"].removeprefix(_style(members.get("css", "")))
    return {**members, **version.details, **{name: value for name, value in parts.items() if value}}


def _members(message: Message, language: str) -> Document:
    kept = message.storedmembers_set.all()
    return next((one.members for one in kept if one.language == language), {})


def _from(message: Message, kind: Kind) -> str | None:
    if kind.channel != "Email":
        return message.sender_name or None
    if not message.sender_email:
        return None
    return f'"{message.sender_name}" <{message.sender_email}>'


def _style(css: str) -> str:
    return f"<style>{css}</style>" if css else ""


def _text(body: Document, member: str) -> str:
    value = body.get(member)
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise Invalid(problems={member: [f"{member} must be text."]})
    return str(value)


def _texts(body: Document, member: str) -> list[str]:
    value = body[member]
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in texts):
        raise Invalid(problems={member: [f"{member} must be a list of texts."]})
    return texts
