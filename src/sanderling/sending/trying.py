"""A trial message by a gateway of SMS, Viber or push, by the very road that campaigns take."""

import json
import secrets as randomness
from typing import Any

from django.db import transaction

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Organisation
from sanderling.accounts.rights import Permission, require
from sanderling.channels.receipts import Status
from sanderling.contacts import validating
from sanderling.lib.errors import Invalid
from sanderling.messages import freezing
from sanderling.messages.models import Channel
from sanderling.messages.short import Short
from sanderling.sending import connecting, gateways
from sanderling.sending.addressing import reach_of
from sanderling.sending.carriers import carrier_of
from sanderling.sending.carriers.notes import callback_of
from sanderling.sending.letters import Letter, Post, Snapshot
from sanderling.sending.models import Captured, Gateway
from sanderling.sending.testing import NotTaken


def send_trial(organisation_id: int, gateway_id: int, *, to: str, sender: str, by: Actor) -> str:
    """Send a short text; return in words what became of it.

    ``to`` is a phone, or a device's token; ``sender`` by default the gateway's first.  Raises
    NotTaken in the words of the provider, Invalid for an address that is none.
    """
    require(by, Permission.ADMINISTER)
    gateway = connecting.get(organisation_id, gateway_id)
    recipient = _recipient(gateway, to)
    name = Organisation.objects.values_list("name", flat=True).get(pk=organisation_id)
    post = _post(gateway, sender or next(iter(gateway.senders), ""), name)
    letter = _letter(post, recipient, f"A test from {name}.")
    auditing.record(by, "channel.test", gateway_id, to=recipient[:100])
    if gateways.is_capture(gateway):
        return _captured(letter, gateway)
    carrier = carrier_of(gateway.channel)
    [(_, receipt)] = list(carrier.hand_over(post, [letter]))
    if receipt.status is Status.ACCEPTED:
        return f"{gateway.name} took the message for {recipient[:40]}. See whether it arrives."
    words = f" ({receipt.code} {receipt.text})" if receipt.code else ""
    raise NotTaken(f"{carrier.outcome_of(receipt).words}{words}")


def _recipient(gateway: Gateway, to: str) -> str:
    text = to.strip()
    if reach_of(gateway.channel).device:
        if not text or len(text) > 4096:
            raise Invalid(problems={"to": ["Give the token of a device."]})
        return text
    number = validating.phone(text)
    if number is None:
        raise Invalid(problems={"to": ["Give a phone number with its country's code."]})
    return number


def _post(gateway: Gateway, sender: str, name: str) -> Post:
    columns = {"channel": gateway.channel, "name": "Test", "sender_name": sender, "subject": name}
    snapshot: Snapshot = freezing.draft(gateway.organisation_id, columns=columns)
    return carrier_of(gateway.channel).post(
        gateway.organisation_id, 0, "SYSTEM", 0, snapshot, None, gateway
    )


def _letter(post: Post, recipient: str, text: str) -> Letter:
    key = randomness.token_hex(12)
    row: dict[str, Any] = {"id": 0, "contact_id": 0, "address": recipient}
    rendered = Short(str(post.snapshot["subject"]), "", text, (), {})
    values = {
        "key": key,
        "to": recipient,
        "from": post.snapshot["sender_name"],
        "text": text,
        "callback": callback_of(post.gateway),
        **carrier_of(str(post.snapshot["channel"])).values_of(post, row, rendered),
    }
    content = json.dumps(values, ensure_ascii=False).encode()
    return Letter(0, 0, recipient, "", text, key, "", content, 0, 0, row)


@transaction.atomic
def _captured(letter: Letter, gateway: Gateway) -> str:
    Captured.objects.create(
        organisation_id=gateway.organisation_id,
        media_type=Channel(gateway.channel),
        message_id=letter.message_id,
        recipient=letter.recipient[:254],
        subject=letter.subject,
        raw=letter.content,
    )
    return "The message was captured and lies in the inbox; nobody got it."
