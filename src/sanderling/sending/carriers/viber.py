"""Viber: a text, perhaps with a picture and a button, to a phone; by an HTTP gateway."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from sanderling.channels import viber
from sanderling.channels.http import outcome_of
from sanderling.contacts import suppressing
from sanderling.lib.errors import Invalid
from sanderling.messages.models import Channel
from sanderling.messages.short import Short
from sanderling.sending.carriers.burying import bury_in
from sanderling.sending.carriers.carrier import Carrier, Kind
from sanderling.sending.carriers.notes import NotePost, Values, notes_of
from sanderling.sending.carriers.over_http import OverHttp
from sanderling.sending.choosing import CAPTURE
from sanderling.sending.letters import Post, Row

ROAD = OverHttp(viber.PRESETS, viber.VALUES)
LONGEST = 1000  # characters, of Viber's own rules for business messages
TTL = 86_400


def values_of(post: Post, row: Row, rendered: Short) -> Values:
    """Return the members of a Viber message; raises Invalid for what Viber does not take."""
    details = rendered.details
    if not rendered.text:
        raise Invalid("The text is empty.")
    if len(rendered.text) > LONGEST:
        raise Invalid(f"The text has more than {LONGEST} characters.")
    return {
        "img": details.get("img"),
        "caption": details.get("caption"),
        "action": details.get("action"),
        "ttl": details.get("ttlSec") or TTL,
        "transactional": bool(details.get("transactional")),
        "expiry_text": details.get("iosExpirityText"),
    }


CARRIER = Carrier(
    channel=Channel.VIBER,
    post=NotePost,
    letters_of=partial(notes_of, values_of),
    values_of=values_of,
    hand_over=ROAD.hand_over,
    outcome_of=outcome_of,
    has_reports=ROAD.has_reports,
    read_reports=ROAD.read_reports,
    bury=bury_in(suppressing.VIBER),
    kinds={
        CAPTURE: Kind(_("Built-in inbox"), _("For trying: messages are kept, nobody gets them.")),
        "HTTP": ROAD.kind(_("A partner of Viber that takes messages as JSON or a form.")),
    },
)
