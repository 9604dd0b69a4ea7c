"""SMS: a text to a phone, counted in parts, by an HTTP gateway or into the capture."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from sanderling.channels import sms
from sanderling.channels.http import outcome_of
from sanderling.contacts import suppressing
from sanderling.lib.errors import Invalid
from sanderling.messages.models import Channel
from sanderling.messages.short import Short
from sanderling.sending.carriers.burying import bury_in
from sanderling.sending.carriers.carrier import Asked, Carrier, Kind
from sanderling.sending.carriers.notes import NotePost, Values, notes_of
from sanderling.sending.carriers.over_http import TOKEN, OverHttp
from sanderling.sending.choosing import CAPTURE
from sanderling.sending.letters import Post, Row

ROAD = OverHttp(sms.PRESETS, sms.VALUES)


def values_of(post: Post, row: Row, rendered: Short) -> Values:
    """Return the members of an SMS; raises Invalid for a text that is empty or too long."""
    length = sms.length_of(rendered.text)
    if not length.parts:
        raise Invalid("The text is empty.")
    if length.parts > sms.LONGEST:
        raise Invalid(f"The text takes {length.parts} parts; a gateway takes {sms.LONGEST}.")
    return {"parts": length.parts, "ttl": rendered.details.get("ttlSec")}


CARRIER = Carrier(
    channel=Channel.SMS,
    post=NotePost,
    letters_of=partial(notes_of, values_of),
    values_of=values_of,
    hand_over=ROAD.hand_over,
    outcome_of=outcome_of,
    has_reports=ROAD.has_reports,
    read_reports=ROAD.read_reports,
    bury=bury_in(suppressing.SMS),
    kinds={
        CAPTURE: Kind(_("Built-in inbox"), _("For trying: messages are kept, nobody gets them.")),
        "TWILIO": Kind(
            "Twilio",
            _("Account SID and auth token of your Twilio account."),
            (
                Asked("account", _("Account SID"), is_required=True),
                Asked(TOKEN.name, _("Auth token"), is_secret=True, is_required=True),
            ),
        ),
        "HTTP": ROAD.kind(_("Any provider that takes messages as JSON or a form.")),
    },
)
