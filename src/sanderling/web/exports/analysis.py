"""The ready-made analysis: which views there are, made or not, and the buttons that make them."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.exports import analysing, saving
from sanderling.exports.analysis.views import USE_CASES
from sanderling.exports.destinations.kinds import kind_of
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


@allowed(Permission.READ_REPORTS)
def show(request: PersonRequest, export_id: int) -> HttpResponseBase:
    """Show the views by use case, with their SQL."""
    export = saving.get(request.organisation.pk, export_id)
    dialect = kind_of(export.connector).dialect
    standing = analysing.standing_of(export)
    cases = [
        (title, [(one, one.view.text(dialect)) for one in standing if one.view.use_case == number])
        for number, title in USE_CASES.items()
    ]
    shown = {
        "export": export,
        "cases": cases,
        "ready": [one.view.name for one in standing if not one.lacks],
        "is_editable": Permission.EDIT_EXPORTS in request.actor.permissions,
    }
    return render(request, "exports/analysis.html", shown)


@require_POST
@allowed(Permission.EDIT_EXPORTS)
def make(request: PersonRequest, export_id: int) -> HttpResponseBase:
    """Make the chosen views."""
    names = request.POST.getlist("views")
    analysing.make(request.organisation.pk, export_id, names, by=request.actor)
    messages.success(request, _("Made: %(views)s.") % {"views": ", ".join(names)})
    return redirect("exports-analysis", export_id)


@require_POST
@allowed(Permission.EDIT_EXPORTS)
def drop(request: PersonRequest, export_id: int) -> HttpResponseBase:
    """Drop the chosen views."""
    names = request.POST.getlist("views")
    analysing.drop(request.organisation.pk, export_id, names, by=request.actor)
    messages.success(request, _("Dropped: %(views)s.") % {"views": ", ".join(names)})
    return redirect("exports-analysis", export_id)
