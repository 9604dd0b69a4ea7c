"""Apps and browsers that can be pushed to, and whose they are.

A device may be known before its person: then it hangs on a contact that has only a token.  When
the person signs in, the known contact takes the device over.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.contacts import joining, keeping_keys
from sanderling.contacts.adding import locked
from sanderling.contacts.models import Contact, ContactKey, Device, KeyKind
from sanderling.lib.errors import Invalid
from sanderling.postgres.fields import CurrentTransaction


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What an app or a browser says of itself."""

    push_token: str
    application_id: int = 0
    category: str = "mobilepush"
    device_id: str = ""
    app_version: str = ""
    client_version: str = ""
    device_model: str = ""
    os_type: str = ""
    os_version: str = ""
    language: str = ""
    time_zone: str = ""
    is_active: bool = True
    subscription: dict[str, Any] = field(default_factory=dict)


def register(organisation_id: int, contact_id: int, said: Registration, *, by: Actor) -> Device:
    """Give a contact a device, taking it from whoever had its token; return the device."""
    if not said.push_token:
        raise Invalid(problems={"push_token": ["A device needs a push token."]})
    with transaction.atomic():
        contact = locked(organisation_id, contact_id)
        key = (KeyKind.TOKEN.value, token_key(said.application_id, said.push_token))
        owner = keeping_keys.owners(organisation_id, [key]).get(key)
        if owner not in (None, contact_id):
            _take_over(organisation_id, owner or 0, key, contact_id, by=by)
        keeping_keys.claim(organisation_id, contact_id, [key])
        device = _saved(contact, said)
        auditing.record(by, "device.register", contact_id, category=said.category)
    return device


def of_contact(organisation_id: int, contact_id: int) -> list[Device]:
    """Return the devices of a contact, newest first."""
    rows = Device.objects.filter(organisation_id=organisation_id, contact_id=contact_id)
    return list(rows.order_by("-id"))


def find(organisation_id: int, application_id: int, push_token: str) -> Device | None:
    """Return the device of a token."""
    key = (KeyKind.TOKEN.value, token_key(application_id, push_token))
    owner = keeping_keys.owners(organisation_id, [key]).get(key)
    return Device.objects.filter(
        organisation_id=organisation_id,
        contact_id=owner or 0,
        application_id=application_id,
        push_token=push_token,
    ).first()


def switch(organisation_id: int, contact_id: int, push_token: str, *, on: bool, by: Actor) -> bool:
    """Mark a device as reachable or not; return whether there is such a device."""
    device = Device.objects.filter(
        organisation_id=organisation_id, contact_id=contact_id, push_token=push_token
    ).first()
    if device is None:
        return False
    device.is_active = on
    device.save(update_fields=["is_active"])
    auditing.record(by, "device.switch", contact_id, on=on)
    return True


def switch_off(organisation_id: int, tokens: Mapping[str, int], *, category: str) -> int:
    """Mark devices as gone, each token with its contact; return how many."""
    rows = Device.objects.filter(
        organisation_id=organisation_id,
        contact_id__in=tokens.values(),
        category=category,
        push_token__in=tokens,
        is_active=True,
    )
    gone = rows.update(is_active=False, changed=CurrentTransaction())
    if gone:
        auditing.record(Actor.system(organisation_id), "device.gone", category, count=gone)
    return gone


def token_key(application_id: int, push_token: str) -> str:
    """Return the token as ContactKey spells it."""
    return f"{application_id}:{push_token}"[:500]


def _saved(contact: Contact, said: Registration) -> Device:
    same: dict[str, Any] = {"push_token": said.push_token}
    if said.device_id:
        same = {"device_id": said.device_id}
    device = Device.objects.filter(
        contact=contact, application_id=said.application_id, **same
    ).first()
    columns = {name: _fitting(name, value) for name, value in asdict(said).items()}
    if device is None:
        return Device.objects.create(organisation=contact.organisation, contact=contact, **columns)
    for name, value in columns.items():
        setattr(device, name, value)
    device.save(update_fields=list(columns))
    return device


def _fitting(name: str, value: Any) -> Any:
    """Cut what a device says of itself to its column: odd is better kept short than refused."""
    limit = getattr(Device._meta.get_field(name), "max_length", None)
    return value[:limit] if limit and isinstance(value, str) else value


def _take_over(
    organisation_id: int, owner: int, key: keeping_keys.Key, contact_id: int, *, by: Actor
) -> None:
    """Take a device from its contact; one that was nothing but this device is joined."""
    former = locked(organisation_id, owner)
    others = ContactKey.objects.filter(organisation_id=organisation_id, contact_id=owner)
    if not joining.is_named(former) and not others.exclude(value=key[1]).exists():
        words = "The same device signed in as this contact."
        joining.join(organisation_id, owner, contact_id, reason=words, by=by)
        return
    _, token = key[1].split(":", 1)
    Device.objects.filter(contact=former, push_token=token).delete()
    ContactKey.objects.filter(
        organisation_id=organisation_id, contact_id=owner, kind=key[0], value=key[1]
    ).delete()
    auditing.record(by, "device.taken", owner)
