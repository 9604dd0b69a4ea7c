"""Mobile push: a notification for an app, by Firebase Cloud Messaging."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from sanderling.channels import mobilepush
from sanderling.channels.mobilepush.payloads import size_of
from sanderling.channels.receipts import Receipt
from sanderling.contacts import devices
from sanderling.lib.errors import Invalid
from sanderling.messages.models import Channel
from sanderling.messages.short import Short
from sanderling.sending import gateways, secrets, tokens
from sanderling.sending.carriers.carrier import Asked, Carrier, Kind, Problems, Settings
from sanderling.sending.carriers.notes import NotePost, Values, notes_of
from sanderling.sending.choosing import CAPTURE
from sanderling.sending.letters import Letter, Post, Row
from sanderling.sending.models import Gateway
from sanderling.sending.tokens import Purpose, Token

FCM = "FCM"
_senders = threading.local()


def values_of(post: Post, row: Row, rendered: Short) -> Values:
    """Return the notification; raises Invalid for what no phone takes."""
    token = Token(post.organisation_id, row["contact_id"], row["id"])
    message = mobilepush.message_of(
        row["address"],
        title=rendered.subject,
        text=rendered.text,
        interaction=tokens.sign(token, Purpose.OPEN),
        details=rendered.details,
    )
    if not rendered.text:
        raise Invalid("The text is empty.")
    if (size := size_of(message)) > mobilepush.LARGEST:
        raise Invalid(f"The message has {size} bytes; phones take {mobilepush.LARGEST}.")
    return {"message": message}


def hand_over(post: Post, letters: Sequence[Letter]) -> Iterator[tuple[Letter, Receipt]]:
    """Yield each letter with Firebase's answer, in any order."""
    outgoing = (
        mobilepush.Outgoing(json.loads(letter.content)["message"], key=letter) for letter in letters
    )
    for message, receipt in sender_of(post.gateway).send_many(outgoing):
        yield message.key, receipt


def sender_of(gateway: Gateway) -> mobilepush.Sender:
    """Return this thread's connections to Firebase for a gateway."""
    kept: dict[int, mobilepush.Sender] = _senders.__dict__.setdefault("by_gateway", {})
    account = mobilepush.Account.read(secrets.of(gateway).get("key_file", ""))
    endpoint = str(gateway.settings.get("endpoint") or mobilepush.ENDPOINT).rstrip("/")
    sender = kept.get(gateway.pk)
    if sender is None or sender.account != account or sender.endpoint != endpoint:
        if sender is not None:
            sender.close()
        sender = mobilepush.Sender(account, resolve=gateways.resolve, endpoint=endpoint)
        kept[gateway.pk] = sender
    return sender


def close_senders() -> None:
    """Hang up at Firebase."""
    for sender in _senders.__dict__.pop("by_gateway", {}).values():
        sender.close()


def bury(organisation_id: int, addresses: Mapping[str, int]) -> None:
    """Push no more to apps that are gone; a new token from the same phone is a new device."""
    devices.switch_off(organisation_id, addresses, category="mobilepush")


def _problems(settings: Settings, secret: Mapping[str, str]) -> Problems:
    found: Problems = {}
    try:
        mobilepush.Account.read(secret.get("key_file", ""))
    except mobilepush.BadKeyFile as refusal:
        found["key_file"] = [refusal.message]
    parts = urlsplit(str(settings.get("endpoint") or mobilepush.ENDPOINT))
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
        found["endpoint"] = ["The address must begin with https://."]
    return found


CARRIER = Carrier(
    channel=Channel.MOBILE_PUSH,
    post=NotePost,
    letters_of=partial(notes_of, values_of),
    values_of=values_of,
    hand_over=hand_over,
    outcome_of=mobilepush.outcome_of,
    # Firebase promises to try; the app says what became of it (interactions/status).
    has_reports=lambda gateway: gateway.kind == FCM,
    bury=bury,
    kinds={
        CAPTURE: Kind(_("Built-in inbox"), _("For trying: messages are kept, nobody gets them.")),
        FCM: Kind(
            _("Firebase"),
            _("Android and iOS apps, by the key file of a service account."),
            (
                Asked(
                    "key_file",
                    _("Key file (JSON)"),
                    _("Firebase console, Project settings, Service accounts."),
                    is_secret=True,
                    is_required=True,
                    is_long=True,
                ),
                Asked("endpoint", _("Address"), _("Empty: Firebase itself, not a proxy.")),
            ),
            _problems,
        ),
    },
)
