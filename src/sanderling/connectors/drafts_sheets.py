"""What a person fills into the form of a Google Sheets connector, and what can be wrong with it."""

from dataclasses import dataclass, field
from typing import ClassVar

from sanderling.connectors.drafts import Problems
from sanderling.connectors.drafts_bigquery import key_of, key_problems
from sanderling.connectors.drivers.google_sheets.settings import (
    SpreadsheetSettings,
    spreadsheet_of,
)
from sanderling.connectors.models import Connector, ConnectorKind, ContactKeyKind
from sanderling.connectors.opening import sheets_service, sheets_settings_of
from sanderling.lib.errors import Invalid


@dataclass(frozen=True)
class SheetsDraft:
    """A spreadsheet as filled in, by its link; an empty key file leaves the stored key."""

    kind: ClassVar[ConnectorKind] = ConnectorKind.SHEETS
    name: str
    spreadsheet: str
    key_file: str = field(default="", repr=False)
    key_column: str = ""
    contact_key: str = ContactKeyKind.EMAIL
    field_id: int | None = None

    def problems(self, stored: Connector | None) -> Problems:
        """Return what keeps the spreadsheet from being opened."""
        problems = key_problems(self.key_file, stored)
        try:
            spreadsheet_of(self.spreadsheet)
        except Invalid as error:
            problems |= error.problems
        return problems

    def fill(self, connector: Connector) -> None:
        """Write the spreadsheet's number, and the account of a new key."""
        connector.database = spreadsheet_of(self.spreadsheet)
        if key := key_of(self.key_file):
            connector.username = key.email

    def secret(self) -> tuple[str, str]:
        """Return the key, without what is not needed of its file."""
        key = key_of(self.key_file)
        return (key.text if key else ""), "key"


def settings_of(draft: SheetsDraft, *, stored: Connector | None) -> SpreadsheetSettings:
    """Return how to open what is filled in; raise Invalid when it is not complete."""
    if problems := draft.problems(stored):
        raise Invalid(problems=problems)
    key = key_of(draft.key_file)
    if key is None:
        assert stored is not None
        key = sheets_settings_of(stored).key
    return SpreadsheetSettings(spreadsheet_of(draft.spreadsheet), key, sheets_service())
