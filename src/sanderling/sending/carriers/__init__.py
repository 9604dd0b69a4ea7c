"""The register of channels: who makes a message's letters and hands them over, by channel.

A new channel is an engine in ``channels/``, a file here that is like its neighbours, and a line
in ``CARRIERS``.  Everybody else asks this register and knows no channel by name.
"""

from sanderling.messages.models import Channel
from sanderling.sending.carriers import app_inbox, email, mobile_push, sms, viber, web_push
from sanderling.sending.carriers.carrier import Carrier, Kind

CARRIERS: dict[str, Carrier] = {
    Channel.EMAIL: email.CARRIER,
    Channel.SMS: sms.CARRIER,
    Channel.VIBER: viber.CARRIER,
    Channel.MOBILE_PUSH: mobile_push.CARRIER,
    Channel.WEB_PUSH: web_push.CARRIER,
    Channel.APP_INBOX: app_inbox.CARRIER,
}


def carrier_of(channel: str) -> Carrier:
    """Return who carries the messages of a channel."""
    return CARRIERS[channel]


def kind_of(channel: str, kind: str) -> Kind | None:
    """Return a kind of gateway; None where the channel has no such."""
    carrier = CARRIERS.get(channel)
    return carrier.kinds.get(kind) if carrier else None


__all__ = ["CARRIERS", "Carrier", "Kind", "carrier_of", "kind_of"]
