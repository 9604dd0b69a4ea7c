"""The form of a connector, field for field as the product document names them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sanderling.connectors.drafts import Draft
from sanderling.connectors.models import Connector, ContactKeyKind
from sanderling.contacts import fields as additional_fields

TLS_CHOICES = (
    ("prefer", _("Prefer: encrypted when the server offers it")),
    ("require", _("Require: encrypted, any certificate")),
    ("verify-ca", _("Verify CA: the certificate is signed by your authority")),
    ("verify-full", _("Verify full: signed, and for this host (recommended)")),
    ("disable", _("Disable: not encrypted")),
)


class ConnectorForm(forms.Form):
    """What a person fills in; the room checks it."""

    name = forms.CharField(label=_("Name"), max_length=200)
    host = forms.CharField(
        label=_("Host"),
        max_length=253,
        help_text=_("The domain name or the IP address of the server."),
    )
    port = forms.IntegerField(label=_("Port"), initial=5432)
    database = forms.CharField(
        label=_("Database"),
        max_length=200,
        required=False,
        help_text=_("The name of the database; without one, it is called like the user."),
    )
    username = forms.CharField(
        label=_("Username"), max_length=200, help_text=_("A user that may only read is enough.")
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    tls = forms.ChoiceField(label=_("TLS"), choices=TLS_CHOICES)
    ca = forms.CharField(
        label=_("Certificate of your authority (CA)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("PEM; only when a public authority did not sign the server's certificate."),
    )
    key_column = forms.CharField(
        label=_("Table column"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "key-columns", "autocomplete": "off"}),
        help_text=_("The column that holds the contact's key, the same in all your tables."),
    )
    contact_key = forms.ChoiceField(label=_("Contact field"))

    def __init__(self, *args: Any, organisation_id: int, stored: bool = False, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["contact_key"].choices = contact_fields(organisation_id)  # type: ignore[attr-defined]
        if stored:
            self.fields["password"].required = False
            self.fields["password"].help_text = _("Leave empty to keep the stored password.")

    def draft(self) -> Draft:
        """Return what is filled in, also when it is not complete."""
        typed = {name: self.data.get(name, "") for name in self.fields}
        kind, field_id = parted(typed["contact_key"])
        return Draft(
            name=typed["name"],
            host=typed["host"],
            username=typed["username"],
            password=typed["password"],
            port=int(typed["port"]) if typed["port"].isascii() and typed["port"].isdigit() else 0,
            database=typed["database"],
            tls=typed["tls"],
            ca=typed["ca"],
            key_column=typed["key_column"],
            contact_key=kind,
            field_id=field_id,
        )

    def take_problems(self, problems: dict[str, list[str]]) -> None:
        """Show problems at their fields."""
        show_problems(self, problems)


def show_problems(form: forms.Form, problems: dict[str, list[str]]) -> None:
    """Show problems at the fields of a form, those without a field above it."""
    for name, sentences in problems.items():
        place = "contact_key" if name == "field_id" else name
        for sentence in sentences:
            if sentence not in form.errors.get(place, []):
                form.add_error(place if place in form.fields else None, sentence)


def parted(contact_key: str) -> tuple[str, int | None]:
    """Return which key of a contact was chosen, and which additional field."""
    kind, _colon, number = contact_key.partition(":")
    return kind, int(number) if number.isascii() and number.isdigit() else None


def contact_fields(organisation_id: int) -> list[tuple[str, Any]]:
    """Return what a table's column can hold: our keys, and every additional field."""
    own = [
        (f"{ContactKeyKind.FIELD}:{field.pk}", f"{field.group.name}: {field.name}")
        for field in additional_fields.catalogue(organisation_id).values()
    ]
    additional: list[tuple[Any, Any]] = [(_("Additional fields"), own)] if own else []
    return [
        (ContactKeyKind.EMAIL, _("Email")),
        (ContactKeyKind.PHONE, _("Phone number")),
        (ContactKeyKind.EXTERNAL_ID, _("External ID")),
        *additional,
    ]


def initial_of(connector: Connector) -> dict[str, Any]:
    """Return a stored connector as the form shows it; never the password."""
    names = ("name", "host", "port", "database", "username", "tls", "ca", "key_column")
    shown = {name: getattr(connector, name) for name in names}
    return {**shown, "contact_key": initial_contact_key(connector)}


def initial_contact_key(connector: Connector) -> str:
    """Return the contact's key as the form's choice names it."""
    by_field = connector.contact_key == ContactKeyKind.FIELD
    return f"FIELD:{connector.field_id}" if by_field else connector.contact_key
