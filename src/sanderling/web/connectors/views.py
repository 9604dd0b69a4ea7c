"""List, connect, validate, change and delete connectors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.connectors import saving, validating
from sanderling.connectors.drafts import Draft
from sanderling.connectors.models import Connector, ConnectorKind
from sanderling.lib.errors import Invalid, SanderlingError
from sanderling.web.connectors import forms, forms_bigquery, forms_sheets
from sanderling.web.connectors.forms import ConnectorForm
from sanderling.web.connectors.forms_bigquery import BigQueryForm
from sanderling.web.connectors.forms_sheets import SheetsForm
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest

AnyForm = ConnectorForm | BigQueryForm | SheetsForm


@dataclass(frozen=True)
class Screen:
    """How a kind of connector is shown."""

    form: type[ConnectorForm] | type[BigQueryForm] | type[SheetsForm]
    template: str
    initial: Callable[[Connector], dict[str, Any]]


SCREENS: dict[str, Screen] = {
    ConnectorKind.POSTGRES: Screen(ConnectorForm, "connectors/edit.html", forms.initial_of),
    ConnectorKind.BIGQUERY: Screen(
        BigQueryForm, "connectors/bigquery.html", forms_bigquery.initial_of
    ),
    ConnectorKind.SHEETS: Screen(SheetsForm, "connectors/sheets.html", forms_sheets.initial_of),
}


@allowed(Permission.EDIT_CONNECTORS)
def index(request: PersonRequest) -> HttpResponseBase:
    """List the connectors."""
    connectors = saving.connectors_of(request.organisation.pk)
    return render(request, "connectors/list.html", {"connectors": connectors})


@allowed(Permission.EDIT_CONNECTORS)
def new(request: PersonRequest, kind: str = ConnectorKind.POSTGRES) -> HttpResponseBase:
    """Connect a database of this kind."""
    screen = SCREENS[kind]
    form = _form(request, screen, None)
    if request.method == "POST" and _saved(request, form, None):
        messages.success(request, _("The connector is saved."))
        return redirect("connectors-list")
    return render(request, screen.template, {"form": form, "connector": None})


@allowed(Permission.EDIT_CONNECTORS)
def edit(request: PersonRequest, connector_id: int) -> HttpResponseBase:
    """Change a connector; what is secret is never shown and stays unless it is replaced."""
    connector = saving.get(request.organisation.pk, connector_id)
    screen = SCREENS[connector.kind]
    form = _form(request, screen, connector)
    if request.method == "POST" and _saved(request, form, connector):
        messages.success(request, _("The connector is saved."))
        return redirect("connectors-list")
    return render(request, screen.template, {"form": form, "connector": connector})


@require_POST
@allowed(Permission.EDIT_CONNECTORS)
def validate(
    request: PersonRequest, connector_id: int | None = None, kind: str = ConnectorKind.POSTGRES
) -> HttpResponseBase:
    """Try what is filled in: htmx gets the verdict alone, a plain form the whole page."""
    connector = None
    if connector_id is not None:
        connector = saving.get(request.organisation.pk, connector_id)
    screen = SCREENS[connector.kind if connector else kind]
    form = _form(request, screen, connector)
    shown = _tried(request, form, connector_id)
    if request.headers.get("HX-Request"):
        return render(request, "connectors/_verdict.html", shown | {"is_alone": True})
    return render(request, screen.template, {"form": form, "connector": connector, **shown})


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


def _form(request: PersonRequest, screen: Screen, connector: Connector | None) -> AnyForm:
    return screen.form(
        request.POST or None,
        request.FILES or None,
        organisation_id=request.organisation.pk,
        stored=connector is not None,
        initial=screen.initial(connector) if connector else None,
    )


def _tried(request: PersonRequest, form: AnyForm, connector_id: int | None) -> dict[str, object]:
    """Return the verdict on a connection, and the columns to choose the contact's key from."""
    shown: dict[str, object] = {"verdict": None, "warnings": [], "problems": []}
    organisation_id, draft, actor = request.organisation.pk, form.draft(), request.actor
    try:
        verdict = validating.validate(organisation_id, draft, connector_id=connector_id, by=actor)
        shown |= {"verdict": verdict, "warnings": validating.warnings_of(verdict)}
        if verdict.ok and isinstance(draft, Draft):
            shown["columns"] = validating.column_names(
                organisation_id, draft, connector_id=connector_id, by=actor
            )
    except Invalid as refusal:
        shown["problems"] = [text for texts in refusal.problems.values() for text in texts]
    return shown


def _saved(request: PersonRequest, form: AnyForm, connector: Connector | None) -> bool:
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
