"""Keeping the gateways of channels other than e-mail.

What a gateway needs to be told is its carrier's business (``carriers``); here it is checked,
sealed and stored.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.lib.errors import Conflict, Invalid, NotFound
from sanderling.messages.models import Channel
from sanderling.sending import carriers, secrets
from sanderling.sending.choosing import CAPTURE, NAMES_SENDERS, gateways_of
from sanderling.sending.models import Batch, BatchStatus, Gateway

LONGEST_NAME, LONGEST_SENDER, MOST_SENDERS = 100, 50, 50
LARGEST_PACE = 10_000_000


def get(organisation_id: int, gateway_id: int) -> Gateway:
    """Return a gateway of this organisation that is not its mail server."""
    found = Gateway.objects.filter(organisation_id=organisation_id, pk=gateway_id).first()
    if found is None or found.channel == Channel.EMAIL:
        raise NotFound("There is no such gateway.")
    return found


@transaction.atomic
def save(
    organisation_id: int,
    *,
    by: Actor,
    gateway_id: int | None = None,
    channel: str = "",
    kind: str = "",
    name: str | None = None,
    senders: list[str] | None = None,
    per_minute: int | None = None,
    settings: Mapping[str, Any] | None = None,
    secret: Mapping[str, str] | None = None,
) -> Gateway:
    """Create a gateway, or change what is given of one; a secret that is absent or empty stays.

    Raises Invalid with what is wrong with each setting.  A gateway that was held is let go: the
    new settings deserve a trial.
    """
    require(by, Permission.ADMINISTER)
    gateway = (
        get(organisation_id, gateway_id) if gateway_id else Gateway(channel=channel, kind=kind)
    )
    gateway.organisation_id = organisation_id
    kind_of = carriers.kind_of(gateway.channel, gateway.kind)
    if kind_of is None:
        raise Invalid(problems={"kind": ["This channel has no such kind of gateway."]})
    gateway.name = (gateway.name if name is None else name).strip() or str(kind_of.title)
    gateway.senders = gateway.senders if senders is None else _clean(senders)
    gateway.per_minute = gateway.per_minute if per_minute is None else per_minute
    gateway.settings = gateway.settings if settings is None else dict(settings)
    secrets_now = secrets.of(gateway) | {k: v for k, v in (secret or {}).items() if v}
    problems = _problems(gateway) | kind_of.problems(gateway.settings, secrets_now)
    if problems:
        raise Invalid(problems=problems)
    gateway.held_until, gateway.failures, gateway.note = None, 0, ""
    if not gateway.pk:
        gateway.save()
    gateway.secret = secrets.sealed(secrets_now, gateway)
    gateway.save(
        update_fields=[
            "name", "senders", "per_minute", "settings", "secret", "held_until", "failures", "note",
        ]
    )  # fmt: skip
    auditing.record(
        by,
        "channel.save",
        gateway.pk,
        channel=gateway.channel,
        kind=gateway.kind,
        name=gateway.name,
    )
    return gateway


def pause(organisation_id: int, gateway_id: int, *, on: bool, by: Actor) -> Gateway:
    """Let nothing leave by a gateway, or let it leave again; what waits is kept."""
    require(by, Permission.ADMINISTER)
    gateway = get(organisation_id, gateway_id)
    gateway.is_paused = on
    gateway.held_until, gateway.note = None, ""
    gateway.save(update_fields=["is_paused", "held_until", "note"])
    auditing.record(by, "channel.pause" if on else "channel.resume", gateway_id)
    return gateway


def delete(organisation_id: int, gateway_id: int, *, by: Actor) -> None:
    """Delete a gateway; raises Conflict while messages wait for the channel's last one."""
    require(by, Permission.ADMINISTER)
    gateway = get(organisation_id, gateway_id)
    waiting = Batch.objects.filter(
        organisation_id=organisation_id,
        media_type=gateway.channel,
        status__in=[BatchStatus.WAITING, BatchStatus.LEASED],
    )
    if len(gateways_of(organisation_id, gateway.channel)) == 1 and waiting.exists():
        raise Conflict("Messages wait for this gateway: stop them first, or add another one.")
    gateway.delete()
    auditing.record(by, "channel.delete", gateway_id, channel=gateway.channel, name=gateway.name)


def _clean(senders: list[str]) -> list[str]:
    return list(dict.fromkeys(one.strip() for one in senders if one.strip()))


def _problems(gateway: Gateway) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if len(gateway.name) > LONGEST_NAME or not gateway.name.isprintable():
        found["name"] = [f"At most {LONGEST_NAME} characters."]
    if not 0 <= gateway.per_minute <= LARGEST_PACE:
        found["per_minute"] = [f"A number from 0 to {LARGEST_PACE:,}."]
    if len(gateway.senders) > MOST_SENDERS or any(
        len(one) > LONGEST_SENDER or not one.isprintable() for one in gateway.senders
    ):
        found["senders"] = [f"At most {MOST_SENDERS} senders of {LONGEST_SENDER} characters."]
    needs = gateway.channel in NAMES_SENDERS and gateway.kind != CAPTURE
    if needs and not gateway.senders:
        found["senders"] = ["Name at least one sender that your provider allows."]
    return found
