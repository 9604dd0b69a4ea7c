"""Somebody filled in a form: are they subscribed, or must they be asked first?

The letter takes the one road out, as a transactional delivery: it goes to an address that is not
confirmed, and even to one that unsubscribed, since its owner is asked and may say nothing.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Organisation
from sanderling.accounts.rights import Permission, require
from sanderling.contacts import consent, lists, suppressing
from sanderling.contacts.adding import locked
from sanderling.contacts.models import Contact, EmailStatus, Suppression
from sanderling.lib.errors import Conflict, Invalid
from sanderling.optin import saving, wording
from sanderling.optin.models import Confirmation, Mode, Setting
from sanderling.sending import tokens
from sanderling.sending.models import OriginKind
from sanderling.sending.queueing import NewDelivery, Origin, enqueue_one
from sanderling.sending.tokens import Purpose, Token

# A form that is sent twice brings one letter; a person who waits in vain may ask again.
QUIET = dt.timedelta(hours=1)
QUIET_BY_HAND = dt.timedelta(minutes=1)
DEAD = frozenset({"SPAM", "HARD_BOUNCE", "MANUAL"})  # no letter would go there (sending/consent)
ASKABLE = frozenset({EmailStatus.UNCONFIRMED, EmailStatus.UNSUBSCRIBED})


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a form says beside its person: ids of lists, keys of categories."""

    form_type: str = ""
    lists: Sequence[int] = ()
    categories: Sequence[str] = ()


class Answer(NamedTuple):
    """How the address stands, in the words of the API, and the link for a workflow's own letter."""

    status: str
    confirm_url: str = ""


@transaction.atomic
def receive(contact: Contact, form: Form, *, by: Actor) -> Answer:
    """Subscribe a contact by a form, asking for confirmation where that is needed.

    Lists and categories are given at once, or with the confirmation where the organisation said
    so.
    """
    setting = saving.setting_of(contact.organisation_id)
    contact = locked(contact.organisation_id, contact.pk)
    mode = setting.mode_of(form.form_type)
    must_ask = bool(contact.email) and contact.email_status in ASKABLE and mode != Mode.NONE
    if is_dead(contact):
        _give(contact, form, by=by)
        return Answer("BLACKLISTED")
    if not must_ask:
        _give(contact, form, by=by)
        return Answer(_subscribed(contact, by=by))
    if not setting.waits:
        _give(contact, form, by=by)
    confirmation = _asked(contact, setting, form if setting.waits else _nothing_of(form))
    auditing.record(by, "optin.ask", contact.pk, form=form.form_type, mode=mode.value)
    if mode == Mode.LETTER and not _is_quiet(confirmation, QUIET):
        _write(contact, confirmation, setting)
    return Answer("NEED_CONFIRMATION", url_of(confirmation) if mode == Mode.WORKFLOW else "")


def remind(organisation_id: int, contact_id: int, *, by: Actor) -> None:
    """Send the letter to a contact once more, or for the first time, because a person says so.

    Raises Conflict when there is nothing to confirm, or the last letter left a moment ago.
    """
    require(by, Permission.EDIT_CONTACTS)
    with transaction.atomic():
        contact = locked(organisation_id, contact_id)
        _check_askable(contact)
        setting = saving.setting_of(organisation_id)
        confirmation = _asked(contact, setting, Form())
        if _is_quiet(confirmation, QUIET_BY_HAND):
            raise Conflict("A letter left less than a minute ago. Give it a moment.")
        _write(contact, confirmation, setting)
        auditing.record(by, "optin.remind", contact_id)


def ask_again(confirmation: Confirmation) -> bool:
    """Send another letter to a reader whose link is too old; return False when one just left."""
    with transaction.atomic():
        contact = locked(confirmation.organisation_id, confirmation.contact_id)
        _check_askable(contact)
        setting = saving.setting_of(contact.organisation_id)
        renewed = _asked(contact, setting, Form(form_type=confirmation.form_type))
        if _is_quiet(renewed, QUIET):
            return False
        _write(contact, renewed, setting)
        auditing.record(Actor.system(contact.organisation_id), "optin.remind", contact.pk)
    return True


def open_question(organisation_id: int, contact_id: int) -> Confirmation | None:
    """Return what a contact was last asked and has not answered."""
    return (
        Confirmation.objects.filter(
            organisation_id=organisation_id, contact_id=contact_id, confirmed_at=None
        )
        .order_by("-id")
        .first()
    )


