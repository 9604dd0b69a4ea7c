"""How an organisation's mail leaves: its own SMTP server, or the built-in capture.

The gateways of other channels are in ``connecting.py``; holding, pace and sealing are the same.

An organisation without a gateway, or with one that names no host, is captured: everything works
and nothing leaves the house, until somebody fills in a server.
"""

import datetime as dt
import logging
import threading
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.channels import email
from sanderling.lib.errors import Invalid
from sanderling.lib.hosts import Allowed, checked_address
from sanderling.lib.sealing import Keyring, seal, unseal_text
from sanderling.messages.models import Channel
from sanderling.postgres.statements import Statements
from sanderling.sending.models import Gateway

STATEMENTS = Statements(__package__)
LOG = logging.getLogger(__name__)
CAPTURE = "CAPTURE"
CAPTURE_SENDER = "captured@sanderling.invalid"
LONGEST_HOLD = dt.timedelta(minutes=10)
_pools = threading.local()


def gateway_of(organisation_id: int) -> Gateway:
    """Return the organisation's gateway; one that captures where none was set up."""
    found = Gateway.objects.filter(organisation_id=organisation_id, channel=Channel.EMAIL).first()
    return found or Gateway(organisation_id=organisation_id)


def is_capture(gateway: Gateway) -> bool:
    """Whether its messages stay in the house."""
    if gateway.channel == Channel.EMAIL:
        return not gateway.host
    return gateway.kind == CAPTURE


def sender_of(gateway: Gateway, *, name: str, address: str) -> email.Mailbox:
    """Return who a message is from: its own sender, or the gateway's.

    Raises Invalid where neither says.
    """
    chosen = address or gateway.sender_email
    if not chosen and is_capture(gateway):
        chosen = CAPTURE_SENDER
    if not chosen:
        raise Invalid(problems={"sender_email": ["The message has no sender address."]})
    return email.Mailbox(chosen, name or gateway.sender_name)


def server_of(gateway: Gateway) -> email.Server:
    """Return how to reach the gateway's server, with its password."""
    return email.Server(
        host=gateway.host,
        port=gateway.port,
        security=email.Security(gateway.tls),
        username=gateway.username,
        password=opened(gateway.secret, gateway, "password"),
        hello=urlsplit(settings.BASE_URL).hostname or "",
        resolve=resolve,
    )


def pool_of(gateway: Gateway) -> email.Pool:
    """Return this thread's connections to the gateway's server, kept between batches."""
    kept: dict[int, email.Pool] = _pools.__dict__.setdefault("by_organisation", {})
    server = server_of(gateway)
    pool = kept.get(gateway.organisation_id)
    if pool is None or pool.server != server:
        if pool is not None:
            pool.close()
        pool = kept[gateway.organisation_id] = email.Pool(server)
    return pool


def close_pools() -> None:
    """Take leave of every server that this thread speaks to."""
    for pool in _pools.__dict__.pop("by_organisation", {}).values():
        pool.close()


def signer_of(gateway: Gateway, sender: str) -> email.Signer | None:
    """Return the DKIM signer for a sender's domain; None where no key is set up."""
    if not gateway.dkim_secret or not gateway.dkim_selector:
        return None
    key = opened(gateway.dkim_secret, gateway, "dkim")
    domain = sender.rpartition("@")[2].encode("idna").decode("ascii")
    return email.Signer(domain, gateway.dkim_selector, private_key=key)


def save(
    organisation_id: int, *, by: Actor, password: str | None = None, **columns: object
) -> Gateway:
    """Store the server's settings; ``password=None`` leaves it as it is, "" forgets it.

    A gateway that was held is let go: the new settings deserve a trial.
    """
    require(by, Permission.ADMINISTER)
    gateway, _ = Gateway.objects.get_or_create(
        organisation_id=organisation_id, channel=Channel.EMAIL
    )
    for name, value in columns.items():
        setattr(gateway, name, value)
    if password is not None:
        gateway.secret = sealed(password, gateway, "password") if password else None
    gateway.held_until, gateway.failures, gateway.note = None, 0, ""
    gateway.clean_fields(
        exclude=["organisation", "held_until", "secret", "dkim_secret", "settings", "senders"]
    )
    gateway.save(
        update_fields=[*columns, "secret", "held_until", "failures", "note"],
    )
    auditing.record(by, "gateway.save", gateway.pk, host=gateway.host, port=gateway.port)
    return gateway


