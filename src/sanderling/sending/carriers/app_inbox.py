"""App inbox: the message lies with us until the person's app asks for it."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from sanderling.appinbox import reading
from sanderling.appinbox.reading import Written
from sanderling.channels.outcomes import Kind as Meaning
from sanderling.channels.outcomes import Outcome
from sanderling.channels.receipts import Receipt, Status
from sanderling.lib.errors import Invalid
from sanderling.messages.models import Channel
from sanderling.messages.short import Short
from sanderling.sending.carriers.carrier import Carrier, Kind
from sanderling.sending.carriers.notes import NotePost, Values, notes_of
from sanderling.sending.choosing import INBOX
from sanderling.sending.letters import Letter, Post, Row

TAKEN = Receipt(Status.ACCEPTED, 200, "in the inbox")


def values_of(post: Post, row: Row, rendered: Short) -> Values:
    """Return what the app shows; raises Invalid for a message that says nothing."""
    if not rendered.subject:
        raise Invalid("The title is empty.")
    details = rendered.details
    return {
        "title": rendered.subject,
        "link": details.get("link") or "",
        "image": details.get("imageSource") or "",
        "custom": _object(details.get("customData")),
        "life": details.get("ttlSec"),
    }


def hand_over(post: Post, letters: Sequence[Letter]) -> Iterator[tuple[Letter, Receipt]]:
    """Put the chunk into the inboxes of its people."""
    reading.put(post.organisation_id, [_written(letter) for letter in letters])
    return ((letter, TAKEN) for letter in letters)


def outcome_of(receipt: Receipt) -> Outcome:
    """Explain the receipt; there is only one."""
    return Outcome(Meaning.DELIVERED, "The message lies in the person's inbox.")


def _written(letter: Letter) -> Written:
    values = json.loads(letter.content)
    return Written(
        letter.contact_id,
        letter.delivery_id,
        title=values["title"],
        content=values["text"],
        link=values["link"],
        image=values["image"],
        custom=values["custom"],
        life=values["life"],
    )


def _object(text: Any) -> dict[str, Any] | None:
    """Return custom data as an object; text that the template made unreadable is left out."""
    try:
        found = json.loads(text) if text else None
    except (ValueError, TypeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


CARRIER = Carrier(
    channel=Channel.APP_INBOX,
    post=NotePost,
    letters_of=partial(notes_of, values_of),
    hand_over=hand_over,
    outcome_of=outcome_of,
    kinds={
        INBOX: Kind(_("Inbox of your apps"), _("Kept here until the app of the person asks.")),
    },
)
