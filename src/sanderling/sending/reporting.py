"""What providers and devices say later: each becomes its facts once, whatever the order.

A report names a delivery by our own signed key, or by the provider's id (``Reference``).
``sql/settle_report.sql`` moves ``Delivery.reported`` forward only, so a report that comes twice or
late tells nothing new.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from sanderling.activities.models import ActivityStatus
from sanderling.activities.recording import NewActivity, record
from sanderling.channels.reports import FAILED, Fate, Report
from sanderling.lib.errors import NotFound
from sanderling.messages.models import Content
from sanderling.postgres.statements import Statements, fetch_dicts
from sanderling.sending import carriers, facts, falling_back, tokens
from sanderling.sending.models import EarlyReport, Gateway, Reference
from sanderling.sending.queueing import Origin
from sanderling.sending.tokens import BadToken, Purpose, Token

STATEMENTS = Statements(__package__)
# A report of a message that we never handed over is kept no longer.
KEPT = dt.timedelta(days=7)
MOST = 1000  # of one call
WORDS = {
    Fate.UNDELIVERED: "The provider could not deliver it.",
    Fate.EXPIRED: "The phone could not be reached in time.",
    Fate.UNKNOWN_USER: "There is nobody with this number in this channel.",
    Fate.NO_MONEY: "The account at the provider is empty.",
}
Named = tuple[str, int, int]  # the provider's id, contact, delivery


def received(word: str, *, query: str, body: bytes, media: str) -> int:
    """Settle all reports of one call of a provider; return how many told anything new.

    ``word`` is of ``tokens.sign_gateway``; raises NotFound for any other.
    """
    gateway = Gateway.objects.filter(pk=tokens.read_gateway(word)).first()
    if gateway is None:
        raise NotFound("There is no such gateway.")
    read = carriers.carrier_of(gateway.channel).read_reports
    return sum(report(gateway, said) for said in read(gateway, query, body, media)[:MOST])


@transaction.atomic
def report(gateway: Gateway, said: Report, *, at: dt.datetime | None = None) -> bool:
    """Settle a provider's report; return whether it told anything new.

    One whose delivery is not known yet is kept until it is.
    """
    if said.fate is Fate.UNDERWAY:
        return False
    token = _delivery_of(gateway, said)
    if token is None:
        _keep(gateway, said)
        return False
    return settle(token, said.fate, text=said.text, at=at or timezone.now())


def settle(token: Token, fate: Fate, *, text: str = "", at: dt.datetime, link: str = "") -> bool:
    """Move a delivery to a fate and record the facts; return whether it told anything new."""
    description = f"{WORDS[fate]} ({text})" if fate in FAILED and text else WORDS.get(fate, "")
    rows = fetch_dicts(
        STATEMENTS["settle_report"],
        {
            "organisation_id": token.organisation_id,
            "contact_id": token.contact_id,
            "delivery_id": token.delivery_id,
            "fate": fate.value,
            "is_failure": fate in FAILED,
            "description": description,
        },
    )
    if not rows:
        return False
    [row] = rows
    record(_facts(row, fate, description, at, link))
    if fate in FAILED:
        origin = Origin(row["origin_kind"], row["origin_id"])
        falling_back.fall_back(row["content_id"], origin, rows)
    return True


def remember(gateway: Gateway, named: Sequence[Named]) -> None:
    """Keep what the provider calls these deliveries, and settle what it has said of them already.

    The caller's transaction has written their receipts.
    """
    Reference.objects.bulk_create(
        [
            Reference(
                gateway_id=gateway.pk,
                organisation_id=gateway.organisation_id,
                reference=reference,
                contact_id=contact_id,
                delivery_id=delivery_id,
            )
            for reference, contact_id, delivery_id in named
        ],
        ignore_conflicts=True,
    )
    early = EarlyReport.objects.filter(gateway=gateway, reference__in=[one for one, *_ in named])
    for waiting in early.order_by("pk"):
        said = Report(Fate(waiting.fate), reference=waiting.reference, text=waiting.text)
        if token := _delivery_of(gateway, said):
            settle(token, said.fate, text=said.text, at=waiting.at)
    early.delete()


def _delivery_of(gateway: Gateway, said: Report) -> Token | None:
    """Return the delivery that a report means; its key proves itself, an id is looked up."""
    if said.key:
        try:
            token = tokens.read(said.key, Purpose.REPORT)
        except (BadToken, ValueError):
            token = None
        if token and token.organisation_id == gateway.organisation_id:
            return token
    found = Reference.objects.filter(gateway_id=gateway.pk, reference=said.reference).first()
    if found is None:
        return None
    return Token(gateway.organisation_id, found.contact_id, found.delivery_id)


def _keep(gateway: Gateway, said: Report) -> None:
    if not said.reference:
        return
    EarlyReport.objects.filter(gateway=gateway, at__lt=timezone.now() - KEPT).delete()
    EarlyReport.objects.bulk_create(
        [
            EarlyReport(
                organisation_id=gateway.organisation_id,
                gateway=gateway,
                reference=said.reference,
                fate=said.fate.value,
                text=said.text[:400],
            )
        ],
        ignore_conflicts=True,
    )


def _facts(
    row: dict[str, Any], fate: Fate, description: str, at: dt.datetime, link: str
) -> Iterable[NewActivity]:
    """Return what a report tells: what was read was delivered, and what was clicked was read."""
    content = Content.objects.get(pk=row["content_id"])
    about = facts.of_message(
        content.snapshot,
        organisation_id=row["organisation_id"],
        message_id=content.message_id,
        origin_kind=row["origin_kind"],
        origin_id=row["origin_id"],
    )
    for status in _statuses(row, fate):
        yield NewActivity(
            **about,
            **facts.of_delivery(row, origin_kind=row["origin_kind"]),
            status=status,
            occurred_at=at,
            message_language=row["language"],
            sent_at=row["handed_at"],
            description=description,
            link=link if status == ActivityStatus.CLICKED else "",
        )


def _statuses(row: dict[str, Any], fate: Fate) -> Iterable[ActivityStatus]:
    if row["was_unsure"]:
        yield ActivityStatus.SENT
    if fate in FAILED:
        yield ActivityStatus.UNDELIVERED
        return
    if row["was"] == "":
        yield ActivityStatus.DELIVERED
    if fate is Fate.READ or (fate is Fate.CLICKED and row["was"] in ("", "DELIVERED")):
        yield ActivityStatus.RECEIVED
    if fate is Fate.CLICKED:
        yield ActivityStatus.CLICKED
