"""SMS: send a message to the phone of the run's contact, or to a number that the event brings."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from sanderling.messages.models import Channel
from sanderling.workflows.blocks.phones import HINT, ToPhone
from sanderling.workflows.blocks.sending import asked


@dataclass(frozen=True, kw_only=True)
class Sms(ToPhone):
    """Sends an SMS."""

    KIND = "sms"
    TITLE = gettext_lazy("SMS")
    CHANNEL = Channel.SMS
    WORDS = gettext_lazy("Send the SMS %s")
    SETTINGS = asked(of="sms", recipient="${Phone}", hint=HINT)
