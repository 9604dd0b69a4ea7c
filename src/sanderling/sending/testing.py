"""A mail to oneself, by the very road that campaigns take: settings, sender, signature, server.

Nothing of it is counted: no delivery is written, and its links lead nowhere of ours.
"""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Organisation
from sanderling.accounts.rights import Permission, require
from sanderling.channels import email
from sanderling.channels.email import outcome_of
from sanderling.channels.receipts import Status
from sanderling.contacts import validating
from sanderling.lib.errors import Invalid, SanderlingError
from sanderling.messages.previewing import Preview
from sanderling.sending import gateways
from sanderling.sending.models import Captured, Gateway

MOST = 5  # addresses of one test: more is a campaign


class NotTaken(SanderlingError):
    """The mail server did not take the test mail."""


def send_test(organisation_id: int, *, to: str, by: Actor) -> str:
    """Send a test mail; return in words what became of it.

    Raises NotTaken in the words of the server, Invalid where no sender is known.
    """
    require(by, Permission.ADMINISTER)
    gateway = gateways.gateway_of(organisation_id)
    name = Organisation.objects.values_list("name", flat=True).get(pk=organisation_id)
    shown = Preview(
        subject=f"A test from {name}", text="Mail of your organisation leaves by this road.\n"
    )
    auditing.record(by, "gateway.test", organisation_id, to=to)
    return _leave(gateway, gateways.sender_of(gateway, name="", address=""), shown, [to])


def send_draft(
    organisation_id: int, columns: Mapping[str, Any], shown: Preview, *, to: str, by: Actor
) -> str:
    """Send a message as the preview shows it; return in words what became of it.

    ``columns`` are those of a message that say whom it is from; ``to`` has up to five addresses,
    separated by commas.  Raises Invalid with the problems under ``to`` or ``message``, NotTaken
    in the words of the server.
    """
    require(by, Permission.SEND)
    if fatal := [problem.message for problem in shown.problems if problem.is_fatal]:
        raise Invalid(" ".join(fatal), problems={"message": fatal})
    if not (shown.html.strip() or shown.text.strip()):
        raise Invalid(problems={"message": [_("The message is empty.")]})
    if columns["sender_email"] and validating.email(columns["sender_email"]) is None:
        raise Invalid(problems={"sender_email": [_("The sender's address is no e-mail address.")]})
    recipients = _recipients(to)
    gateway = gateways.gateway_of(organisation_id)
    sender = gateways.sender_of(
        gateway, name=columns["sender_name"], address=columns["sender_email"]
    )
    auditing.record(by, "message.test", organisation_id, to=", ".join(recipients))
    return _leave(gateway, sender, shown, recipients, reply_to=columns["reply_to"])


def _recipients(text: str) -> list[str]:
    """Return the addresses, each once; raises Invalid for none, one that is wrong, or too many."""
    words = [word.strip() for word in text.replace(";", ",").split(",") if word.strip()]
    if not words:
        raise Invalid(problems={"to": [_("Give an address for the test.")]})
    if len(words) > MOST:
        raise Invalid(problems={"to": [_("A test goes to five addresses at most.")]})
    for word in words:
        if validating.email(word) is None:
            told = _("“%(address)s” is not an e-mail address.") % {"address": word[:100]}
            raise Invalid(problems={"to": [told]})
    return list(dict.fromkeys(words))


def _leave(
    gateway: Gateway,
    sender: email.Mailbox,
    shown: Preview,
    recipients: Sequence[str],
    *,
    reply_to: str = "",
) -> str:
    composer = email.Composer(sender, reply_to=email.Mailbox(reply_to) if reply_to else None)
    signer = gateways.signer_of(gateway, sender.address)
    domain = sender.address.rpartition("@")[2].encode("idna").decode("ascii")
    letters = []
    for to in recipients:
        message_id = f"<{secrets.token_hex(12)}@{domain}>"
        content = composer.compose(
            email.Mailbox(to),
            subject=shown.subject,
            message_id=message_id,
            date=dt.datetime.now(dt.UTC),
            html=shown.html,
            text=shown.text,
        )
        content = signer.sign(content) if signer else content
        letters.append(email.Outgoing(email.Envelope(sender.address, to), content, message_id))
    if gateways.is_capture(gateway):
        return _captured(gateway.organisation_id, shown.subject, letters)
    return _sent(gateway, letters)


@transaction.atomic
def _captured(organisation_id: int, subject: str, letters: Sequence[email.Outgoing]) -> str:
    for letter in letters:
        Captured.objects.create(
            organisation_id=organisation_id,
            message_id=letter.key,
            recipient=letter.envelope.recipient,
            subject=subject,
            raw=letter.content,
        )
    return _("No server is set up: the mail was captured and lies in the inbox.")


def _sent(gateway: Gateway, letters: Sequence[email.Outgoing]) -> str:
    with email.Session(gateways.server_of(gateway)) as session:
        receipts = list(session.send_many(letters))
    for letter, receipt in receipts:
        if receipt.status is not Status.ACCEPTED:
            words = f" ({receipt.code} {receipt.text})" if receipt.code else ""
            raise NotTaken(f"{letter.envelope.recipient}: {outcome_of(receipt).words}{words}")
    to = ", ".join(letter.envelope.recipient for letter in letters)
    named = {"host": gateway.host, "to": to}
    return _("%(host)s took the mail for %(to)s. See whether it arrives.") % named
