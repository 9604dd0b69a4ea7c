"""Move the runs of a contact that turned out to be another one.

Events are moved after us and start nothing then, so what they start must have been started; and
runs are moved only while nobody steps them, since a step is claimed by its contact.
"""

from sanderling.postgres.statements import Statements, fetch_value
from sanderling.workflows import starting

STATEMENTS = Statements(__package__)
BUCKETS = 64


def follow(organisation_id: int, former_id: int, contact_id: int) -> bool:
    """Move the runs, or return False where that must wait a little."""
    params = {
        "organisation_id": organisation_id,
        "former_id": former_id,
        "contact_id": contact_id,
    }
    while starting.read_events(organisation_id):
        continue
    if fetch_value(STATEMENTS["has_unread"], params):
        return False
    if not STATEMENTS.rows("hold_bucket", {"bucket": former_id % BUCKETS}):
        return False
    STATEMENTS.run("move_contact", params)
    return True
