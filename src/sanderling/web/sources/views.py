"""List, add, look at, change and delete data sources."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.connectors import browsing
from sanderling.connectors import saving as connectors
from sanderling.connectors.models import Connector, ConnectorKind
from sanderling.lib.errors import Conflict, Invalid, SanderlingError
from sanderling.sources import copied, files, saving
from sanderling.sources.models import DataSource, OutagePolicy
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.sources.copies import form_of

FIRST = 20  # rows that the page shows


class SourceForm(forms.Form):
    """What can be changed of a source: its name, and what sending does without it."""

    name = forms.CharField(label=gettext_lazy("Source name"), max_length=saving.LONGEST_NAME)
    outage = forms.ChoiceField(
        label=gettext_lazy("When the database does not answer"), choices=OutagePolicy.choices
    )
    rows_per_contact = forms.IntegerField(
        label=gettext_lazy("Rows per contact"),
        min_value=1,
        max_value=saving.MOST_ROWS,
        help_text=gettext_lazy("A message sees so many rows of a contact at most."),
    )


@allowed(Permission.READ_CONTACTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """List the data sources."""
    shown = {
        "sources": saving.sources_of(request.organisation.pk),
        "files": files.files_of(request.organisation.pk),
    }
    return render(request, "sources/list.html", shown)


@allowed(Permission.EDIT_CONNECTORS)
def new(request: PersonRequest) -> HttpResponseBase:
    """Choose connector, schema and table, one after the other, and give a name."""
    asked = request.POST if request.method == "POST" else request.GET
    choice = {name: asked.get(name, "") for name in ("connector", "schema", "table", "name")}
    shown: dict[str, Any] = {"choice": choice, "problems": {}}
    shown["connectors"] = connectors.connectors_of(request.organisation.pk)
    connector = _chosen(shown["connectors"], choice["connector"])
    if request.method == "POST" and connector is not None:
        try:
            source = saving.create(
                request.organisation.pk,
                connector.pk,
                schema=choice["schema"],
                table=choice["table"],
                name=choice["name"],
                by=request.actor,
            )
            messages.success(request, _("The data source is saved."))
            return redirect("sources-show", source.pk)
        except Invalid as refusal:
            shown["problems"] = refusal.problems
        except SanderlingError as outage:
            shown["outage"] = outage.message
    if connector is not None:
        shown |= _choices(connector, choice)
    return render(request, "sources/new.html", shown)


@allowed(Permission.READ_CONTACTS)
def show(request: PersonRequest, source_id: int) -> HttpResponseBase:
    """Show a source with its columns and first rows; a POST changes its settings."""
    source = saving.get(request.organisation.pk, source_id)
    initial = {name: getattr(source, name) for name in SourceForm.base_fields}
    form = SourceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _changed(request, source, form):
        messages.success(request, _("The data source is saved."))
        return redirect("sources-show", source.pk)
    shown = {
        "source": source,
        "form": form,
        "copy_form": form_of(source),
        "warnings": saving.warnings_of(source),
        "is_editable": Permission.EDIT_CONNECTORS in request.actor.permissions,
    }
    return render(request, "sources/show.html", shown | _first_rows(source))


@require_POST
@allowed(Permission.EDIT_CONNECTORS)
def refresh(request: PersonRequest, source_id: int) -> HttpResponseBase:
    """Look at the table's columns anew."""
    saving.refresh(request.organisation.pk, source_id, by=request.actor)
    messages.success(request, _("The columns are as the table has them now."))
    return redirect("sources-show", source_id)


@require_POST
@allowed(Permission.EDIT_CONNECTORS)
def delete(request: PersonRequest, source_id: int) -> HttpResponseBase:
    """Delete a source that nothing uses; otherwise say what does."""
    try:
        saving.delete(request.organisation.pk, source_id, by=request.actor)
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("sources-show", source_id)
    messages.success(request, _("The data source is deleted."))
    return redirect("sources-list")


def _chosen(known: list[Connector], number: str) -> Connector | None:
    """Return the chosen connector; the only one there is counts as chosen."""
    if len(known) == 1 and not number:
        return known[0]
    return next((connector for connector in known if str(connector.pk) == number), None)


def _choices(connector: Connector, choice: dict[str, str]) -> dict[str, Any]:
    """Return the schemas, and the tables of the chosen one; or why there are none."""
    choice["connector"] = str(connector.pk)
    try:
        schemas = browsing.schemas(connector)
        if choice["schema"] not in schemas:
            choice["schema"] = "public" if "public" in schemas else next(iter(schemas), "")
        tables = browsing.tables(connector, choice["schema"])
    except SanderlingError as outage:
        return {"outage": outage.message}
    shown = {"schemas": schemas, "tables": tables}
    return shown if tables else shown | {"grant": _grant(connector, choice["schema"])}


def _grant(connector: Connector, schema: str) -> str:
    """Return what lets the connector's user read the tables of a schema; PostgreSQL's words."""
    if connector.kind != ConnectorKind.POSTGRES:
        return ""
    named, user = (
        f'"{name.replace(chr(34), chr(34) * 2)}"' for name in (schema, connector.username)
    )
    return (
        f"GRANT USAGE ON SCHEMA {named} TO {user};\n"
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {named} TO {user};"
    )


def _first_rows(source: DataSource) -> dict[str, Any]:
    if source.is_asked_by_copy:
        names = [column["name"] for column in source.columns]
        found = copied.first_rows(source, FIRST)
        return {"names": names, "rows": [[row.get(name) for name in names] for row in found]}
    try:
        preview = browsing.preview(source.connector, source.schema, source.table, limit=FIRST)
        index = browsing.missing_index(source.connector, source.schema, source.table)
    except SanderlingError as outage:
        return {"outage": outage.message}
    names = [column.name for column in preview.columns]
    rows = [[row.get(name) for name in names] for row in preview.rows]
    return {"names": names, "rows": rows, "advised_index": index}


def _changed(request: PersonRequest, source: DataSource, form: SourceForm) -> bool:
    try:
        saving.change(request.organisation.pk, source.pk, by=request.actor, **form.cleaned_data)
    except Invalid as refusal:
        for name, sentences in refusal.problems.items():
            form.add_error(name if name in form.fields else None, sentences)
        return False
    return True
