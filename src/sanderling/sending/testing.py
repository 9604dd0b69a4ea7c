"""A mail to oneself, by the very road that campaigns take: settings, sender, signature, server."""

import datetime as dt
import secrets

from django.db import transaction

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Organisation
from sanderling.accounts.rights import Permission, require
from sanderling.channels import email
from sanderling.channels.email import outcome_of
from sanderling.channels.receipts import Status
from sanderling.lib.errors import SanderlingError
from sanderling.sending import gateways
from sanderling.sending.models import Captured


class NotTaken(SanderlingError):
    """The mail server did not take the test mail."""


def send_test(organisation_id: int, *, to: str, by: Actor) -> str:
    """Send a test mail; return in words what became of it.

    Raises NotTaken in the words of the server, Invalid where no sender is known.
    """
    require(by, Permission.ADMINISTER)
    gateway = gateways.gateway_of(organisation_id)
    name = Organisation.objects.values_list("name", flat=True).get(pk=organisation_id)
    sender = gateways.sender_of(gateway, name="", address="")
    message_id = f"<{secrets.token_hex(12)}@{sender.address.rpartition('@')[2]}>"
    content = email.Composer(sender).compose(
        email.Mailbox(to),
        subject=f"A test from {name}",
        message_id=message_id,
        date=dt.datetime.now(dt.UTC),
        text="Mail of your organisation leaves by this road.\n",
    )
    signer = gateways.signer_of(gateway, sender.address)
    content = signer.sign(content) if signer else content
    auditing.record(by, "gateway.test", organisation_id, to=to)
    if gateways.is_capture(gateway):
        return _captured(organisation_id, to, name, message_id, content)
    return _sent(gateway.host, gateways.server_of(gateway), sender.address, to, content)


def _captured(organisation_id: int, to: str, name: str, message_id: str, content: bytes) -> str:
    with transaction.atomic():
        Captured.objects.create(
            organisation_id=organisation_id,
            message_id=message_id,
            recipient=to,
            subject=f"A test from {name}",
            raw=content,
        )
    return "No server is set up: the mail was captured and lies in the inbox."


def _sent(host: str, server: email.Server, sender: str, to: str, content: bytes) -> str:
    letter = email.Outgoing(email.Envelope(sender, to), content)
    with email.Session(server) as session:
        [(_, receipt)] = session.send_many([letter])
    if receipt.status is Status.ACCEPTED:
        return f"{host} took the mail for {to}. See whether it arrives."
    outcome = outcome_of(receipt)
    words = f" ({receipt.code} {receipt.text})" if receipt.code else ""
    raise NotTaken(f"{outcome.words}{words}")
