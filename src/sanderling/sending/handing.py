"""A chunk leaves, or stays in the capture; every letter gets one receipt."""

from collections.abc import Iterator, Sequence

from sanderling.channels.email import Envelope, Outgoing
from sanderling.channels.receipts import Receipt, Status
from sanderling.postgres.copying import copy_rows
from sanderling.postgres.statements import own_connection
from sanderling.sending import gateways
from sanderling.sending.letters import Letter, Post

CAPTURED = Receipt(Status.ACCEPTED, 250, "captured")
COLUMNS = (
    "organisation_id", "media_type", "delivery_id", "message_id", "recipient", "subject", "raw",
)  # fmt: skip


def send_mails(post: Post, letters: Sequence[Letter]) -> Iterator[tuple[Letter, Receipt]]:
    """Yield each mail with the receipt of the SMTP server, in any order."""
    sender = post.sender.address
    outgoing = (
        Outgoing(Envelope(sender, letter.recipient), letter.content, key=letter)
        for letter in letters
    )
    for message, receipt in gateways.pool_of(post.gateway).send_many(outgoing):
        yield message.key, receipt


def capture(post: Post, letters: Sequence[Letter]) -> Iterator[tuple[Letter, Receipt]]:
    """Keep letters in the inbox, in the caller's transaction: with the receipts or not at all."""
    copy_rows(
        own_connection(),
        "sending_captured",
        columns=COLUMNS,
        rows=(
            (
                post.organisation_id,
                post.snapshot["channel"],
                letter.delivery_id,
                letter.message_id,
                letter.recipient[:254],
                letter.subject[:1000],
                letter.content,
            )
            for letter in letters
        ),
    )
    return ((letter, CAPTURED) for letter in letters)
