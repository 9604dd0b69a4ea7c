"""Browsers that want pushes: the keys of a site, and subscriptions as devices of contacts.

A subscriber can be reached, so it is a contact at once, of a token alone if nobody knows more
(as with an app's token); a visitor is not (docs/design/tracking.md).
"""

import base64
import re
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction

from sanderling.accounts.actors import Actor
from sanderling.contacts import adding, devices
from sanderling.contacts.models import Device, Source
from sanderling.contacts.people import Match, Person
from sanderling.contacts.recognising import NOBODY, Identity
from sanderling.lib.errors import Invalid
from sanderling.lib.sealing import Keyring, seal, unseal_text
from sanderling.websites import visiting
from sanderling.websites.models import Site

CATEGORY = "webpush"
PLACE = re.compile(r"[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?")
LONGEST_ENDPOINT = 490  # with its application it is a key of the contact


def public_key(site: Site) -> str:
    """Return the key that browsers subscribe with; made when first asked for (RFC 8292)."""
    if not site.push_key:
        with transaction.atomic():
            locked = Site.objects.select_for_update().get(pk=site.pk)
            if not locked.push_key:
                _give_keys(locked)
            site.push_key, site.push_secret = locked.push_key, locked.push_secret
    return site.push_key


def private_key(site: Site) -> str:
    """Return the private half as PEM; never show, log or return it anywhere."""
    public_key(site)
    assert site.push_secret is not None
    return unseal_text(site.push_secret, context=_context(site.pk), keyring=_keyring())


def subscribe(
    site: Site,
    cookie: str,
    who: Identity,
    subscription: Any,
    *,
    user_agent: str = "",
    language: str = "",
    page: str = "",
    creates: bool,
) -> Device:
    """Keep a browser's subscription as a device of its contact."""
    endpoint, keys = _checked(subscription)
    return adding.until_no_race(
        lambda: _subscribed(
            site,
            cookie,
            who,
            devices.Registration(
                push_token=endpoint,
                category=CATEGORY,
                os_type=user_agent[:50],
                language=language,
                subscription={
                    "endpoint": endpoint,
                    "keys": keys,
                    "userAgent": user_agent[:300],
                    "subscriptionPage": page[:500],
                },
            ),
            creates=creates,
        )
    )


def unsubscribe(organisation_id: int, endpoint: str) -> bool:
    """Push to this browser no more: it said so, or the push service did (404, 410)."""
    device = devices.find(organisation_id, 0, endpoint)
    if device is None:
        return False
    by = Actor.system(organisation_id)
    return devices.switch(organisation_id, device.contact_id, endpoint, on=False, by=by)


def _subscribed(
    site: Site, cookie: str, who: Identity, said: devices.Registration, *, creates: bool
) -> Device:
    organisation_id = site.organisation_id
    by = Actor.system(organisation_id)
    owner = visiting.identify(organisation_id, cookie, who, creates=creates, by=by)
    if owner == NOBODY:
        token = devices.token_key(0, said.push_token)
        owner = adding.upsert(
            organisation_id,
            Person(token=token),
            by=by,
            match=Match.TOKEN,
            source=Source.SITE_AUTOMATED,
        ).contact_id
        visiting.bind(organisation_id, cookie, owner, by=by)
    return devices.register(organisation_id, owner, said, by=by)


def _checked(subscription: Any) -> tuple[str, dict[str, str]]:
    """Return endpoint and keys of what a browser's ``PushSubscription`` says of itself."""
    given = subscription if isinstance(subscription, dict) else {}
    endpoint, keys = given.get("endpoint"), given.get("keys")
    if not isinstance(endpoint, str) or len(endpoint) > LONGEST_ENDPOINT:
        raise Invalid("subscription.endpoint must be an address.")
    try:
        parts = urlsplit(endpoint)
        is_plain = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
        is_address = is_plain and parts.scheme == "https" and bool(PLACE.fullmatch(parts.netloc))
    except ValueError:
        is_address = False
    if not is_address:
        raise Invalid("subscription.endpoint must be an https address.")
    keys = keys if isinstance(keys, dict) else {}
    return endpoint, {
        "p256dh": _key(keys.get("p256dh"), 65, "p256dh"),
        "auth": _key(keys.get("auth"), 16, "auth"),
    }


def _key(text: Any, size: int, name: str) -> str:
    try:
        raw = base64.urlsafe_b64decode(str(text) + "===") if isinstance(text, str) else b""
        if len(raw) == size and size == 65:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        raw = b""
    if len(raw) != size:
        raise Invalid(f"subscription.keys.{name} is not a key of {size} bytes.")
    return str(text)


def _give_keys(site: Site) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    site.push_key = base64.urlsafe_b64encode(point).rstrip(b"=").decode()
    site.push_secret = seal(pem, context=_context(site.pk), keyring=_keyring())
    site.save(update_fields=["push_key", "push_secret"])


def _keyring() -> Keyring:
    return Keyring.from_text(settings.SEALING_KEYS)


def _context(site_id: int) -> str:
    return f"site:{site_id}:push:v1"
