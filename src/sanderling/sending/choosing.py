"""By which gateway a message leaves: the one that lists its sender, else the oldest awake."""

import datetime as dt

from django.utils import timezone

from sanderling.lib.errors import Invalid, SanderlingError
from sanderling.messages.models import Channel
from sanderling.sending.models import Gateway

AGAIN_IN = dt.timedelta(minutes=1)
CAPTURE = "CAPTURE"
# Channels in which a message must name its sender (an alpha name, a service).
NAMES_SENDERS = frozenset({Channel.SMS, Channel.VIBER})
INBOX = "INBOX"  # the kind of gateway that is ourselves


class NotNow(SanderlingError):
    """The messages wait: there is no gateway, or it is paused or held."""

    status = 409

    def __init__(self, message: str, until: dt.datetime | None = None) -> None:
        super().__init__(message)
        self.until = until or timezone.now() + AGAIN_IN


class NoGateway(NotNow):
    """No gateway for this channel is connected."""


def gateways_of(organisation_id: int, channel: str = "") -> list[Gateway]:
    """Return the gateways of an organisation, in the order in which they are chosen."""
    rows = Gateway.objects.filter(organisation_id=organisation_id).exclude(channel=Channel.EMAIL)
    if channel:
        rows = rows.filter(channel=channel)
    return list(rows.order_by("channel", "pk"))


def chosen(organisation_id: int, channel: str, sender: str) -> Gateway:
    """Return the gateway for a channel and a sender.

    Raises NoGateway when there is none, Invalid when none knows the sender.
    """
    known = gateways_of(organisation_id, channel) or _our_own(organisation_id, channel)
    if not known:
        raise NoGateway(
            f"No gateway for {Channel(channel).label} is connected: add one under Settings, "
            "Channels."
        )
    awake = [gateway for gateway in known if not gateway.is_paused] or known
    for gateway in awake:
        if _knows(gateway, sender):
            return gateway
    if not sender and channel not in NAMES_SENDERS:
        return awake[0]
    raise Invalid(problems={"from": [unknown_sender(organisation_id, channel, sender)]})


def ready(organisation_id: int, channel: str, sender: str) -> Gateway:
    """Return the gateway for a batch; raises NotNow while it is paused or held."""
    gateway = chosen(organisation_id, channel, sender)
    if gateway.is_paused:
        raise NotNow(f"The gateway “{gateway}” is paused.")
    if gateway.held_until and gateway.held_until > timezone.now():
        raise NotNow(gateway.note, gateway.held_until)
    return gateway


def problem_of(organisation_id: int, channel: str, sender: str) -> str:
    """Return why nothing of this channel and sender can leave; empty when it can."""
    if channel == Channel.EMAIL:
        return ""
    try:
        chosen(organisation_id, channel, sender)
    except SanderlingError as problem:
        return problem.message
    return ""


def unknown_sender(organisation_id: int, channel: str, sender: str) -> str:
    """Return what is wrong with a sender; nothing is as long as there is no gateway to ask."""
    known = gateways_of(organisation_id, channel)
    if not known or any(_knows(gateway, sender) for gateway in known):
        return ""
    return f"“{sender}” is not a sender of your gateways."


def senders_of(organisation_id: int, channel: str) -> list[str]:
    """Return what messages of a channel may name as their sender."""
    found = (sender for one in gateways_of(organisation_id, channel) for sender in one.senders)
    return list(dict.fromkeys(found))


def _our_own(organisation_id: int, channel: str) -> list[Gateway]:
    """Return the gateway that needs no provider: inboxes of apps lie with us."""
    if channel != Channel.APP_INBOX:
        return []
    Gateway.objects.get_or_create(
        organisation_id=organisation_id,
        channel=channel,
        kind=INBOX,
        defaults={"name": str(Channel.APP_INBOX.label)},
    )
    return gateways_of(organisation_id, channel)


def stays_here(gateway: Gateway) -> bool:
    """Whether what it takes is written into our own database, and so with the receipts or not."""
    return gateway.kind == INBOX


def _knows(gateway: Gateway, sender: str) -> bool:
    if not gateway.senders:
        return gateway.channel not in NAMES_SENDERS or gateway.kind == CAPTURE
    return sender.casefold() in {one.casefold() for one in gateway.senders}
