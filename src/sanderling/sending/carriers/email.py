"""E-mail, by the organisation's SMTP server."""

from sanderling.channels.email import outcome_of
from sanderling.contacts import suppressing
from sanderling.messages.models import Channel
from sanderling.sending.carriers.burying import bury_in
from sanderling.sending.carriers.carrier import Carrier
from sanderling.sending.handing import send_mails
from sanderling.sending.letters import Post, letters_of

CARRIER = Carrier(
    channel=Channel.EMAIL,
    post=Post,
    letters_of=letters_of,
    hand_over=send_mails,
    outcome_of=outcome_of,
    bury=bury_in(suppressing.EMAIL),
)
