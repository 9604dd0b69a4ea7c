"""Web push: sealed for the browser by the site's own key; there is no provider to sign up with."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from sanderling.channels import webpush
from sanderling.channels.outcomes import Kind as Meaning
from sanderling.channels.receipts import Receipt, Status
from sanderling.contacts import reaching
from sanderling.lib.errors import Invalid
from sanderling.messages.models import Channel
from sanderling.messages.short import Short
from sanderling.sending import gateways, tokens
from sanderling.sending.carriers.carrier import Asked, Carrier, Kind
from sanderling.sending.carriers.notes import NotePost, Values, notes_of
from sanderling.sending.choosing import CAPTURE
from sanderling.sending.letters import Letter, Post, Row
from sanderling.sending.models import Gateway
from sanderling.sending.tokens import Purpose, Token
from sanderling.websites import pushing, registering

VAPID = "VAPID"
GONE = Receipt(Status.REFUSED, 410, "The browser is not subscribed.", kind=Meaning.HARD_BOUNCE)
_senders = threading.local()


def values_of(post: Post, row: Row, rendered: Short) -> Values:
    """Return what the service worker shows; raises Invalid for what no push service takes."""
    details = rendered.details
    token = Token(post.organisation_id, row["contact_id"], row["id"])
    shown = {
        "title": rendered.subject,
        "text": rendered.text,
        "link": details.get("link"),
        "image": details.get("imageSource"),
        "buttons": details.get("buttons"),
        "tag": str(row["id"]),
        "iid": tokens.sign(token, Purpose.OPEN),
    }
    payload = {name: value for name, value in shown.items() if value}
    size = len(_bytes(payload))
    if size > webpush.LARGEST:
        raise Invalid(f"The message has {size} bytes; browsers take {webpush.LARGEST}.")
    return {"payload": payload, "ttl": details.get("ttlSec") or webpush.pushing.USUAL_LIFE}


def hand_over(post: Post, letters: Sequence[Letter]) -> Iterator[tuple[Letter, Receipt]]:
    """Yield each letter with the answer of its push service, in any order."""
    owners = [letter.contact_id for letter in letters]
    found = reaching.devices_of(post.organisation_id, owners, pushing.CATEGORY, even_muted=True)
    places = {
        device["push_token"]: _subscription(device["subscription"])
        for devices in found.values()
        for device in devices
    }
    outgoing = []
    for letter in letters:
        place = places.get(letter.recipient)
        if place is None:
            yield letter, GONE
            continue
        values = json.loads(letter.content)
        payload = _bytes(values["payload"])
        outgoing.append(webpush.Outgoing(place, payload, key=letter, ttl=int(values["ttl"])))
    if outgoing:
        for message, receipt in sender_of(post.gateway).send_many(outgoing):
            yield message.key, receipt


def bury(organisation_id: int, addresses: Mapping[str, int]) -> None:
    """Push no more to browsers that have ended their subscription (404, 410)."""
    for endpoint in addresses:
        pushing.unsubscribe(organisation_id, endpoint)


def sender_of(gateway: Gateway) -> webpush.Sender:
    """Return this thread's connections to push services, with the key of the site."""
    kept: dict[int, webpush.Sender] = _senders.__dict__.setdefault("by_gateway", {})
    if gateway.pk not in kept:
        site = registering.ensure_site(gateway.organisation_id)
        signer = webpush.Signer(pushing.private_key(site), _contact(gateway))
        kept[gateway.pk] = webpush.Sender(signer, resolve=gateways.resolve)
    return kept[gateway.pk]


def close_senders() -> None:
    """Hang up at every push service that this thread speaks to."""
    for sender in _senders.__dict__.pop("by_gateway", {}).values():
        sender.close()


def _contact(gateway: Gateway) -> str:
    """Return whom a push service may write to about us."""
    email = str(gateway.settings.get("contact") or "")
    return f"mailto:{email}" if email else str(settings.BASE_URL).replace("http://", "https://", 1)


def _subscription(kept: dict[str, object]) -> webpush.Subscription | None:
    keys = kept.get("keys")
    if not isinstance(keys, dict) or not kept.get("endpoint"):
        return None  # registered by a program, without the browser's keys
    return webpush.Subscription(
        str(kept["endpoint"]), str(keys.get("p256dh")), str(keys.get("auth"))
    )


def _bytes(payload: Values) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


CARRIER = Carrier(
    channel=Channel.WEB_PUSH,
    post=NotePost,
    letters_of=partial(notes_of, values_of),
    values_of=values_of,
    hand_over=hand_over,
    outcome_of=webpush.outcome_of,
    bury=bury,
    kinds={
        CAPTURE: Kind(_("Built-in inbox"), _("For trying: messages are kept, nobody gets them.")),
        VAPID: Kind(
            _("Browsers"),
            _("Directly to the push services of browsers, by the key of your site."),
            (Asked("contact", _("Email for push services"), _("Whom they may write to.")),),
        ),
    },
)
