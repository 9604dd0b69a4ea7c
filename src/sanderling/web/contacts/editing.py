"""The form of a contact, new or known."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanderling.accounts.rights import Permission
from sanderling.contacts import adding, fields, finding
from sanderling.contacts.models import Contact, Field, FieldType, Source
from sanderling.contacts.people import Match, Person
from sanderling.lib.errors import Conflict, Invalid
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest

COLUMNS = {
    "email": gettext_lazy("Email"),
    "phone": gettext_lazy("Phone"),
    "external_id": gettext_lazy("External ID"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "language": gettext_lazy("Language code"),
    "time_zone": gettext_lazy("Time zone"),
    "country": gettext_lazy("Country"),
    "region": gettext_lazy("Region"),
    "town": gettext_lazy("Town"),
    "address": gettext_lazy("Address"),
    "postcode": gettext_lazy("Postcode"),
    "contact_key": gettext_lazy("Contact key"),
}
HINTS = {
    "phone": gettext_lazy("In international form, such as +380 67 000 00 01."),
    "external_id": gettext_lazy("Your own number of this person; it belongs to one contact only."),
    "language": gettext_lazy("Such as en or uk: it chooses the language of messages."),
    "time_zone": gettext_lazy("Such as Europe/Kyiv."),
}


class ContactForm(forms.Form):
    """The columns of a contact, and the organisation's own fields; the room validates."""

    def __init__(self, *args: Any, own: dict[int, Field], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in COLUMNS.items():
            self.fields[name] = forms.CharField(
                label=label, required=False, help_text=HINTS.get(name, "")
            )
        for field_id, field in own.items():
            self.fields[f"field:{field_id}"] = _control(field)
        self.own = own

    def person(self) -> Person:
        """Return what the form says; an empty box clears."""
        said = self.cleaned_data
        values = {key: str(said[f"field:{key}"]) for key in self.own}
        columns = {name: said[name] for name in COLUMNS}
        return Person(**columns, fields=values)

    def explain(self, refusal: Invalid) -> None:
        """Show every problem beside its box."""
        for name, problems in refusal.problems.items() or {"": [refusal.message]}.items():
            for problem in problems:
                self.add_error(name if name in self.fields else None, problem)


@allowed(Permission.EDIT_CONTACTS)
def new(request: PersonRequest) -> HttpResponseBase:
    """Add a contact by hand; a known address is not taken for a new person."""
    form = ContactForm(request.POST or None, own=fields.catalogue(request.organisation.pk))
    if request.method == "POST" and form.is_valid():
        contact_id = _create(request, form)
        if contact_id is not None:
            return redirect("contacts-show", contact_id)
    return render(request, "contacts/edit.html", {"form": form, "contact": None})


@allowed(Permission.EDIT_CONTACTS)
def edit(request: PersonRequest, contact_id: int) -> HttpResponseBase:
    """Change a contact."""
    contact = finding.get(request.organisation.pk, contact_id)
    own = fields.catalogue(request.organisation.pk)
    form = ContactForm(request.POST or None, own=own, initial=_initial(contact))
    if request.method == "POST" and form.is_valid() and _save(request, contact_id, form):
        return redirect("contacts-show", contact_id)
    return render(request, "contacts/edit.html", {"form": form, "contact": contact})


def _create(request: PersonRequest, form: ContactForm) -> int | None:
    person = form.person()
    known = _already_known(request.organisation.pk, person)
    if known is not None:
        form.add_error(None, _("There is already such a contact: number %(id)s.") % {"id": known})
        return None
    try:
        made = adding.upsert(
            request.organisation.pk,
            person,
            match=Match.EMAIL_OR_PHONE,
            source=Source.MANUAL,
            by=request.actor,
        )
    except Invalid as refusal:
        form.explain(refusal)
        return None
    messages.success(request, _("The contact is saved."))
    return made.contact_id


def _already_known(organisation_id: int, person: Person) -> int | None:
    for kind, value in (
        ("EXTERNAL_ID", person.external_id),
        ("EMAIL", person.email),
        ("PHONE", person.phone),
    ):
        if value and (found := finding.by_key(organisation_id, kind, value)):
            return found
    return None


def _save(request: PersonRequest, contact_id: int, form: ContactForm) -> bool:
    try:
        adding.update(request.organisation.pk, contact_id, form.person(), by=request.actor)
    except Invalid as refusal:
        form.explain(refusal)
        return False
    except Conflict as refusal:
        form.add_error("external_id", refusal.message)
        return False
    messages.success(request, _("Saved."))
    return True


def _initial(contact: Contact) -> dict[str, str]:
    own = {f"field:{key}": value for key, value in contact.fields.items()}
    return {name: getattr(contact, name) for name in COLUMNS} | own


def _control(field: Field) -> forms.Field:
    if field.type == FieldType.COMBOBOX and field.allowed_values:
        choices = [("", "—"), *((value, value) for value in field.allowed_values)]
        return forms.ChoiceField(label=field.name, choices=choices, required=False)
    widget: forms.Widget = forms.TextInput()
    if field.type == FieldType.TEXTAREA:
        widget = forms.Textarea(attrs={"rows": 3})
    elif field.type == FieldType.DATE:
        widget = forms.TextInput(attrs={"placeholder": "1990-04-17"})
    return forms.CharField(
        label=field.name, required=False, help_text=field.description, widget=widget
    )
