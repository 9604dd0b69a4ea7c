"""Push tokens: whose they are, whether they are on, and what became of a push (api.md §5.3)."""

import datetime as dt

from sanderling.api.answering import EMPTY, Answer, said
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.persons import application_id_of
from sanderling.api.shapes import Id, Shape
from sanderling.api.times import moment_of
from sanderling.channels.reports import Fate
from sanderling.contacts import devices, finding
from sanderling.contacts.models import Device
from sanderling.contacts.recognising import NOBODY, Identity, recognise
from sanderling.lib.errors import Invalid, NotFound
from sanderling.sending import reporting, tokens
from sanderling.sending.models import Delivery

STATUSES = {"DELIVERED": Fate.DELIVERED, "OPENED": Fate.READ, "CLICKED": Fate.CLICKED}
MOST_TOKENS = 500


class Active(Shape):
    """Whether a device may be pushed to."""

    active: bool | None = None


class Interaction(Shape):
    """What a device did with a message."""

    token: str | None = None
    status: str | None = None
    time: str | None = None


class AppToken(Shape):
    """A token and whose it is."""

    token: str | None = None
    contact_id: Id | None = None
    external_customer_id: str | None = None
    phone: str | None = None
    email: str | None = None


class AppTokens(Shape):
    """Tokens of an application."""

    tokens: list[AppToken] | None = None


@operation("GET", "/v1/contact/token/activated/{app_uuid}/{token_id}", summary="Is a token active?")
def token_active(call: Call, app_uuid: str, token_id: str) -> dict[str, bool]:
    """Return whether the device of a token may be pushed to."""
    return {"active": _device(call, app_uuid, token_id).is_active}


@operation("PUT", "/v1/contact/token/activated/{app_uuid}/{token_id}", summary="Switch a token")
def switch_token(call: Call, app_uuid: str, token_id: str, body: Active) -> dict[str, bool]:
    """Say whether the device of a token may be pushed to."""
    if body.active is None:
        raise Invalid("active must be specified.")
    device = _device(call, app_uuid, token_id)
    devices.switch(call.organisation_id, device.contact_id, token_id, on=body.active, by=call.actor)
    return {"active": body.active}


@operation(
    "GET", "/v1/contact/token/{app_uuid}/{token_id}/contactId",
    summary="Whose token is it?", bucket="contact id by token",
)  # fmt: skip
def contact_of_token(call: Call, app_uuid: str, token_id: str) -> dict[str, int]:
    """Return the id of the contact that has the token."""
    return {"id": _device(call, app_uuid, token_id).contact_id}


@operation("POST", "/v1/apps/{app_uuid}/tokens", summary="Add tokens of an application")
def add_tokens(call: Call, app_uuid: str, body: AppTokens) -> Answer:
    """Give known contacts the devices behind tokens."""
    sent = body.tokens or []
    if not 1 <= len(sent) <= MOST_TOKENS:
        raise Invalid("Tokens must be specified")
    if not all(one.token for one in sent):
        raise Invalid("Token must be specified")
    found = recognise(call.organisation_id, [_identity(one) for one in sent])
    for one, contact_id in zip(sent, found, strict=True):
        if contact_id != NOBODY:
            devices.register(
                call.organisation_id,
                contact_id,
                devices.Registration(
                    push_token=one.token or "", application_id=application_id_of(app_uuid)
                ),
                by=call.actor,
            )
    known = sum(contact_id != NOBODY for contact_id in found)
    return said(f"{known} tokens have been added")


@operation(
    "PUT", "/v1/interactions/{interaction_id}/status", summary="Delivery, open or click of a push",
    bucket="interactions",
)  # fmt: skip
def interaction(call: Call, interaction_id: str, body: Interaction) -> Answer:
    """Record what a device did; the id is signed, so no credentials are needed (api.md §1.3)."""
    note(interaction_id, body)
    return EMPTY


def note(interaction_id: str, body: Interaction) -> None:
    """Write down what a device or browser says that it did with a message."""
    if body.status not in STATUSES:
        raise Invalid(f"status must be one of {', '.join(STATUSES)}.")
    token = tokens.read(interaction_id, tokens.Purpose.OPEN)
    if not _is_delivered(token):  # perhaps its contact became a part of somebody else
        contact_id = finding.current(token.organisation_id, token.contact_id)
        token = token._replace(contact_id=contact_id)
        if not _is_delivered(token):
            raise NotFound("There is no such interaction.")
    at = moment_of(body.time, dt.UTC) if body.time else dt.datetime.now(dt.UTC)
    reporting.settle(token, STATUSES[body.status], at=at)


def _is_delivered(token: tokens.Token) -> bool:
    return Delivery.objects.filter(
        organisation_id=token.organisation_id, contact_id=token.contact_id, id=token.delivery_id
    ).exists()


def _device(call: Call, app_uuid: str, token_id: str) -> Device:
    device = devices.find(call.organisation_id, application_id_of(app_uuid), token_id)
    if device is None:
        raise NotFound("Not registered application or token: not found")
    return device


def _identity(one: AppToken) -> Identity:
    return Identity(
        contact_id=one.contact_id,
        external_id=one.external_customer_id or "",
        email=one.email or "",
        phone=one.phone or "",
    )
