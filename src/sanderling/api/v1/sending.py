"""Messages to single people (api.md §5.8): prepared ones, and ones that come with the call."""

import uuid
from collections.abc import Iterable, Sequence
from email.utils import parseaddr
from typing import Any, cast

import msgspec
from django.db import transaction
from psycopg import sql

from sanderling.api.answering import collapse
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.recipients import Recipient, Wish, check_number, contacts_of, wish_of
from sanderling.api.shapes import Id, Shape
from sanderling.contacts import validating
from sanderling.lib.errors import Invalid, NotFound
from sanderling.messages import detailing, freezing
from sanderling.messages.models import Channel, Content, Message
from sanderling.postgres.statements import fetch
from sanderling.segments.freezing import people_sql
from sanderling.sending import choosing
from sanderling.sending.models import DeliveryStatus, OriginKind
from sanderling.sending.queueing import NewDelivery, Origin, Queued, enqueue_many, step_of_request

MOST_OF_A_GROUP = 100_000
REASONS = {
    "NO_ADDRESS": "the contact has no address",
    "INVALID": "the address is not valid",
    "BLACKLISTED": "the address is blacklisted",
    "SUPPRESSED": "the address is blocked",
    "DELETED": "the contact is deleted",
}


class SmartSend(Shape):
    """A prepared message for up to 1,000 people, each with data of their own."""

    recipients: list[Recipient] | None = None
    email: bool | None = None
    from_name: str | None = None


class Param(Shape):
    """A value for the template."""

    key: str | None = None
    value: Any = None


class OldSend(Shape):
    """A prepared message for addresses, a contact or a segment, with one set of data."""

    recipients: list[str] | None = None
    group_id: Id | None = None
    contact_id: Id | None = None
    params: list[Param] | None = None
    from_name: str | None = None


class OutgoingEmail(Shape):
    """An e-mail that comes with the call."""

    sender: str | None = msgspec.field(default=None, name="from")
    subject: str | None = None
    html_text: str | None = None
    plain_text: str | None = None
    emails: list[str] | None = None
    tags: list[str] | None = None
    subscriptions_keys: list[str] | None = None
    track_urls: bool | None = None
    skip_personalisation: bool | None = None
    external_request_id: str | None = None


class OutgoingText(Shape):
    """What an SMS and a Viber message that come with the call have in common."""

    sender: str | None = msgspec.field(default=None, name="from")
    text: str | None = None
    phone_numbers: list[str] | None = None
    group_id: Id | None = None
    tags: list[str] | None = None
    subscriptions_keys: list[str] | None = None
    track_urls: bool | None = None
    external_request_id: str | None = None


class OutgoingSMS(OutgoingText):
    """An SMS that comes with the call."""


class OutgoingViber(OutgoingText):
    """A Viber message that comes with the call."""

    ios_expirity_text: str | None = None
    ttl_seconds: int | None = None
    img: str | None = None
    caption: str | None = None
    action: str | None = None


@operation("POST", "/v1/message/{message_id}/smartsend", summary="Send a prepared message")
def smart_send(call: Call, message_id: int, body: SmartSend) -> dict[str, Any]:
    """Queue a delivery per recipient; a row of the answer per recipient, in order."""
    message = _message(call, message_id)
    recipients = body.recipients or []
    check_number(recipients)
    wishes = [wish_of(one, message.channel) for one in recipients]
    content = _content(message, from_name=body.from_name)
    return _answer(_send(call, content, wishes, origin_id=message.pk))


@operation("POST", "/v1/message/{message_id}/send", summary="Send a prepared message (old)")
def old_send(call: Call, message_id: int, body: OldSend) -> dict[str, Any]:
    """Queue the message with one set of data for everybody; a segment is one row (§10.12)."""
    message = _message(call, message_id)
    params = {one.key: one.value for one in body.params or () if one.key}
    content = _content(message, from_name=body.from_name)
    rows: list[dict[str, Any]] = []
    if body.group_id is not None:
        rows.append(_send_to_group(call, content, body.group_id, params, message.pk))
    sent = [Recipient(locator=one, json_param=params) for one in body.recipients or ()]
    if body.contact_id is not None:
        sent.append(Recipient(contact_id=body.contact_id, json_param=params))
    if not sent and not rows:
        raise Invalid("Give recipients, contactId or groupId.")
    check_number(sent or [Recipient()])
    wishes = [wish_of(one, message.channel) for one in sent]
    return _answer(rows + _send(call, content, wishes, origin_id=message.pk))


