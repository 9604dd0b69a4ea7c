"""The form of a Google Sheets connector: a key file, and the link of the spreadsheet."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sanderling.connectors.drafts_sheets import SheetsDraft
from sanderling.connectors.models import Connector
from sanderling.web.connectors.forms import (
    contact_fields,
    initial_contact_key,
    parted,
    show_problems,
)
from sanderling.web.connectors.forms_bigquery import key_file_field, text_of


class SheetsForm(forms.Form):
    """What a person fills in; the room checks it."""

    name = forms.CharField(label=_("Name"), max_length=200)
    spreadsheet = forms.CharField(
        label=_("Link of the spreadsheet"),
        max_length=500,
        help_text=_("From the address line of your browser."),
    )
    key_file = key_file_field()
    key_column = forms.CharField(
        label=_("Column"),
        max_length=200,
        help_text=_("The name, in row 1, of the column that holds the contact's key."),
    )
    contact_key = forms.ChoiceField(label=_("Contact field"))

    def __init__(self, *args: Any, organisation_id: int, stored: bool = False, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["contact_key"].choices = contact_fields(organisation_id)  # type: ignore[attr-defined]
        if stored:
            self.fields["key_file"].required = False
            self.fields["key_file"].help_text = _("Choose a file only to replace the stored key.")

    def draft(self) -> SheetsDraft:
        """Return what is filled in, also when it is not complete."""
        typed = {name: self.data.get(name, "") for name in self.fields}
        kind, field_id = parted(typed["contact_key"])
        return SheetsDraft(
            name=typed["name"],
            spreadsheet=typed["spreadsheet"],
            key_file=text_of(self.files.get("key_file")),
            key_column=typed["key_column"],
            contact_key=kind,
            field_id=field_id,
        )

    def take_problems(self, problems: dict[str, list[str]]) -> None:
        """Show problems at their fields."""
        show_problems(self, problems)


def initial_of(connector: Connector) -> dict[str, Any]:
    """Return a stored connector as the form shows it; never the key."""
    return {
        "name": connector.name,
        "spreadsheet": f"https://docs.google.com/spreadsheets/d/{connector.database}/edit",
        "key_column": connector.key_column,
        "contact_key": initial_contact_key(connector),
    }
