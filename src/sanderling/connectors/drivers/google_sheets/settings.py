"""What is needed to read a spreadsheet: its number, and the key of a service account."""

import re
from dataclasses import dataclass, field

from sanderling.lib.errors import Invalid

IN_A_LINK = re.compile(r"/spreadsheets/d/([A-Za-z0-9_-]{10,200})")
BARE = re.compile(r"[A-Za-z0-9_-]{10,200}")
GOOGLES = "https://sheets.googleapis.com"


@dataclass(frozen=True)
class SpreadsheetSettings:
    """``key_file`` is the JSON of the service account; ``base`` is another than Google's only in
    installations whose operator says so."""

    spreadsheet: str
    key_file: str = field(repr=False)
    base: str = GOOGLES
    token_uri: str = ""  # the operator's; empty is Google's


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