@operation("POST", "/v1/message/email", summary="Send an e-mail")
def send_email(call: Call, body: OutgoingEmail) -> dict[str, Any]:
    """Queue an e-mail that has no stored message; unknown addresses become contacts."""
    name, address = parseaddr(body.sender or "")
    problems = {
        "from": [] if validating.email(address) else ["from is not a sender."],
        "subject": [] if body.subject else ["subject must be specified."],
        "htmlText": [] if body.html_text else ["htmlText must be specified."],
        "emails": [] if body.emails else ["emails must be specified."],
    }
    _refuse(problems)
    content = freezing.freeze_parts(
        call.organisation_id,
        columns={
            "channel": Channel.EMAIL,
            "name": (body.subject or "")[:200],
            "subject": (body.subject or "")[:1000],
            "sender_name": name[:200],
            "sender_email": address,
            "html": body.html_text or "",
            "text": body.plain_text or "",
            "details": _ways(body),
            "tags": body.tags or [],
            "categories": body.subscriptions_keys or [],
        },
    )
    recipients = [
        Recipient(locator=one, external_request_id=body.external_request_id)
        for one in body.emails or ()
    ]
    check_number(recipients)
    wishes = [wish_of(one, Channel.EMAIL) for one in recipients]
    return _answer(_send(call, content, wishes, origin_id=0))


def _ways(body: OutgoingEmail) -> dict[str, Any]:
    """Return what a letter does otherwise than letters do."""
    ways: dict[str, Any] = {}
    if body.skip_personalisation:
        ways["skipPersonalisation"] = True
    if body.track_urls is False:
        ways["trackUrls"] = False
    return ways


@operation("POST", "/v1/message/sms", summary="Send an SMS")
def send_sms(call: Call, body: OutgoingSMS) -> dict[str, Any]:
    """Queue an SMS that has no stored message; unknown numbers become contacts."""
    details = {"trackUrls": bool(body.track_urls)}
    return _send_text(call, Channel.SMS, body, details)


@operation("POST", "/v1/message/viber", summary="Send a Viber message")
def send_viber(call: Call, body: OutgoingViber) -> dict[str, Any]:
    """Queue a Viber message that has no stored message; links are tracked unless told not to."""
    if not body.ios_expirity_text:
        raise Invalid(problems={"iosExpirityText": ["iosExpirityText must be specified."]})
    details = {
        "trackUrls": body.track_urls is not False,
        "ttlSec": body.ttl_seconds,
        "img": body.img,
        "caption": body.caption,
        "action": body.action,
        "iosExpirityText": body.ios_expirity_text,
    }
    return _send_text(call, Channel.VIBER, body, details)


def _send_text(
    call: Call, channel: Channel, body: OutgoingText, details: dict[str, Any]
) -> dict[str, Any]:
    """Queue a text for numbers or a segment; a row per number, one for the segment."""
    known = choosing.senders_of(call.organisation_id, channel)
    sender = body.sender or (known[0] if len(known) == 1 else "")
    problems = {
        # Viber needs it where there are several (api.md §5.8.5); without any the rows say so.
        "from": ["from must be specified."]
        if not sender and (known or channel == Channel.SMS)
        else [],
        "text": [] if body.text else ["text must be specified."],
    }
    _refuse(problems)
    if not body.phone_numbers and body.group_id is None:
        raise Invalid("Give phoneNumbers or groupId.")
    given = {name: value for name, value in details.items() if value is not None}
    # A button without a picture is refused in stored messages only: published clients send it.
    if wrong := detailing.problems_of(channel, given, is_whole=False):
        raise Invalid(problems=wrong)
    content = freezing.freeze_parts(
        call.organisation_id,
        columns={
            "channel": channel,
            "name": (body.text or "")[:200],
            "sender_name": (sender or "")[:200],
            "text": body.text or "",
            "details": given,
            "tags": body.tags or [],
            "categories": body.subscriptions_keys or [],
        },
    )
    rows = []
    if body.group_id is not None:
        external_id = body.external_request_id or ""
        rows.append(_send_to_group(call, content, body.group_id, {}, 0, external_id))
    recipients = [
        Recipient(locator=one, external_request_id=body.external_request_id)
        for one in body.phone_numbers or ()
    ]
    check_number(recipients or [Recipient()])
    wishes = [wish_of(one, channel) for one in recipients]
    return _answer(rows + _send(call, content, wishes, origin_id=0))


