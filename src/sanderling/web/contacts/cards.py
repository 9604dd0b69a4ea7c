"""The card of one contact, and what can be done with it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts import auditing
from sanderling.accounts.rights import Permission
from sanderling.activities import reading
from sanderling.activities.models import Activity
from sanderling.contacts import (
    consent,
    describing,
    devices,
    erasing,
    fields,
    finding,
    joining,
    lists,
    suppressing,
)
from sanderling.contacts.models import Contact
from sanderling.optin import asking as optin
from sanderling.optin import wishing
from sanderling.web.contacts import asking
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest

FACTS = 30
FACTS_IN_EXPORT = 10_000


@allowed(Permission.READ_CONTACTS)
def show(request: PersonRequest, contact_id: int) -> HttpResponseBase:
    """Show everything about a contact; ``before`` continues the timeline."""
    organisation_id = request.organisation.pk
    contact = finding.get(organisation_id, contact_id)
    facts = reading.timeline(
        organisation_id, contact_id, before_id=asking.number(request.GET, "before"), limit=FACTS
    )
    shown = {
        "contact": contact,
        "fields": _fields(contact),
        "is_suppressed": bool(contact.email)
        and suppressing.is_suppressed(organisation_id, suppressing.EMAIL, contact.email),
        "lists": _ticked_lists(organisation_id, contact_id),
        "categories": _ticked_categories(organisation_id, contact_id),
        "standing": _standing(contact),
        "devices": devices.of_contact(organisation_id, contact_id),
        "facts": facts,
        "older": facts[-1].id if len(facts) == FACTS else None,
        "may_edit": Permission.EDIT_CONTACTS in request.actor.permissions,
    }
    return render(request, "contacts/card.html", shown)


@require_POST
@allowed(Permission.EDIT_CONTACTS)
def delete(request: PersonRequest, contact_id: int) -> HttpResponseBase:
    """Delete a contact, so that it can be restored."""
    erasing.delete(request.organisation.pk, contact_id, by=request.actor)
    messages.success(request, _("Deleted. You can restore the contact here."))
    return redirect("contacts-show", contact_id)


@require_POST
@allowed(Permission.EDIT_CONTACTS)
def restore(request: PersonRequest, contact_id: int) -> HttpResponseBase:
    """Bring a deleted contact back."""
    erasing.restore(request.organisation.pk, contact_id, by=request.actor)
    messages.success(request, _("Restored."))
    return redirect("contacts-show", contact_id)


@allowed(Permission.EDIT_CONTACTS)
def erase(request: PersonRequest, contact_id: int) -> HttpResponseBase:
    """Ask, and then erase a contact for good."""
    contact = finding.get(request.organisation.pk, contact_id)
    if request.method != "POST":
        return render(request, "contacts/erase.html", {"contact": contact})
    erasing.erase(request.organisation.pk, contact_id, by=request.actor)
    messages.success(request, _("Erased for good."))
    return redirect("contacts-list")


@require_POST
@allowed(Permission.EDIT_CONTACTS)
def change_lists(request: PersonRequest, contact_id: int) -> HttpResponseBase:
    """Put the contact into the ticked lists and take it out of the others."""
    organisation_id = request.organisation.pk
    finding.get(organisation_id, contact_id)
    wanted = set(asking.numbers(request.POST, "lists"))
    current = {row.pk for row in lists.of_contact(organisation_id, contact_id)}
    with transaction.atomic():
        for list_id in wanted - current:
            lists.add_members(organisation_id, list_id, [contact_id], by=request.actor)
        for list_id in current - wanted:
            lists.remove_members(organisation_id, list_id, [contact_id], by=request.actor)
    messages.success(request, _("Saved."))
    return redirect("contacts-show", contact_id)


@require_POST
@allowed(Permission.EDIT_CONTACTS)
def change_consent(request: PersonRequest, contact_id: int) -> HttpResponseBase:
    """Set what the contact wants to hear about; or stop, or allow, all bulk mail."""
    contact = finding.get(request.organisation.pk, contact_id)
    do = request.POST.get("do", "")
    if do == "unsubscribe":
        consent.unsubscribe(contact, by=request.actor)
    elif do == "resubscribe":
        consent.resubscribe(contact, by=request.actor)
    else:
        wishing.set_categories(
            request.organisation.pk,
            contact_id,
            request.POST.getlist("categories"),
            by=request.actor,
        )
    messages.success(request, _("Saved."))
    return redirect("contacts-show", contact_id)


@allowed(Permission.READ_CONTACTS)
def everything(request: PersonRequest, contact_id: int) -> HttpResponseBase:
    """Give everything we keep about a person as a file."""
    organisation_id = request.organisation.pk
    told = describing.everything(organisation_id, contact_id)
    facts = reading.timeline(organisation_id, contact_id, limit=FACTS_IN_EXPORT)
    told["activities"] = [_fact(fact) for fact in facts]
    auditing.record(request.actor, "contact.export", contact_id)
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="contact-{contact_id}.json"'
    return answer


@require_POST
@allowed(Permission.EDIT_CONTACTS)
def remind(request: PersonRequest, contact_id: int) -> HttpResponseBase:
    """Send the letter of the double opt-in once more."""
    optin.remind(request.organisation.pk, contact_id, by=request.actor)
    messages.success(request, _("The letter that asks for confirmation is on its way."))
    return redirect("contacts-show", contact_id)


def _standing(contact: Contact) -> dict[str, Any]:
    """Return how the contact's consent and history came about."""
    ours, number = contact.organisation_id, contact.pk
    return {
        "question": optin.open_question(ours, number),
        "answer": optin.last_answer(ours, number),
        "may_remind": optin.is_askable(contact),
        "parts": joining.joined_into(ours, number),
        "whole": joining.of(ours, number),
    }


def _fields(contact: Contact) -> list[tuple[str, str, str]]:
    """Return (list, field, value) of the additional fields that have a value."""
    catalogue = fields.catalogue(contact.organisation_id)
    return [
        (field.group.name, field.name, contact.fields[str(key)])
        for key, field in catalogue.items()
        if str(key) in contact.fields
    ]


def _ticked_lists(organisation_id: int, contact_id: int) -> list[tuple[int, str, bool]]:
    mine = {row.pk for row in lists.of_contact(organisation_id, contact_id)}
    return [(row.pk, row.name, row.pk in mine) for row in lists.all_of(organisation_id)]


def _ticked_categories(organisation_id: int, contact_id: int) -> list[tuple[str, str, bool]]:
    wanted = consent.wanted_by(organisation_id, contact_id)
    known = consent.categories(organisation_id)
    return [(row.key, row.name, row.key in wanted) for row in known]


def _fact(fact: Activity) -> dict[str, Any]:
    return {
        "at": fact.occurred_at,
        "status": fact.status,
        "channel": fact.media_type,
        "message": fact.message_name,
        "link": fact.link,
    }
