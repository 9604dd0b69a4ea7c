"""Between a contact on the wire and a person in our words."""

import hashlib
from collections.abc import Iterator
from typing import Any

from sanderling.accounts.actors import Actor
from sanderling.api import shapes
from sanderling.api.answering import present
from sanderling.contacts import devices
from sanderling.contacts.models import Contact, ContactList
from sanderling.contacts.people import Person
from sanderling.lib.errors import Invalid

MOST_OF_A_TYPE = 2
PUSH = ("mobilepush", "webpush")
KNOWN_TYPES = {"email", "sms", "viber", *PUSH, "appinbox", "widget", "inapp"}


def person_of(sent: shapes.Contact) -> Person:
    """Return what was said about a person; what was not mentioned is None."""
    _check_channels(sent)
    address = sent.address or shapes.Address()
    return Person(
        external_id=_given(sent.external_customer_id),
        email=_first(sent, "email"),
        phone=_first(sent, "sms") or _first(sent, "viber"),
        token=next((token_key_of(channel) for channel in push_channels(sent)), None),
        first_name=sent.first_name,
        last_name=sent.last_name,
        language=sent.language_code,
        time_zone=sent.time_zone,
        region=address.region,
        town=address.town,
        address=address.address,
        postcode=address.postcode,
        contact_key=sent.contact_key,
        fields={one.id: one.value for one in sent.fields or () if one.id is not None},
    )


def group_names(sent: shapes.NewContact) -> list[str]:
    """Return the names of the segments that a contact joins; what a condition holds is no list."""
    given = sent.groups if isinstance(sent.groups, list) else [sent.groups]
    named = [
        one.get("name") if isinstance(one, dict) and one.get("type") in (None, "Static") else one
        for one in given
    ]
    return [name.strip() for name in named if isinstance(name, str) and name.strip()]


def push_channels(sent: shapes.Contact) -> Iterator[shapes.Channel]:
    """Yield the channels that are tokens of apps and browsers."""
    for channel in sent.channels or ():
        if channel.type in PUSH and channel.value:
            yield channel


def register_devices(
    organisation_id: int, contact_id: int, sent: shapes.Contact, *, by: Actor
) -> None:
    """Give the contact the devices behind its push channels."""
    for device in registrations_of(sent):
        devices.register(organisation_id, contact_id, device, by=by)


def registrations_of(sent: shapes.Contact) -> list[devices.Registration]:
    """Return what the push channels say of their devices."""
    return [_registration(channel) for channel in push_channels(sent)]


def _registration(channel: shapes.Channel) -> devices.Registration:
    device = channel.device or shapes.Device()
    return devices.Registration(
        push_token=channel.value or "",
        application_id=application_id_of(_app_of(channel)),
        category=channel.type or "mobilepush",
        app_version=device.app_version or "",
        client_version=device.client_version or "",
        device_model=device.device_model or "",
        os_type=device.os or "",
        language=device.locale or "",
        is_active=device.active is not False,
        subscription=channel.web_push_subscription or {},
    )


def application_id_of(app: str) -> int:
    """Return the number under which an app's devices are kept.

    The export has a number there and programs send a UUID, so the number is made of it.
    """
    if not app:
        return 0
    if app.isascii() and app.isdigit() and len(app) < 10:
        return int(app)
    return int.from_bytes(hashlib.sha256(app.encode()).digest()[:4]) >> 1


def token_key_of(channel: shapes.Channel) -> str:
    """Return a push token as contacts are found by it."""
    return devices.token_key(application_id_of(_app_of(channel)), channel.value or "")


def card(contact: Contact, groups: list[ContactList] | None = None) -> dict[str, Any]:
    """Return the full card of a contact (api.md §3.1)."""
    return present(
        **brief(contact),
        address=present(
            region=contact.region or None,
            town=contact.town or None,
            address=contact.address or None,
            postcode=contact.postcode or None,
        )
        or None,
        contactKey=contact.contact_key or None,
        groups=[{"id": group.pk, "name": group.name, "type": "Static"} for group in groups or ()]
        or None,
        languageCode=contact.language or None,
        timeZone=contact.time_zone or None,
    )


def brief(contact: Contact) -> dict[str, Any]:
    """Return a contact as searches list it; the external id is added, as live rows have it."""
    return present(
        id=contact.pk,
        firstName=contact.first_name or None,
        lastName=contact.last_name or None,
        channels=list(_channels(contact)),
        fields=[{"id": int(field), "value": value} for field, value in contact.fields.items()],
        addressBookId=contact.organisation_id,
        externalCustomerId=contact.external_id or None,
    )


def _channels(contact: Contact) -> Iterator[dict[str, Any]]:
    if contact.email:
        yield {"type": "email", "value": contact.email}
    if contact.phone:
        yield {"type": "sms", "value": contact.phone}
    for device in contact.device_set.all():
        yield {
            "type": device.category,
            "value": device.push_token,
            **({"device": _device(device)} if device.category == "mobilepush" else {}),
        }


def _device(device: Any) -> dict[str, Any]:
    return present(
        appId=str(device.application_id) if device.application_id else None,
        deviceModel=device.device_model or None,
        os=device.os_type or None,
        locale=device.language or None,
        clientVersion=device.client_version or None,
        appVersion=device.app_version or None,
        active=device.is_active,
    )


def _check_channels(sent: shapes.Contact) -> None:
    seen: dict[str, int] = {}
    for channel in sent.channels or ():
        kind = channel.type or ""
        if kind not in KNOWN_TYPES:
            raise Invalid(f"channels: type must be one of {', '.join(sorted(KNOWN_TYPES))}.")
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] > MOST_OF_A_TYPE:
            raise Invalid(f"channels: at most {MOST_OF_A_TYPE} of the type {kind}.")


def _first(sent: shapes.Contact, kind: str) -> str | None:
    return next((c.value for c in sent.channels or () if c.type == kind and c.value), None)


def _app_of(channel: shapes.Channel) -> str:
    if channel.device and channel.device.app_id:
        return channel.device.app_id
    return str((channel.web_push_subscription or {}).get("appId") or "")


def _given(value: str | None) -> str | None:
    return (value or "").strip() or None
