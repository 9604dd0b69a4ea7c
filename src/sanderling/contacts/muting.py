"""Devices that are left in peace for a while: no campaign pushes to them until it ends.

What answers something the person did (a message that a program sends to one contact, a test) still
comes (api.md §5.10.5).
"""

import datetime as dt

from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.contacts import devices
from sanderling.contacts.models import Device
from sanderling.lib.errors import NotFound

FOR_EVER = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)


def mute(
    organisation_id: int,
    application_id: int,
    push_token: str,
    *,
    seconds: int | None = None,
    by: Actor,
) -> dt.datetime:
    """Push nothing to a device for so long, or for ever; return until when."""
    until = FOR_EVER if seconds is None else timezone.now() + dt.timedelta(seconds=seconds)
    _set(_device(organisation_id, application_id, push_token), until, by=by)
    return until


def unmute(organisation_id: int, application_id: int, push_token: str, *, by: Actor) -> None:
    """Push to a device again."""
    _set(_device(organisation_id, application_id, push_token), None, by=by)


def is_registered(organisation_id: int, application_id: int) -> bool:
    """Whether any device of the organisation belongs to the application."""
    ours = Device.objects.filter(organisation_id=organisation_id, application_id=application_id)
    return ours.exists()


def _set(device: Device, until: dt.datetime | None, *, by: Actor) -> None:
    device.muted_until = until
    device.save(update_fields=["muted_until"])
    shown = until.isoformat(timespec="seconds") if until else ""
    auditing.record(by, "device.mute", device.contact_id, until=shown)


def _device(organisation_id: int, application_id: int, push_token: str) -> Device:
    device = devices.find(organisation_id, application_id, push_token)
    if device is None:
        raise NotFound("Token not found")
    return device
