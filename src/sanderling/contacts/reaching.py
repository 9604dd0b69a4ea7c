"""The devices that a message of a push channel may go to now."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sanderling.postgres.statements import Statements, fetch_dicts

STATEMENTS = Statements(__package__)


def devices_of(
    organisation_id: int, contact_ids: Sequence[int], category: str, *, even_muted: bool
) -> dict[int, list[dict[str, Any]]]:
    """Return the devices of contacts, in one query, with what a push needs to know of each.

    ``even_muted``: the message answers something the person did, so a mute does not hold it back.
    """
    params = {
        "organisation_id": organisation_id,
        "contact_ids": list(contact_ids),
        "category": category,
        "even_muted": even_muted,
    }
    found = defaultdict(list)
    for row in fetch_dicts(STATEMENTS["find_devices"], params):
        found[row.pop("contact_id")].append(row)
    return dict(found)
