"""What wants a person: deliveries in doubt, servers that do not answer, exports that failed."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from sanderling.accounts.models import Organisation
from sanderling.broadcasts import drafting
from sanderling.broadcasts.models import Broadcast, BroadcastStatus
from sanderling.exports import saving as exports
from sanderling.exports.models import Run, RunStatus
from sanderling.sending import gateways
from sanderling.sources import saving as sources

RECENT = 50  # campaigns that are looked at


@dataclass(frozen=True)
class Matter:
    """One thing, in words, and where it is dealt with."""

    words: str
    url: str
    is_error: bool = True


def matters(organisation: Organisation) -> list[Matter]:
    """Return everything that wants a person of this organisation, the worst first."""
    found = [
        *_of_campaigns(organisation.pk),
        *_of_sending(organisation.pk),
        *_of_exports(organisation.pk),
        *_of_sources(organisation.pk),
    ]
    return sorted(found, key=lambda matter: not matter.is_error)


def running(organisation_id: int) -> list[Broadcast]:
    """Return the campaigns that are being sent, or will be."""
    live = {BroadcastStatus.RUNNING, BroadcastStatus.PAUSED, BroadcastStatus.SCHEDULED}
    return [
        one for one in drafting.broadcasts_of(organisation_id, limit=RECENT) if one.status in live
    ]


def _of_campaigns(organisation_id: int) -> Iterator[Matter]:
    for broadcast in drafting.broadcasts_of(organisation_id, limit=RECENT):
        url = reverse("campaigns-show", args=[broadcast.pk])
        named = {"name": broadcast.name, "note": broadcast.note}
        if broadcast.status == BroadcastStatus.UNCONFIRMED:
            words = _("“%(name)s” waits for a second person to confirm it.") % named
            yield Matter(words, url, is_error=False)
        elif broadcast.note and broadcast.status != BroadcastStatus.IDLE:
            yield Matter(_("“%(name)s”: %(note)s") % named, url)


def _of_sending(organisation_id: int) -> Iterator[Matter]:
    gateway = gateways.gateway_of(organisation_id)
    if gateway.note:
        words = _("Sending is held: %(note)s") % {"note": gateway.note}
        yield Matter(words, reverse("sending-gateway"))


def _of_exports(organisation_id: int) -> Iterator[Matter]:
    for export in exports.exports_of(organisation_id):
        last = Run.objects.filter(export=export).exclude(status=RunStatus.RUNNING).last()
        if last is not None and last.status == RunStatus.FAILED and not export.is_paused:
            words = _("The last run of the data export into “%(name)s” failed.")
            yield Matter(
                words % {"name": export.connector.name}, reverse("exports-show", args=[export.pk])
            )


def _of_sources(organisation_id: int) -> Iterator[Matter]:
    for source in sources.sources_of(organisation_id):
        copy = source.kept_copy
        if copy is not None and copy.error:
            words = _("The copy of “%(name)s” is not fresh: %(error)s")
            named = {"name": source.name, "error": copy.error}
            yield Matter(words % named, reverse("sources-show", args=[source.pk]))
