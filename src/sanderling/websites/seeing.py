"""What came last from each domain: whether the script is there, in one glance."""

import datetime as dt

from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
LONGEST_URL = 300


def note(domain_id: int, *, event: str, url: str, at: dt.datetime) -> None:
    """Remember an event for the page of settings; of many in one second the first."""
    entry = {"event": event, "url": url[:LONGEST_URL], "at": at.isoformat(timespec="seconds")}
    STATEMENTS.run("note_event", {"domain_id": domain_id, "entry": entry})
