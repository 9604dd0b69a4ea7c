"""Prepared files: fetched from a link, read in messages, forgotten when their time is over."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import Conflict, Invalid
from sanderling.sources import files
from sanderling.sources.models import OutagePolicy, PreparedFile, PreparedKind
from sanderling.sources.saving import LONGEST_NAME, MOST_ROWS
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


class LinkForm(forms.Form):
    """Where a file lies, and how long its rows are kept."""

    link = forms.CharField(
        label=gettext_lazy("Link"),
        max_length=2000,
        help_text=gettext_lazy("https://…/offers.json; a user and password may stand in it."),
    )
    hours = forms.IntegerField(
        label=gettext_lazy("Hours to keep it"),
        min_value=1,
        max_value=files.MOST_HOURS,
        initial=files.DEFAULT_HOURS,
    )


class NewFileForm(LinkForm):
    """A new file, and what it holds."""

    kind = forms.ChoiceField(label=gettext_lazy("It holds"), choices=PreparedKind.choices)
    field_order = ("kind", "link", "hours")


class FileForm(forms.Form):
    """What can be changed of a file: its name, and what a message gets of it."""

    name = forms.CharField(label=gettext_lazy("Source name"), max_length=LONGEST_NAME)
    rows_per_contact = forms.IntegerField(
        label=gettext_lazy("Rows per contact"),
        min_value=1,
        max_value=MOST_ROWS,
        help_text=gettext_lazy("Of drawn items: so many for each message."),
    )
    outage = forms.ChoiceField(
        label=gettext_lazy("When there is no file, or it has expired"),
        choices=OutagePolicy.choices,
    )


@allowed(Permission.EDIT_CONNECTORS)
def new(request: PersonRequest) -> HttpResponseBase:
    """Give the link of a file."""
    form = NewFileForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            file = files.add(request.organisation.pk, **form.cleaned_data, by=request.actor)
        except (Invalid, Conflict) as refusal:
            form.add_error("link", refusal.message)
        else:
            messages.success(request, _("The file is being fetched."))
            return redirect("sources-file", file.pk)
    return render(request, "sources/file_new.html", {"form": form})


@allowed(Permission.READ_CONTACTS)
def show(request: PersonRequest, file_id: int) -> HttpResponseBase:
    """Show how a file stands; a POST changes its settings."""
    file = files.get(request.organisation.pk, file_id)
    initial = {name: getattr(file, name) for name in FileForm.base_fields}
    form = FileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _changed(request, file, form):
        messages.success(request, _("The data source is saved."))
        return redirect("sources-file", file.pk)
    return render(request, "sources/file.html", _shown(request, file, form))


@allowed(Permission.READ_CONTACTS)
def state(request: PersonRequest, file_id: int) -> HttpResponseBase:
    """Show how a file stands, for a page that looks again every few seconds."""
    file = files.get(request.organisation.pk, file_id)
    return render(request, "sources/_file_state.html", {"file": file})


@require_POST
@allowed(Permission.EDIT_CONNECTORS)
def fetch(request: PersonRequest, file_id: int) -> HttpResponseBase:
    """Replace the file by what lies at a link."""
    file = files.get(request.organisation.pk, file_id)
    form = LinkForm(request.POST)
    if form.is_valid():
        try:
            files.fetch_anew(file.organisation_id, file.pk, **form.cleaned_data, by=request.actor)
        except Invalid as refusal:
            form.add_error("link", refusal.message)
        else:
            messages.success(request, _("The file is being fetched."))
            return redirect("sources-file", file.pk)
    shown = _shown(request, file, FileForm(initial=vars(file))) | {"link_form": form}
    return render(request, "sources/file.html", shown)


@require_POST
@allowed(Permission.EDIT_CONNECTORS)
def delete(request: PersonRequest, file_id: int) -> HttpResponseBase:
    """Delete a file that no message reads; otherwise say which do."""
    try:
        files.delete(request.organisation.pk, file_id, by=request.actor)
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("sources-file", file_id)
    messages.success(request, _("The data source is deleted."))
    return redirect("sources-list")


def _shown(request: PersonRequest, file: PreparedFile, form: FileForm) -> dict[str, Any]:
    return {
        "file": file,
        "form": form,
        "link_form": LinkForm(initial={"hours": file.hours}),
        "is_editable": Permission.EDIT_CONNECTORS in request.actor.permissions,
    }


def _changed(request: PersonRequest, file: PreparedFile, form: FileForm) -> bool:
    try:
        files.change(request.organisation.pk, file.pk, by=request.actor, **form.cleaned_data)
    except Invalid as refusal:
        for name, sentences in refusal.problems.items():
            form.add_error(name if name in form.fields else None, sentences)
        return False
    return True
