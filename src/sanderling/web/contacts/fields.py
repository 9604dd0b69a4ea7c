"""Additional fields and their lists, with the keys that messages call them by."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.contacts import fields
from sanderling.contacts.models import Field, FieldType
from sanderling.lib.errors import Conflict, Invalid
from sanderling.web.contacts import asking
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


class FieldForm(forms.Form):
    """A field: what it is called, and what it takes."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    key = forms.CharField(
        label=gettext_lazy("Personalisation key"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Made from the name when you leave it empty."),
    )
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=FieldType.choices)
    allowed_values = forms.CharField(
        label=gettext_lazy("Values to choose from, a line each"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Only for a choice of one (combobox) or of several (checkboxes)."),
    )
    description = forms.CharField(label=gettext_lazy("Description"), required=False, max_length=300)

    def choices(self) -> list[str]:
        """Return the lines of the choices."""
        return str(self.cleaned_data["allowed_values"]).splitlines()


@allowed(Permission.READ_CONTACTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """Show the lists of fields; a POST makes a list."""
    organisation_id = request.organisation.pk
    problem, typed = "", asking.text(request.POST, "name")
    if request.method == "POST":
        try:
            fields.create_group(organisation_id, typed, by=request.actor)
            messages.success(request, _("The list of fields is made."))
            return redirect("contacts-fields")
        except (Invalid, Conflict) as refusal:
            problem = refusal.message
    catalogue = list(fields.catalogue(organisation_id).values())
    groups = fields.groups(organisation_id)
    shown = {
        "groups": [(g, [field for field in catalogue if field.group_id == g.pk]) for g in groups],
        "problem": problem,
        "typed": typed,
        "may_edit": Permission.ADMINISTER in request.actor.permissions,
    }
    return render(request, "contacts/fields.html", shown)


@allowed(Permission.ADMINISTER)
def new(request: PersonRequest) -> HttpResponseBase:
    """Make a field in a list."""
    asked = request.POST if request.method == "POST" else request.GET
    group_id = asking.number(asked, "group") or 0
    form = FieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            fields.create_field(
                request.organisation.pk,
                group_id,
                name=form.cleaned_data["name"],
                key=form.cleaned_data["key"],
                description=form.cleaned_data["description"],
                kind=form.cleaned_data["type"],
                allowed_values=form.choices(),
                by=request.actor,
            )
            messages.success(request, _("The field is made."))
            return redirect("contacts-fields")
        except (Invalid, Conflict) as refusal:
            _explain(form, refusal)
    return render(request, "contacts/field.html", {"form": form, "group_id": group_id})


@allowed(Permission.ADMINISTER)
def edit(request: PersonRequest, field_id: int) -> HttpResponseBase:
    """Change a field; its type stays."""
    field = fields.get(request.organisation.pk, field_id)
    form = FieldForm(request.POST or None, initial=_initial(field))
    form.fields["type"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            fields.change_field(
                request.organisation.pk,
                field_id,
                name=form.cleaned_data["name"],
                key=form.cleaned_data["key"],
                description=form.cleaned_data["description"],
                allowed_values=form.choices(),
                by=request.actor,
            )
            messages.success(request, _("Saved."))
            return redirect("contacts-fields")
        except (Invalid, Conflict) as refusal:
            _explain(form, refusal)
    return render(request, "contacts/field.html", {"form": form, "field": field})


@require_POST
@allowed(Permission.ADMINISTER)
def delete(request: PersonRequest, field_id: int) -> HttpResponseBase:
    """Delete a field."""
    fields.delete_field(request.organisation.pk, field_id, by=request.actor)
    messages.success(request, _("The field is deleted."))
    return redirect("contacts-fields")


@require_POST
@allowed(Permission.ADMINISTER)
def delete_group(request: PersonRequest, group_id: int) -> HttpResponseBase:
    """Delete an empty list of fields."""
    fields.delete_group(request.organisation.pk, group_id, by=request.actor)
    messages.success(request, _("The list of fields is deleted."))
    return redirect("contacts-fields")


def _initial(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "key": field.key,
        "type": field.type,
        "description": field.description,
        "allowed_values": "\n".join(field.allowed_values),
    }


def _explain(form: FieldForm, refusal: Invalid | Conflict) -> None:
    problems = refusal.problems if isinstance(refusal, Invalid) else {"key": [refusal.message]}
    for name, sentences in problems.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
