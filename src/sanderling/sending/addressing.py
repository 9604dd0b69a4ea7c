"""Where a channel finds a person: an e-mail address, a phone, or the newest device of a kind.

Of several devices the one that was registered last gets the message: a person has one telephone
in the hand.  Devices that were switched off, or whose token died, are passed over.
The inbox of apps is the person's own, whatever device shows it: its address is the contact's id.
"""

from typing import NamedTuple

from sanderling.messages.models import Channel


class Reach(NamedTuple):
    """``suppressed_as`` is the channel's name on the suppression list; ``device`` a category."""

    suppressed_as: str
    device: str = ""


REACHES: dict[str, Reach] = {
    Channel.EMAIL: Reach("EMAIL"),
    Channel.SMS: Reach("SMS"),
    Channel.VIBER: Reach("VIBER"),
    Channel.MOBILE_PUSH: Reach("MOBILEPUSH", "mobilepush"),
    Channel.WEB_PUSH: Reach("WEBPUSH", "webpush"),
    Channel.APP_INBOX: Reach("APPINBOX"),
    Channel.TELEGRAM: Reach("TELEGRAM", "telegram"),
}


def reach_of(channel: str) -> Reach:
    """Return how a channel finds a person."""
    return REACHES[channel]
