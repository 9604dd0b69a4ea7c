"""The form of a BigQuery connector: a key file, and where the tables are."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sanderling.connectors.drafts_bigquery import BigQueryDraft
from sanderling.connectors.models import Connector
from sanderling.web.connectors.forms import initial_contact_key
from sanderling.web.connectors.forms_google import GoogleForm


class BigQueryForm(GoogleForm):
    """What a person fills in."""

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

    def draft(self) -> BigQueryDraft:
        """Return the draft of what is filled in."""
        return BigQueryDraft(**self.typed())


def initial_of(connector: Connector) -> dict[str, Any]:
    """Return a stored connector as the form shows it; never the key."""
    names = ("name", "dataset", "location", "key_column")
    shown = {name: getattr(connector, name) for name in names}
    return {**shown, "contact_key": initial_contact_key(connector)}
