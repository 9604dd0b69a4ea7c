"""The form of a Google Sheets connector: a key file, and the link of the spreadsheet."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sanderling.connectors.drafts_sheets import SheetsDraft
from sanderling.connectors.models import Connector
from sanderling.web.connectors.forms import initial_contact_key
from sanderling.web.connectors.forms_google import GoogleForm


class SheetsForm(GoogleForm):
    """What a person fills in."""

    spreadsheet = forms.CharField(
        label=_("Link of the spreadsheet"),
        max_length=500,
        help_text=_("From the address line of your browser."),
    )
    key_column = forms.CharField(
        label=_("Column"),
        max_length=200,
        help_text=_("The name, in row 1, of the column that holds the contact's key."),
    )

    def draft(self) -> SheetsDraft:
        """Return the draft of what is filled in."""
        return SheetsDraft(**self.typed())


def initial_of(connector: Connector) -> dict[str, Any]:
    """Return a stored connector as the form shows it; never the key."""
    return {
        "name": connector.name,
        "spreadsheet": f"https://docs.google.com/spreadsheets/d/{connector.database}/edit",
        "key_column": connector.key_column,
        "contact_key": initial_contact_key(connector),
    }
