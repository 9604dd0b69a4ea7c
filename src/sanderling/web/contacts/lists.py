"""Lists of contacts: make, rename, delete."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.contacts import lists
from sanderling.lib.errors import Conflict, Invalid
from sanderling.web.contacts import asking
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


@allowed(Permission.READ_CONTACTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """Show the lists with their sizes; a POST makes one."""
    may_edit = Permission.EDIT_CONTACTS in request.actor.permissions
    problem, typed = "", asking.text(request.POST, "name")
    if request.method == "POST":
        try:
            lists.create(request.organisation.pk, typed, by=request.actor)
            messages.success(request, _("The list is made."))
            return redirect("contacts-lists")
        except (Invalid, Conflict) as refusal:
            problem = refusal.message
    shown = {
        "lists": lists.counted(request.organisation.pk),
        "problem": problem,
        "typed": typed,
        "may_edit": may_edit,
    }
    return render(request, "contacts/lists.html", shown)


@require_POST
@allowed(Permission.EDIT_CONTACTS)
def rename(request: PersonRequest, list_id: int) -> HttpResponseBase:
    """Give a list another name."""
    name = asking.text(request.POST, "name")
    lists.rename(request.organisation.pk, list_id, name, by=request.actor)
    messages.success(request, _("Saved."))
    return redirect("contacts-lists")


@require_POST
@allowed(Permission.EDIT_CONTACTS)
def delete(request: PersonRequest, list_id: int) -> HttpResponseBase:
    """Delete a list; its contacts stay."""
    lists.delete(request.organisation.pk, list_id, by=request.actor)
    messages.success(request, _("The list is deleted; its contacts stay."))
    return redirect("contacts-lists")
