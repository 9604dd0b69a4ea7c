"""What is needed to read a spreadsheet: its number, and the key of a service account."""

import re
from dataclasses import dataclass, field

from sanderling.connectors.drivers.keyfiles import TOKENS, Key
from sanderling.lib.errors import Invalid

IN_A_LINK = re.compile(r"/spreadsheets/d/([A-Za-z0-9_-]{10,200})")
BARE = re.compile(r"[A-Za-z0-9_-]{10,200}")
GOOGLES = "https://sheets.googleapis.com"


@dataclass(frozen=True)
class Service:
    """Where Sheets is: Google's addresses, unless the operator's own settings say otherwise."""

    endpoint: str = GOOGLES
    tokens: str = TOKENS


@dataclass(frozen=True)
class SpreadsheetSettings:
    """A spreadsheet's number, and the key of the account with which it is shared."""

    spreadsheet: str
    key: Key
    service: Service = field(default_factory=Service)


def spreadsheet_of(link: str) -> str:
    """Return the number of a spreadsheet from its link, or from the number itself.

    Raises Invalid when it is neither.
    """
    link = link.strip()
    found = IN_A_LINK.search(link)
    if found:
        return found.group(1)
    if BARE.fullmatch(link):
        return link
    raise Invalid(
        problems={"spreadsheet": ["Paste the link of the spreadsheet from the browser's address."]}
    )
