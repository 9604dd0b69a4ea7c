"""Why one person did, or did not, get a campaign: every fact that decided it."""

from dataclasses import dataclass, field
from typing import Any

from sanderling.accounts.models import Organisation
from sanderling.activities import reading
from sanderling.activities.models import Activity
from sanderling.broadcasts.drafting import group_names
from sanderling.broadcasts.models import Broadcast
from sanderling.contacts import finding, lists
from sanderling.contacts.models import Contact, Suppression
from sanderling.lib.errors import SanderlingError
from sanderling.messages import previewing
from sanderling.messages.models import Content
from sanderling.segments.models import Segment
from sanderling.segments.truths import Truth, members_of_contact
from sanderling.sending.models import Delivery, DeliveryStatus, OriginKind


@dataclass(frozen=True)
class Group:
    """A list or segment of the campaign, and whether the person is in it now."""

    name: str
    is_excluding: bool
    is_in: bool | None  # None: it could not be found out
    truth: Truth | None = None  # of a segment: every condition
    problem: str = ""


@dataclass(frozen=True)
class Reasons:
    """All that is known of one person and one campaign."""

    contact: Contact
    delivery: Delivery | None
    groups: list[Group]
    suppression: Suppression | None
    facts: list[Activity] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)  # the rows its template would see now

    @property
    def got_it(self) -> bool:
        """Whether it was handed over."""
        return self.delivery is not None and self.delivery.status == DeliveryStatus.SENT


def reasons_for(broadcast: Broadcast, contact_id: int) -> Reasons:
    """Return why a contact did, or did not, get a campaign.

    Lists, segments and rows are those of now; the delivery and its facts are of then.  Raises
    NotFound for a contact that is not ours.
    """
    here = broadcast.organisation_id
    contact = finding.get(here, contact_id)
    delivery = Delivery.objects.filter(
        organisation_id=here,
        contact_id=contact_id,
        origin_kind=OriginKind.BROADCAST,
        origin_id=broadcast.pk,
    ).first()
    return Reasons(
        contact,
        delivery,
        _groups(broadcast, contact_id),
        _suppression(contact),
        reading.of_delivery(here, contact_id, delivery.id) if delivery else [],
        _given(broadcast, contact_id),
    )


def _groups(broadcast: Broadcast, contact_id: int) -> list[Group]:
    here = broadcast.organisation_id
    names = group_names(here, [*broadcast.include, *broadcast.exclude])
    own_lists = {one.pk for one in lists.of_contact(here, contact_id)}
    segments = _segments(here, contact_id, set(names))
    found = []
    for group in [*broadcast.include, *broadcast.exclude]:
        excludes = group in broadcast.exclude
        if group in segments:
            truth, problem = segments[group]
            holds = truth.holds if truth else None
            found.append(Group(names[group], excludes, holds, truth, problem))
        elif group in names:
            found.append(Group(names[group], excludes, group in own_lists))
        else:
            found.append(Group(f"{group}", excludes, None, problem="It does not exist any more."))
    return found


def _segments(
    organisation_id: int, contact_id: int, wanted: set[int]
) -> dict[int, tuple[Truth | None, str]]:
    if not Segment.objects.filter(organisation_id=organisation_id, pk__in=wanted).exists():
        return {}
    organisation = Organisation.objects.get(pk=organisation_id)
    return {
        membership.segment.pk: (membership.truth, membership.problem)
        for membership in members_of_contact(organisation, contact_id)
        if membership.segment.pk in wanted
    }


def _suppression(contact: Contact) -> Suppression | None:
    return Suppression.objects.filter(
        organisation_id=contact.organisation_id, channel="EMAIL", address=contact.email.lower()
    ).first()


def _given(broadcast: Broadcast, contact_id: int) -> dict[str, Any]:
    """Return the rows that the message reads for this person; nothing where it cannot be said."""
    content = Content.objects.filter(pk=broadcast.content_id).first()
    if content is None:
        return {}
    try:
        shown = previewing.preview(
            broadcast.organisation_id, content.snapshot, contact_id=contact_id
        )
    except SanderlingError:
        return {}
    return dict(shown.given)