def last_answer(organisation_id: int, contact_id: int) -> Confirmation | None:
    """Return the last confirmation of a contact."""
    return (
        Confirmation.objects.filter(
            organisation_id=organisation_id, contact_id=contact_id, confirmed_at__isnull=False
        )
        .order_by("-confirmed_at")
        .first()
    )


def url_of(confirmation: Confirmation) -> str:
    """Return the address of the hosted page for this question."""
    token = Token(confirmation.organisation_id, confirmation.contact_id, confirmation.id)
    return f"{settings.BASE_URL}/s/{tokens.sign(token, Purpose.CONFIRM)}"


def is_dead(contact: Contact) -> bool:
    """Whether no letter may go to the contact's address, even one that only asks."""
    if not contact.email:
        return False
    if contact.email_status == EmailStatus.BLACKLISTED:
        return True
    return Suppression.objects.filter(
        organisation_id=contact.organisation_id,
        channel=suppressing.EMAIL,
        address=contact.email.lower(),
        reason__in=DEAD,
    ).exists()


def is_askable(contact: Contact) -> bool:
    """Whether a letter may ask this contact to confirm its address."""
    return (
        contact.deleted_at is None
        and bool(contact.email)
        and contact.email_status in ASKABLE
        and not is_dead(contact)
    )


def _subscribed(contact: Contact, *, by: Actor) -> str:
    """Return how a contact stands who need not be asked; a new address is confirmed."""
    if not contact.email:
        return ""
    if contact.email_status not in ASKABLE:
        return "ALREADY_SUBSCRIBED"
    consent.resubscribe(contact, by=by)
    return "SUBSCRIBED"


def _check_askable(contact: Contact) -> None:
    if contact.deleted_at is not None:
        raise Conflict("This contact was deleted.")
    if not contact.email:
        raise Invalid("This contact has no e-mail.")
    if is_dead(contact):
        raise Conflict("Nobody may write to this address.")
    if contact.email_status not in ASKABLE:
        raise Conflict("This address is confirmed already.")


def _asked(contact: Contact, setting: Setting, form: Form) -> Confirmation:
    """Return the open question about the contact's address, with new life and new wishes."""
    now = timezone.now()
    found, _ = Confirmation.objects.get_or_create(
        contact_id=contact.pk,
        address=contact.email.lower(),
        confirmed_at=None,
        defaults={
            "organisation_id": contact.organisation_id,
            "form_type": form.form_type,
            "expires_at": now,
        },
    )
    found.expires_at = now + dt.timedelta(days=setting.days)
    found.form_type = form.form_type or found.form_type
    found.lists = sorted({*found.lists, *form.lists})
    found.categories = sorted({*found.categories, *form.categories})
    found.save(update_fields=["expires_at", "form_type", "lists", "categories"])
    return found


def _is_quiet(confirmation: Confirmation, quiet: dt.timedelta) -> bool:
    written = confirmation.written_at
    return written is not None and written > timezone.now() - quiet


def _write(contact: Contact, confirmation: Confirmation, setting: Setting) -> None:
    confirmation.letters += 1
    confirmation.written_at = timezone.now()
    confirmation.save(update_fields=["letters", "written_at"])
    name = Organisation.objects.values_list("name", flat=True).get(pk=contact.organisation_id)
    wish = NewDelivery(
        contact_id=contact.pk,
        step=f"letter/{confirmation.letters}",
        params=params_of(name, confirmation.form_type, url_of(confirmation)),
        address=contact.email,
    )
    origin = Origin(OriginKind.SYSTEM, confirmation.id)
    enqueue_one(wording.content_of(setting), wish, origin=origin)


def params_of(organisation_name: str, form_type: str, url: str) -> dict[str, str]:
    """Return what the letter may name beside the contact's fields."""
    return {"organisationName": organisation_name, "formType": form_type, "confirmUrl": url}


def _give(contact: Contact, form: Form, *, by: Actor) -> None:
    for list_id in form.lists:
        lists.add_members(contact.organisation_id, list_id, [contact.pk], by=by)
    if form.categories:
        consent.subscribe(contact.organisation_id, contact.pk, form.categories, by=by)


def _nothing_of(form: Form) -> Form:
    return Form(form_type=form.form_type)
