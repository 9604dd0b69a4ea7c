"""The form of a BigQuery connector: a key file, and where the tables are."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from sanderling.connectors.drafts_bigquery import BigQueryDraft
from sanderling.connectors.drivers.bigquery.keyfiles import LONGEST
from sanderling.connectors.models import Connector
from sanderling.web.connectors.forms import (
    contact_fields,
    initial_contact_key,
    parted,
    show_problems,
)


def key_file_field() -> forms.FileField:
    """Return the field for the key of a service account, the same for all that Google offers."""
    return forms.FileField(
        label=_("Key file"),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        help_text=_(
            "The JSON key of a service account. In the Google Cloud console: IAM & Admin → "
            "Service accounts → Keys → Add key → JSON."
        ),
    )


def text_of(file: "UploadedFile[bytes] | None") -> str:
    """Return what an uploaded key file says, as far as a key file goes; empty without one."""
    return file.read(LONGEST + 1).decode(errors="replace") if file else ""


class BigQueryForm(forms.Form):
    """What a person fills in; the room checks it."""

    name = forms.CharField(label=_("Name"), max_length=200)
    key_file = key_file_field()
    dataset = forms.CharField(
        label=_("Dataset"),
        max_length=1024,
        help_text=_("Where the tables are. When it is not there, the first data export makes it."),
    )
    location = forms.CharField(
        label=_("Location"),
        max_length=40,
        initial="EU",
        widget=forms.TextInput(attrs={"list": "locations", "autocomplete": "off"}),
        help_text=_("The region where the dataset is made; one that is there stays where it is."),
    )
    key_column = forms.CharField(
        label=_("Table column"),
        max_length=200,
        required=False,
        help_text=_("The column that holds the contact's key. Exports do not need it."),
    )
    contact_key = forms.ChoiceField(label=_("Contact field"))

    def __init__(self, *args: Any, organisation_id: int, stored: bool = False, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["contact_key"].choices = contact_fields(organisation_id)  # type: ignore[attr-defined]
        if stored:
            self.fields["key_file"].required = False
            self.fields["key_file"].help_text = _("Choose a file only to replace the stored key.")

    def draft(self) -> BigQueryDraft:
        """Return what is filled in, also when it is not complete."""
        typed = {name: self.data.get(name, "") for name in self.fields}
        kind, field_id = parted(typed["contact_key"])
        return BigQueryDraft(
            name=typed["name"],
            dataset=typed["dataset"],
            key_file=text_of(self.files.get("key_file")),
            location=typed["location"],
            key_column=typed["key_column"],
            contact_key=kind,
            field_id=field_id,
        )

    def take_problems(self, problems: dict[str, list[str]]) -> None:
        """Show problems at their fields."""
        show_problems(self, problems)


def initial_of(connector: Connector) -> dict[str, Any]:
    """Return a stored connector as the form shows it; never the key."""
    names = ("name", "dataset", "location", "key_column")
    shown = {name: getattr(connector, name) for name in names}
    return {**shown, "contact_key": initial_contact_key(connector)}
