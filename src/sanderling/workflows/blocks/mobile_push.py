"""Mobile push: send a notification to the newest app of the run's contact."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from sanderling.messages.models import Channel
from sanderling.workflows.blocks.sending import Sends, asked
from sanderling.workflows.standing import Standing


@dataclass(frozen=True, kw_only=True)
class MobilePush(Sends):
    """Sends a notification to an app."""

    KIND = "mobile_push"
    TITLE = gettext_lazy("Mobile push")
    CHANNEL = Channel.MOBILE_PUSH
    WORDS = gettext_lazy("Send the mobile push %s")
    SETTINGS = asked(
        of="mobile_push",
        recipient="${PushToken}",
        hint=gettext_lazy(
            "A variable with a token, or the name of the parameter that holds the contact's ID. "
            "Without a token the contact's newest app is used."
        ),
    )

    def own_address(self, run: Standing) -> str:
        """Return nothing: the ledger looks the newest app up."""
        return ""

    def read_address(self, text: str) -> str:
        """Return a token as it is."""
        return text[:4096]
