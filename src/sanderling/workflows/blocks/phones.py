"""What the blocks that write to a phone have in common."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.contacts import validating
from sanderling.workflows.blocks.sending import Sends
from sanderling.workflows.standing import Standing

HINT = gettext_lazy(
    "A variable with a phone number, or the name of the parameter that holds the contact's ID. "
    "Without a number the contact's own is used."
)


@dataclass(frozen=True, kw_only=True)
class ToPhone(Sends):
    """Sends to a phone number."""

    def own_address(self, run: Standing) -> str:
        """Return the contact's phone."""
        return str(run.contact["phone"])

    def read_address(self, text: str) -> str:
        """Return a number's digits."""
        number = validating.phone(text)
        if number is None:
            raise ValueError(_("“%s” is no phone number.") % text[:100])
        return number
