"""The link was followed and the button pressed: the address is confirmed, once.

Looking at the page changes nothing (mail filters follow every link); only the button does.
Pressing it again, or following an old link of an address that is confirmed, is harmless.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.contacts import consent, lists
from sanderling.contacts.adding import locked
from sanderling.contacts.models import Category, Contact, ContactList
from sanderling.events.recording import NewEvent
from sanderling.events.recording import record as record_events
from sanderling.lib.errors import NotFound
from sanderling.optin import asking, saving, wishing
from sanderling.optin.models import Confirmation
from sanderling.sending import tokens, tracking
from sanderling.sending.models import Delivery, OriginKind
from sanderling.sending.tokens import BadToken, Purpose, Token

EVENT = "confirmedSubscription"
WORDS = "Subscription confirmed"


class Expired(NotFound):
    """This link is too old. Ask for a new one."""

    status = 410


@dataclass(frozen=True)
class Standing:
    """What a link is about, and how it stands."""

    contact: Contact
    confirmation: Confirmation

    @property
    def is_confirmed(self) -> bool:
        """Whether the button was pressed before."""
        return self.confirmation.confirmed_at is not None

    @property
    def is_expired(self) -> bool:
        """Whether the link is too old to confirm anything."""
        return not self.is_confirmed and self.confirmation.expires_at <= timezone.now()


def read(text: str) -> Standing:
    """Return what a link is about; raises BadToken for links that are not ours or lead nowhere."""
    token = tokens.read(text, Purpose.CONFIRM)
    organisation_id, contact_id, number = token
    confirmation = Confirmation.objects.filter(
        organisation_id=organisation_id, contact_id=contact_id, id=number
    ).first()
    contact = (
        Contact.objects.select_related("organisation")
        .filter(organisation_id=organisation_id, pk=contact_id, deleted_at=None)
        .first()
    )
    if confirmation is None or contact is None:
        raise BadToken
    if contact.email.lower() != confirmation.address:
        raise BadToken  # the address is another one now, and this link says nothing about it
    return Standing(contact, confirmation)


@transaction.atomic
def confirm(text: str) -> Standing:
    """Confirm the address of a link and return how it stands; raises Expired, BadToken."""
    token = tokens.read(text, Purpose.CONFIRM)
    locked(token.organisation_id, token.contact_id)  # of two clicks one waits, and finds it done
    standing = read(text)
    if standing.is_confirmed:
        return standing
    if standing.is_expired:
        raise Expired
    if asking.is_dead(standing.contact):
        raise BadToken
    _confirm(standing)
    return standing


def redirect_of(standing: Standing) -> str:
    """Return the organisation's own page of thanks, or ""."""
    return saving.setting_of(standing.contact.organisation_id).redirect_url


def _confirm(standing: Standing) -> None:
    contact, confirmation = standing.contact, standing.confirmation
    by = Actor.system(contact.organisation_id)
    confirmation.confirmed_at = timezone.now()
    confirmation.save(update_fields=["confirmed_at"])
    consent.resubscribe(contact, by=by)
    _give(confirmation, by=by)
    auditing.record(by, "optin.confirm", contact.pk, form=confirmation.form_type)
    _note(confirmation)
    ending = f"-{confirmation.form_type}" if confirmation.form_type else ""
    params = {"ContactId": str(contact.pk), "EmailAddress": contact.email}
    event = NewEvent(f"{EVENT}{ending}", str(contact.pk), params, contact_id=contact.pk)
    record_events(contact.organisation_id, [event], by=by)


def _give(confirmation: Confirmation, *, by: Actor) -> None:
    """Give what waited for this moment; what was deleted meanwhile is passed over."""
    ours = confirmation.organisation_id
    for list_id in ContactList.objects.filter(
        organisation_id=ours, pk__in=confirmation.lists
    ).values_list("pk", flat=True):
        lists.add_members(ours, list_id, [confirmation.contact_id], by=by)
    keys = Category.objects.filter(organisation_id=ours, key__in=confirmation.categories)
    if wanted := list(keys.values_list("key", flat=True)):
        consent.subscribe(ours, confirmation.contact_id, wanted, by=by)


def _note(confirmation: Confirmation) -> None:
    """Write the fact down, beside the letter that it answers if there was one."""
    letter = (
        Delivery.objects.filter(
            contact_id=confirmation.contact_id,
            origin_kind=OriginKind.SYSTEM,
            origin_id=confirmation.id,
            origin_step__startswith="letter/",
        )
        .order_by("-id")
        .first()
    )
    if letter is not None:
        token = Token(confirmation.organisation_id, confirmation.contact_id, letter.id)
        tracking.subscription_changed(token, WORDS)
        return
    wishing.record_change(confirmation.organisation_id, confirmation.contact_id, WORDS)
