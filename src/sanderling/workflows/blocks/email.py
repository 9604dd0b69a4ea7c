"""Email: send a mail to the run's contact, or to an address that the event brings."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.messages.models import Channel
from sanderling.workflows.blocks.sending import Sends, asked
from sanderling.workflows.standing import Standing


@dataclass(frozen=True, kw_only=True)
class Email(Sends):
    """Sends an e-mail."""

    KIND = "email"
    TITLE = gettext_lazy("Email")
    CHANNEL = Channel.EMAIL
    WORDS = gettext_lazy("Send the email %s")
    SETTINGS = asked(
        of="message",
        recipient="${EmailAddress}",
        hint=gettext_lazy(
            "A variable with an address, or the name of the parameter that holds the "
            "contact's ID. Without an address the contact's own is used."
        ),
    )

    def own_address(self, run: Standing) -> str:
        """Return the contact's e-mail address."""
        return str(run.contact["email"])

    def read_address(self, text: str) -> str:
        """Return an e-mail address."""
        if "@" not in text or len(text) > 254:
            raise ValueError(_("“%s” is no e-mail address.") % text[:100])
        return text
