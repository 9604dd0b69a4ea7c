"""Tokens of an app that want no pushes for a while (api.md §5.10.5, texts in §1.6)."""

import re
from typing import Any

from sanderling.api.answering import Answer, said
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.persons import application_id_of
from sanderling.api.shapes import Shape
from sanderling.contacts import muting
from sanderling.lib.errors import Invalid, NotFound

# A UUID, with dashes or without, or the number that the data export has in its place.
APP = re.compile(r"[0-9]{1,9}|[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
SHORTEST, LONGEST = 5, 31_536_000


class Mute(Shape):
    """Which token, and for how many seconds; for ever when that is not said."""

    token: str | None = None
    duration: Any = None


class Unmute(Shape):
    """Which token."""

    token: str | None = None


@operation("POST", "/v1/apps/{app_uuid}/token/mute", summary="Push nothing to a token for a while")
def mute(call: Call, app_uuid: str, body: Mute) -> Answer:
    """Leave a device in peace; what a program sends to the person still comes."""
    application_id, token = _named(call, app_uuid, body.token)
    seconds = _seconds(body.duration)
    muting.mute(call.organisation_id, application_id, token, seconds=seconds, by=call.actor)
    return said("Token has been muted")


@operation("POST", "/v1/apps/{app_uuid}/token/unmute", summary="Push to a token again")
def unmute(call: Call, app_uuid: str, body: Unmute) -> Answer:
    """End the peace of a device."""
    application_id, token = _named(call, app_uuid, body.token)
    muting.unmute(call.organisation_id, application_id, token, by=call.actor)
    return said("Token has been unmuted")


def _named(call: Call, app_uuid: str, token: str | None) -> tuple[int, str]:
    if not APP.fullmatch(app_uuid):
        raise Invalid("Wrong app uuid")
    if not token:
        raise Invalid("Token must be specified")
    application_id = application_id_of(app_uuid)
    if not muting.is_registered(call.organisation_id, application_id):
        raise NotFound("Not registered application")
    return application_id, token


def _seconds(duration: Any) -> int | None:
    if duration is None:
        return None
    text = str(duration)
    is_number = not isinstance(duration, bool) and text.isascii() and text.isdigit()
    if not is_number or len(text) > 9 or not SHORTEST <= int(text) <= LONGEST:
        raise Invalid(f"Duration must be positive integer from {SHORTEST} to {LONGEST}")
    return int(text)
