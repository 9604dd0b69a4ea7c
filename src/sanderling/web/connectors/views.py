"""List, connect, validate, change and delete connectors."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.connectors import saving, validating
from sanderling.connectors.models import Connector
from sanderling.lib.errors import Invalid, SanderlingError
from sanderling.web.connectors.forms import ConnectorForm, initial_of
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


@allowed(Permission.EDIT_CONNECTORS)
def index(request: PersonRequest) -> HttpResponseBase:
    """List the connectors."""
    connectors = saving.connectors_of(request.organisation.pk)
    return render(request, "connectors/list.html", {"connectors": connectors})


@allowed(Permission.EDIT_CONNECTORS)
def new(request: PersonRequest) -> HttpResponseBase:
    """Connect a PostgreSQL."""
    form = ConnectorForm(request.POST or None, organisation_id=request.organisation.pk)
    if request.method == "POST" and _saved(request, form, None):
        messages.success(request, _("The connector is saved."))
        return redirect("connectors-list")
    return render(request, "connectors/edit.html", {"form": form, "connector": None})


@allowed(Permission.EDIT_CONNECTORS)
def edit(request: PersonRequest, connector_id: int) -> HttpResponseBase:
    """Change a connector; the password is never shown and stays unless another is typed."""
    connector = saving.get(request.organisation.pk, connector_id)
    form = ConnectorForm(
        request.POST or None,
        organisation_id=request.organisation.pk,
        stored=True,
        initial=initial_of(connector),
    )
    if request.method == "POST" and _saved(request, form, connector):
        messages.success(request, _("The connector is saved."))
        return redirect("connectors-list")
    return render(request, "connectors/edit.html", {"form": form, "connector": connector})


@require_POST
@allowed(Permission.EDIT_CONNECTORS)
def validate(request: PersonRequest, connector_id: int | None = None) -> HttpResponseBase:
    """Try what is filled in: htmx gets the verdict alone, a plain form the whole page."""
    shown: dict[str, object] = {"verdict": None, "warnings": [], "problems": []}
    form = ConnectorForm(
        request.POST, organisation_id=request.organisation.pk, stored=connector_id is not None
    )
    try:
        verdict = validating.validate(
            request.organisation.pk, form.draft(), connector_id=connector_id, by=request.actor
        )
        shown |= {"verdict": verdict, "warnings": validating.warnings_of(verdict)}
        if verdict.ok:
            shown["columns"] = validating.column_names(
                request.organisation.pk, form.draft(), connector_id=connector_id, by=request.actor
            )
    except Invalid as refusal:
        shown["problems"] = [text for texts in refusal.problems.values() for text in texts]
    if request.headers.get("HX-Request"):
        return render(request, "connectors/_verdict.html", shown | {"is_alone": True})
    connector = None
    if connector_id is not None:
        connector = saving.get(request.organisation.pk, connector_id)
    return render(request, "connectors/edit.html", {"form": form, "connector": connector, **shown})


@require_POST
@allowed(Permission.EDIT_CONNECTORS)
def delete(request: PersonRequest, connector_id: int) -> HttpResponseBase:
    """Delete a connector that nothing uses."""
    try:
        saving.delete(request.organisation.pk, connector_id, by=request.actor)
        messages.success(request, _("The connector is deleted."))
    except SanderlingError as refusal:
        if refusal.status != 409:
            raise
        messages.error(request, refusal.message)
    return redirect("connectors-list")


def _saved(request: PersonRequest, form: ConnectorForm, connector: Connector | None) -> bool:
    if not form.is_valid():
        return False
    try:
        saving.save(
            request.organisation.pk,
            form.draft(),
            connector_id=connector.pk if connector else None,
            by=request.actor,
        )
    except Invalid as refusal:
        form.take_problems(refusal.problems)
        return False
    return True
