"""Viber: send a message to the phone of the run's contact, or to a number that the event brings."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from sanderling.messages.models import Channel
from sanderling.workflows.blocks.phones import HINT, ToPhone
from sanderling.workflows.blocks.sending import asked


@dataclass(frozen=True, kw_only=True)
class Viber(ToPhone):
    """Sends a Viber message."""

    KIND = "viber"
    TITLE = gettext_lazy("Viber")
    CHANNEL = Channel.VIBER
    WORDS = gettext_lazy("Send the Viber message %s")
    SETTINGS = asked(of="viber", recipient="${Phone}", hint=HINT)
