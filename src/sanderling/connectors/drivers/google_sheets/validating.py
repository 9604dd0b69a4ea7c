"""Whether a spreadsheet opens, and why not."""

from sanderling.connectors.drivers.google_sheets import browsing
from sanderling.connectors.drivers.google_sheets.settings import SpreadsheetSettings
from sanderling.connectors.drivers.outages import SourceUnavailable
from sanderling.connectors.drivers.tables import Validation


def validate(settings: SpreadsheetSettings) -> Validation:
    """Return whether the spreadsheet can be read with this key."""
    try:
        sheets = browsing.tables(settings)
    except SourceUnavailable as error:
        return Validation(False, error.message, error.cause)
    name = sheets[0].schema if sheets else ""
    message = f"Connected to “{name}”: {', '.join(sheet.name for sheet in sheets[:10])}."
    return Validation(True, message, is_tls=True)