def _refuse(problems: dict[str, list[str]]) -> None:
    """Raise Invalid with the fields of which something is said, if there are any."""
    if wrong := {field: said for field, said in problems.items() if said}:
        raise Invalid(problems=wrong)


def _message(call: Call, message_id: int) -> Message:
    found = Message.objects.filter(organisation_id=call.organisation_id, pk=message_id).first()
    if found is None:
        raise NotFound(f"Message with id='{message_id}' not found")
    return found


def _content(message: Message, *, from_name: str | None) -> Content:
    """Freeze the message; another name of the sender makes another content."""
    if from_name:
        message.sender_name = from_name[:200]
    return freezing.freeze(message)


def _send(
    call: Call, content: Content, wishes: Sequence[Wish], *, origin_id: int
) -> list[dict[str, Any]]:
    """Queue what can be sent; return a row of the answer for each wish."""
    if problem := _no_road(content):
        return [_error(wish.locator, wish.problem or problem) for wish in wishes]
    contact_ids = contacts_of(call.organisation_id, wishes, by=call.actor)
    asked = [
        (at, NewDelivery(contact_id, step_of_request(request, wish.external_id),
                         params=wish.params, language=wish.language, request_id=request))
        for at, (wish, contact_id) in enumerate(zip(wishes, contact_ids, strict=True))
        if contact_id and not wish.problem
        for request in [uuid.uuid4()]
    ]  # fmt: skip
    queued = enqueue_many(
        content, [one for _, one in asked], origin=Origin(OriginKind.API, origin_id)
    )
    rows = {
        at: _row(wishes[at].locator, result) for (at, _), result in zip(asked, queued, strict=True)
    }
    return [
        rows.get(at) or _error(wish.locator, wish.problem or f"'{wish.locator}' not found")
        for at, wish in enumerate(wishes)
    ]


@transaction.atomic
def _send_to_group(
    call: Call,
    content: Content,
    group_id: int,
    params: dict[str, Any],
    message_id: int,
    external_id: str = "",
) -> dict[str, Any]:
    if problem := _no_road(content):
        return _error(str(group_id), problem)
    people = people_sql(call.organisation_id, include=[group_id])
    rows = fetch(sql.SQL(cast("Any", people.sql)), people.params)
    if len(rows) > MOST_OF_A_GROUP:
        raise Invalid(f"More than {MOST_OF_A_GROUP} people: send a broadcast instead.")
    request = uuid.uuid4()
    wishes = [
        NewDelivery(
            contact_id,
            step_of_request(request, external_id),
            params=params or None,
            request_id=request,
        )
        for (contact_id,) in rows
    ]
    enqueue_many(content, wishes, origin=Origin(OriginKind.API, message_id))
    return {"id": 0, "locator": str(group_id), "status": "OK", "requestId": str(request)}


def _no_road(content: Content) -> str:
    """Return why nothing of this channel and sender can leave, before anybody becomes a contact."""
    snapshot = content.snapshot
    return choosing.problem_of(
        content.organisation_id, snapshot["channel"], snapshot["sender_name"]
    )


def _row(locator: str, queued: Queued) -> dict[str, Any]:
    if queued.status == DeliveryStatus.EXCLUDED:
        return _error(locator, f"'{locator}': {REASONS.get(queued.reason, queued.reason)}")
    return {"id": 0, "locator": locator, "status": "OK", "requestId": str(queued.request_id)}


def _error(locator: str, message: str) -> dict[str, Any]:
    return {"id": 0, "locator": locator, "status": "ERROR", "message": message}


def _answer(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"id": 0, "results": collapse(list(rows))}
