"""What can be done to an export with one button."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.exports import requesting, saving
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


@require_POST
@allowed(Permission.EDIT_EXPORTS)
def run(request: PersonRequest, export_id: int) -> HttpResponseBase:
    """Have a worker run the export at once."""
    requesting.run_now(request.organisation.pk, export_id, by=request.actor)
    messages.success(request, _("The export starts now; reload this page to follow it."))
    return redirect("exports-show", export_id)


@require_POST
@allowed(Permission.EDIT_EXPORTS)
def compare(request: PersonRequest, export_id: int) -> HttpResponseBase:
    """Have a worker compare both sides."""
    requesting.compare_now(request.organisation.pk, export_id, by=request.actor)
    messages.success(request, _("Rows are brought up to date and compared; reload this page."))
    return redirect("exports-show", export_id)


@require_POST
@allowed(Permission.EDIT_EXPORTS)
def resend(request: PersonRequest, export_id: int) -> HttpResponseBase:
    """Have a worker send all rows of the chosen datasets again."""
    names = request.POST.getlist("datasets")
    requesting.resend(request.organisation.pk, export_id, names, by=request.actor)
    words = _("All rows of %(names)s are sent again; reload this page to follow it.")
    messages.success(request, words % {"names": ", ".join(names)})
    return redirect("exports-show", export_id)


@require_POST
@allowed(Permission.EDIT_EXPORTS)
def pause(request: PersonRequest, export_id: int) -> HttpResponseBase:
    """Pause the export, or let it go on."""
    is_on = request.POST.get("on") == "1"
    saving.pause(request.organisation.pk, export_id, on=is_on, by=request.actor)
    messages.success(request, _("The export is paused.") if is_on else _("The export goes on."))
    return redirect("exports-show", export_id)


@require_POST
@allowed(Permission.EDIT_EXPORTS)
def delete(request: PersonRequest, export_id: int) -> HttpResponseBase:
    """Delete the export; the tables stay."""
    saving.delete(request.organisation.pk, export_id, by=request.actor)
    messages.success(request, _("The export is deleted; the tables in your database stay."))
    return redirect("exports-list")
