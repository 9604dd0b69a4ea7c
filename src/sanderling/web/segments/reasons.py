"""Why somebody is in a segment, or is not: each condition with its truth for that contact."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sanderling.accounts.rights import Permission
from sanderling.contacts import finding
from sanderling.lib.errors import NotFound, SanderlingError
from sanderling.segments import saving, truths
from sanderling.segments.catalogue import catalogue_of
from sanderling.segments.conditions import parse
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.readers import contact_named


@allowed(Permission.READ_CONTACTS)
def look_up(request: PersonRequest, segment_id: int) -> HttpResponseBase:
    """Find the contact that was typed: an email, a phone, an external ID or a contact ID."""
    saving.get(request.organisation.pk, segment_id)
    who = request.GET.get("who", "").strip()
    contact_id = contact_named(request.organisation.pk, who)
    if contact_id is None:
        messages.error(request, _("There is no contact “%(who)s”.") % {"who": who[:100]})
        return redirect("segments-show", segment_id)
    return redirect("segments-reasons", segment_id, contact_id)


@allowed(Permission.READ_CONTACTS)
def show(request: PersonRequest, segment_id: int, contact_id: int) -> HttpResponseBase:
    """Show the truth of a segment's conditions for one contact."""
    segment = saving.get(request.organisation.pk, segment_id)
    shown: dict[str, object] = {"segment": segment}
    shown["contact"] = finding.get(request.organisation.pk, contact_id)
    try:
        condition = parse(segment.condition, catalogue_of(request.organisation.pk))
        shown["truth"] = truths.truth_of(condition, request.organisation, contact_id)
    except NotFound:
        raise
    except SanderlingError as trouble:
        shown["trouble"] = trouble.message
    return render(request, "segments/reasons.html", shown)


@allowed(Permission.READ_CONTACTS)
def every(request: PersonRequest, contact_id: int) -> HttpResponseBase:
    """Show every segment, and whether the contact is in it."""
    contact = finding.get(request.organisation.pk, contact_id)
    memberships = truths.members_of_contact(request.organisation, contact_id)
    shown = {"contact": contact, "standings": memberships}  # "memberships" are the person's own
    return render(request, "segments/of_contact.html", shown)
