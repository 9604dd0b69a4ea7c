"""The form of an export: connector, upload interval, schema, and the datasets as check boxes."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.accounts.rights import Permission
from sanderling.connectors import saving as connectors
from sanderling.exports import saving
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.destinations.kinds import KINDS
from sanderling.exports.models import Export, Interval, Rhythm
from sanderling.exports.saving import Draft
from sanderling.lib.errors import Invalid
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


class ExportForm(forms.Form):
    """What the document asks for, and a cron line for those who want one."""

    connector = forms.ChoiceField(label=gettext_lazy("Connector"))
    interval = forms.ChoiceField(
        label=gettext_lazy("Upload interval"), choices=Interval.choices, initial=Interval.DAY
    )
    cron = forms.CharField(
        label=gettext_lazy("Cron line"),
        max_length=100,
        required=False,
        help_text=gettext_lazy(
            "Only for “By a cron line”, in your organisation's time zone: "
            "30 4 * * * is every day at 04:30."
        ),
    )
    schema = forms.CharField(
        label=gettext_lazy("Schema or dataset"),
        max_length=1024,
        required=False,
        help_text=gettext_lazy(
            "Where the tables are made. In PostgreSQL a schema, which must exist; when empty, "
            "public. In BigQuery a dataset; when empty, that of the connector."
        ),
    )
    comparison = forms.ChoiceField(
        label=gettext_lazy("Compare both sides"),
        choices=[("", gettext_lazy("As usual for the connector")), *Rhythm.choices],
        required=False,
        help_text=gettext_lazy(
            "Counts and checksums of every table and day. As usual is every night for PostgreSQL, "
            "and one night a week for BigQuery, which bills what it reads."
        ),
    )
    datasets = forms.MultipleChoiceField(
        label=gettext_lazy("Datasets"),
        choices=[(name, name) for name in DATASETS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, organisation_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = [one for one in connectors.connectors_of(organisation_id) if one.kind in KINDS]
        known = [
            (connector.pk, f"{connector.name} ({connector.get_kind_display()}, {connector.where})")
            for connector in usable
        ]
        self.fields["connector"].choices = known  # type: ignore[attr-defined]
        usual = {KINDS[connector.kind].schema(connector) for connector in usable}
        if len(usual) == 1:
            self.fields["schema"].initial = usual.pop()

    def draft(self) -> Draft:
        """Return what was filled in."""
        filled = self.cleaned_data
        return Draft(
            connector_id=int(filled["connector"]),
            datasets=filled["datasets"],
            schema=filled["schema"],
            interval=filled["interval"],
            cron=filled["cron"],
            rhythm=filled["comparison"],
        )


@allowed(Permission.EDIT_EXPORTS)
def new(request: PersonRequest) -> HttpResponseBase:
    """Fill in a new export; saving asks the database whether it may be written."""
    return _form(request, None, {"datasets": list(DATASETS)})


@allowed(Permission.EDIT_EXPORTS)
def edit(request: PersonRequest, export_id: int) -> HttpResponseBase:
    """Change an export."""
    export = saving.get(request.organisation.pk, export_id)
    initial = {
        "connector": export.connector_id,
        "interval": export.interval,
        "cron": export.cron,
        "schema": export.schema,
        "comparison": export.rhythm,
        "datasets": export.datasets,
    }
    return _form(request, export, initial)


def _form(
    request: PersonRequest, export: Export | None, initial: dict[str, Any]
) -> HttpResponseBase:
    form = ExportForm(
        request.POST or None, initial=initial, organisation_id=request.organisation.pk
    )
    if request.method == "POST" and form.is_valid():
        saved = _saved(request, form, export)
        if saved is not None:
            messages.success(request, _words_of(saved, is_new=export is None))
            return redirect("exports-show", saved.pk)
    chosen = form["datasets"].value() or []
    shown = {
        "form": form,
        "export": export,
        "datasets": [(dataset, dataset.name in chosen) for dataset in DATASETS.values()],
        "has_connectors": bool(form.fields["connector"].choices),  # type: ignore[attr-defined]
    }
    return render(request, "exports/edit.html", shown)


def _words_of(saved: Export, *, is_new: bool) -> str:
    if is_new:
        return _("The data export is saved; its first run starts now.")
    if saved.is_paused:
        return _("The data export is saved. It is paused: “Resume” lets it run.")
    return _("The data export is saved; a run starts now.")


def _saved(request: PersonRequest, form: ExportForm, export: Export | None) -> Export | None:
    try:
        return saving.save(
            request.organisation.pk,
            form.draft(),
            export_id=export.pk if export else None,
            by=request.actor,
        )
    except Invalid as refusal:
        for name, sentences in refusal.problems.items():
            for sentence in sentences:
                form.add_error(name if name in form.fields else None, sentence)
        return None