def make_dkim_key(organisation_id: int, selector: str, *, by: Actor) -> None:
    """Give the gateway a fresh signing key; ``dkim_record`` says what to publish."""
    require(by, Permission.ADMINISTER)
    email.Signer("example.com", selector, private_key=(key := email.new_key()))
    gateway, _ = Gateway.objects.get_or_create(
        organisation_id=organisation_id, channel=Channel.EMAIL
    )
    gateway.dkim_selector = selector
    gateway.dkim_secret = sealed(key, gateway, "dkim")
    gateway.save(update_fields=["dkim_selector", "dkim_secret"])
    auditing.record(by, "gateway.dkim", gateway.pk, selector=selector)


def dkim_record(gateway: Gateway) -> tuple[str, str] | None:
    """Return the name and text of the DNS record to publish, for the gateway's own sender."""
    if not gateway.sender_email or not (signer := signer_of(gateway, gateway.sender_email)):
        return None
    return signer.record_name, signer.record


def check(gateway: Gateway) -> email.Report:
    """Connect, sign in and leave again; the report says in words what is wrong."""
    if is_capture(gateway):
        return email.Report(True, "No server is set up: mail is captured and shown in the inbox.")
    return email.check(server_of(gateway))


def hold(gateway: Gateway, reason: str) -> None:
    """Nobody answers there: leave it alone for 15 seconds, then twice as long each time."""
    wait = min(LONGEST_HOLD, dt.timedelta(seconds=15 * 2 ** min(gateway.failures, 8)))
    LOG.warning("Organisation %s: mail is held: %s", gateway.organisation_id, reason)
    Gateway.objects.filter(pk=gateway.pk).update(
        held_until=timezone.now() + wait, failures=gateway.failures + 1, note=reason
    )


def answered(gateway: Gateway) -> None:
    """It works again: forget the failures."""
    if gateway.failures or gateway.note:
        Gateway.objects.filter(pk=gateway.pk).update(failures=0, note="", held_until=None)
        gateway.failures, gateway.note = 0, ""


def spend(gateway: Gateway, messages: int) -> bool:
    """Take room for some messages from the organisation's pace; False when there is none now.

    The pace is a point in time that every worker moves on: how many of them there are makes no
    difference (the generic cell rate algorithm of ATM networks).
    """
    if not gateway.per_minute:
        return True
    seconds = messages * 60.0 / gateway.per_minute
    params = {"gateway_id": gateway.pk, "seconds": seconds}
    return bool(STATEMENTS.rows("spend_pace", params))


def resolve(host: str, port: int) -> str:
    """Return the address to connect to; raises HostRefused for what the operator forbids."""
    return checked_address(host, port, allowed=Allowed.from_words(settings.ALLOWED_PRIVATE_HOSTS))


def sealed(secret: str, gateway: Gateway, kind: str) -> bytes:
    """Return a secret of a gateway as it is stored."""
    return seal(secret, context=_context(gateway, kind), keyring=_keyring())


def opened(stored: bytes | memoryview | None, gateway: Gateway, kind: str) -> str:
    """Return a stored secret; empty where there is none."""
    if not stored:
        return ""
    return unseal_text(stored, context=_context(gateway, kind), keyring=_keyring())


def _context(gateway: Gateway, kind: str) -> str:
    return f"gateway:{gateway.pk}:{kind}:v1"


def _keyring() -> Keyring:
    return Keyring.from_text(settings.SEALING_KEYS)
