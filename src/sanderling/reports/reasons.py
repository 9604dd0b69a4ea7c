"""Why did, or didn't, this person get it?

Answered from what is on record: the ledger's row, the facts about it, and — when the person was not
in the audience at all — the truth of each of the campaign's conditions for them now.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.activities import reading
from sanderling.activities.models import Activity
from sanderling.broadcasts.models import Broadcast
from sanderling.contacts.models import Contact, ContactList, ListMember, Suppression
from sanderling.lib.errors import SanderlingError
from sanderling.messages import previewing
from sanderling.messages.models import Content
from sanderling.segments import truths
from sanderling.segments.evaluating import parsed
from sanderling.segments.models import Segment
from sanderling.segments.truths import Truth
from sanderling.sending.models import Delivery, DeliveryStatus

WORDS = {
    DeliveryStatus.WAITING: gettext_lazy("It is still to be sent."),
    DeliveryStatus.HANDING: gettext_lazy("It is being handed over right now."),
    DeliveryStatus.SENT: gettext_lazy("It was sent: the receiving server accepted it."),
    DeliveryStatus.REFUSED: gettext_lazy("The receiving server refused it for good."),
    DeliveryStatus.FAILED: gettext_lazy("It could not be made or handed over."),
    DeliveryStatus.EXCLUDED: gettext_lazy("It was left out when the campaign started."),
    DeliveryStatus.UNSURE: gettext_lazy(
        "A worker died while handing it over: nobody knows whether it left."
    ),
    DeliveryStatus.CANCELLED: gettext_lazy("The campaign was stopped before it was sent."),
}
REASONS = {
    "SUPPRESSED": gettext_lazy("The address is on the suppression list."),
    "UNSUBSCRIBED": gettext_lazy("The person had unsubscribed."),
    "NO_ADDRESS": gettext_lazy("The contact has no address in this channel."),
    "DUPLICATE_ADDRESS": gettext_lazy("Another contact with the same address got it."),
    "INVALID": gettext_lazy("The address cannot be written to."),
    "DELETED": gettext_lazy("The contact had been deleted."),
    "UNCONFIRMED": gettext_lazy("The person has not confirmed the subscription yet."),
    "NOT_SUBSCRIBED": gettext_lazy("The person does not want to hear about this category."),
    "BLACKLISTED": gettext_lazy(
        "The address is blocked: mail to it came back, or somebody said so."
    ),
    "TEMPLATE": gettext_lazy("The message could not be made for this person."),
    "INVALID_MESSAGE": gettext_lazy("The message could not be made for this person."),
    "SOURCE_DOWN": gettext_lazy("The data source of the message did not answer."),
    "NO_ANSWER": gettext_lazy("The connection broke before the answer came."),
    "DEFERRED": gettext_lazy("The receiving server asked to try later."),
    "TOO_OFTEN": gettext_lazy("The receiving server asked to try later, too many times."),
    "HARD_BOUNCE": gettext_lazy("The address does not exist."),
    "SOFT_BOUNCE": gettext_lazy("The mailbox, or the road to it, was in trouble."),
    "SPAM": gettext_lazy("The receiving server took the message for spam."),
    "POLICY": gettext_lazy("A rule of the receiving server forbids it."),
}


@dataclass(frozen=True)
class Group:
    """One list or segment of the campaign, and what holds for the person now."""

    name: str
    is_excluded: bool
    truth: Truth | None
    problem: str = ""


@dataclass(frozen=True)
class Answer:
    """Whether the person got it, why, and everything that is known about it."""

    verdict: str
    why: list[str]
    delivery: Delivery | None
    facts: list[Activity] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    suppression: Suppression | None = None
    rows: Mapping[str, Any] = field(default_factory=dict)  # of sources, as the template sees them


def why(broadcast: Broadcast, contact: Contact) -> Answer:
    """Return the answer for one person of the campaign's organisation."""
    delivery = Delivery.objects.filter(
        organisation_id=broadcast.organisation_id,
        contact_id=contact.pk,
        origin_kind="BROADCAST",
        origin_id=broadcast.pk,
    ).first()
    now: dict[str, Any] = {
        "groups": _groups(broadcast, contact),
        "suppression": _suppression(contact),
        "rows": _rows(broadcast, contact),
    }
    if delivery is None:
        return Answer(_absence(broadcast), [], None, **now)
    return Answer(
        verdict=str(WORDS[DeliveryStatus(delivery.status)]),
        why=_why(delivery),
        delivery=delivery,
        facts=reading.of_delivery(broadcast.organisation_id, contact.pk, delivery.id),
        **now,
    )


def in_words(reason: str) -> str:
    """Return the reason of a delivery in words; one of a provider's stays as it is."""
    return str(REASONS.get(reason, reason))


def _absence(broadcast: Broadcast) -> str:
    if not broadcast.is_frozen:
        return _("The campaign has not started yet.")
    return _("The person was not in the audience when the campaign started.")


def _why(delivery: Delivery) -> list[str]:
    reason = [in_words(delivery.reason)] if delivery.reason else []
    described = [delivery.description] if delivery.description else []
    warned = (
        [_("The template gave %d warnings, such as missing rows.") % delivery.warnings]
        if delivery.warnings
        else []
    )
    return reason + described + warned


def _suppression(contact: Contact) -> Suppression | None:
    return Suppression.objects.filter(
        organisation_id=contact.organisation_id, channel="EMAIL", address=contact.email.lower()
    ).first()


def _rows(broadcast: Broadcast, contact: Contact) -> Mapping[str, Any]:
    """Return the rows that the message reads for this person now; none when in doubt."""
    content = Content.objects.filter(pk=broadcast.content_id or 0).first()
    if content is None:
        return {}
    try:
        shown = previewing.preview(
            broadcast.organisation_id, content.snapshot, contact_id=contact.pk
        )
    except SanderlingError:
        return {}
    return shown.given


def _groups(broadcast: Broadcast, contact: Contact) -> list[Group]:
    wanted = [(number, False) for number in broadcast.include]
    unwanted = [(number, True) for number in broadcast.exclude]
    return [_group(broadcast, contact, *pair) for pair in wanted + unwanted]


def _group(broadcast: Broadcast, contact: Contact, number: int, is_excluded: bool) -> Group:
    segment = (
        Segment.objects.filter(organisation_id=broadcast.organisation_id, pk=number)
        .select_related("organisation")
        .first()
    )
    if segment is None:
        return _list(broadcast, contact, number, is_excluded)
    try:
        condition = parsed(segment.condition, segment.organisation)
        truth = truths.truth_of(condition, segment.organisation, contact.pk)
    except SanderlingError as trouble:
        return Group(segment.name, is_excluded, None, trouble.message)
    return Group(segment.name, is_excluded, truth)


def _list(broadcast: Broadcast, contact: Contact, number: int, is_excluded: bool) -> Group:
    found = ContactList.objects.filter(organisation_id=broadcast.organisation_id, pk=number).first()
    if found is None:
        return Group(str(number), is_excluded, None, _("This list or segment is gone."))
    is_member = ListMember.objects.filter(contact_id=contact.pk, list=found).exists()
    return Group(found.name, is_excluded, Truth(_("Is in the list now"), is_member))
