"""Subscription categories: what people may choose to hear about."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.contacts import consent
from sanderling.lib.errors import Conflict, Invalid
from sanderling.web.contacts import asking
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


@allowed(Permission.READ_CONTACTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """Show the categories; a POST makes one."""
    problem = ""
    typed = {name: asking.text(request.POST, name) for name in ("key", "name")}
    if request.method == "POST":
        try:
            consent.create_category(request.organisation.pk, **typed, by=request.actor)
            messages.success(request, _("The category is made."))
            return redirect("contacts-categories")
        except (Invalid, Conflict) as refusal:
            problem = refusal.message
    shown = {
        "categories": consent.categories(request.organisation.pk),
        "problem": problem,
        "typed": typed,
        "may_edit": Permission.EDIT_CONTACTS in request.actor.permissions,
    }
    return render(request, "contacts/categories.html", shown)


@require_POST
@allowed(Permission.EDIT_CONTACTS)
def delete(request: PersonRequest, category_id: int) -> HttpResponseBase:
    """Delete a category; the contacts stay."""
    consent.delete_category(request.organisation.pk, category_id, by=request.actor)
    messages.success(request, _("The category is deleted; the contacts stay."))
    return redirect("contacts-categories")
