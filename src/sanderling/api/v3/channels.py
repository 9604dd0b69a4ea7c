"""Gateways of SMS, Viber and push: the twin of the page Settings, Channels."""

from typing import Any

from sanderling.api.answering import EMPTY, Answer, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Shape
from sanderling.sending import carriers, choosing, connecting, gateways, secrets, trying
from sanderling.sending.carriers.notes import callback_of
from sanderling.sending.models import Gateway


class GatewayBody(Shape):
    """A gateway; members and secrets that are absent stay as they are."""

    channel: str | None = None
    kind: str | None = None
    name: str | None = None
    senders: list[str] | None = None
    per_minute: int | None = None
    settings: dict[str, Any] | None = None
    secret: dict[str, str] | None = None


class TrialBody(Shape):
    """Whom to send a trial message to, and from which sender."""

    to: str | None = None
    sender: str | None = None


@operation("GET", "/v3/gateways/kinds", summary="Kinds of gateways")
def list_kinds(call: Call) -> list[dict[str, Any]]:
    """Return what each channel can be connected to, and what each kind asks for."""
    return [
        {
            "channel": channel,
            "kind": name,
            "title": str(kind.title),
            "settings": [asked.name for asked in kind.asks if not asked.is_secret],
            "secrets": [asked.name for asked in kind.asks if asked.is_secret],
        }
        for channel, carrier in carriers.CARRIERS.items()
        for name, kind in carrier.kinds.items()
    ]


@operation("GET", "/v3/gateways", summary="Gateways")
def list_gateways(call: Call) -> list[dict[str, Any]]:
    """Return the gateways; secrets are never shown."""
    return [_gateway(one) for one in choosing.gateways_of(call.organisation_id)]


@operation("POST", "/v3/gateways", summary="Add a gateway")
def add_gateway(call: Call, body: GatewayBody) -> dict[str, Any]:
    """Connect a gateway."""
    made = connecting.save(
        call.organisation_id,
        channel=body.channel or "",
        kind=body.kind or "",
        by=call.actor,
        **_given(body),
    )
    return _gateway(made)


@operation("GET", "/v3/gateways/{gateway_id}", summary="Get a gateway")
def get_gateway(call: Call, gateway_id: int) -> dict[str, Any]:
    """Return a gateway."""
    return _gateway(connecting.get(call.organisation_id, gateway_id))


@operation("PUT", "/v3/gateways/{gateway_id}", summary="Change a gateway")
def change_gateway(call: Call, gateway_id: int, body: GatewayBody) -> dict[str, Any]:
    """Change what is given; channel and kind stay."""
    changed = connecting.save(
        call.organisation_id, gateway_id=gateway_id, by=call.actor, **_given(body)
    )
    return _gateway(changed)


@operation("POST", "/v3/gateways/{gateway_id}/pause", summary="Pause a gateway")
def pause_gateway(call: Call, gateway_id: int) -> dict[str, Any]:
    """Let nothing leave by it; what waits is kept."""
    return _gateway(connecting.pause(call.organisation_id, gateway_id, on=True, by=call.actor))


@operation("POST", "/v3/gateways/{gateway_id}/resume", summary="Resume a gateway")
def resume_gateway(call: Call, gateway_id: int) -> dict[str, Any]:
    """Let messages leave by it again."""
    return _gateway(connecting.pause(call.organisation_id, gateway_id, on=False, by=call.actor))


@operation("POST", "/v3/gateways/{gateway_id}/test", summary="Send a trial message", writes=False)
def try_gateway(call: Call, gateway_id: int, body: TrialBody) -> dict[str, Any]:
    """Send a trial message by it; return in words what became of it."""
    words = trying.send_trial(
        call.organisation_id,
        gateway_id,
        to=body.to or "",
        sender=body.sender or "",
        by=call.actor,
    )
    return {"message": words}


@operation("DELETE", "/v3/gateways/{gateway_id}", summary="Delete a gateway")
def delete_gateway(call: Call, gateway_id: int) -> Answer:
    """Delete a gateway that no message waits for."""
    connecting.delete(call.organisation_id, gateway_id, by=call.actor)
    return EMPTY


def _given(body: GatewayBody) -> dict[str, Any]:
    return {
        "name": body.name,
        "senders": body.senders,
        "per_minute": body.per_minute,
        "settings": body.settings,
        "secret": body.secret,
    }


def _gateway(gateway: Gateway) -> dict[str, Any]:
    return present(
        id=gateway.pk,
        channel=gateway.channel,
        kind=gateway.kind,
        name=gateway.name,
        senders=gateway.senders,
        perMinute=gateway.per_minute,
        settings=gateway.settings,
        secrets=sorted(secrets.of(gateway)),
        isPaused=gateway.is_paused,
        isCapture=gateways.is_capture(gateway),
        note=gateway.note or None,
        reportsTo=callback_of(gateway),
    )
