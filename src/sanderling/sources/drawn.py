"""What one message gets of a prepared file: its contact's rows, or some drawn items.

The draw depends on the delivery and nothing else, so a second try sends what the first one would.
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.tables import RowDict
from sanderling.postgres.statements import Statements
from sanderling.sources.models import PreparedFile, PreparedKind

STATEMENTS = Statements(__package__)
Rows = dict[int, list[RowDict]]


def rows_of(
    file: PreparedFile, contact_ids: Sequence[int], draws: Mapping[int, int]
) -> tuple[Rows, set[int]]:
    """Return each contact's rows, and who has more than a message sees.

    ``draws`` is by contact what the draw is made from: the number of the delivery.  Raises
    SourceUnavailable while there are no rows that may be used.
    """
    file.refresh_from_db()
    if not file.is_usable:
        raise SourceUnavailable(Cause.LOST, f"Data source “{file.name}”: {_why(file)}")
    if file.kind == PreparedKind.RANDOM:
        return _drawn(file, contact_ids, draws), set()
    return _keyed(file, contact_ids)


def _why(file: PreparedFile) -> str:
    if file.loaded_at is not None:
        return "its file has expired; upload it anew."
    return f"its file is not loaded yet. {file.error}".strip()


def _drawn(file: PreparedFile, contact_ids: Sequence[int], draws: Mapping[int, int]) -> Rows:
    places = {contact: _places(file, draws.get(contact, contact)) for contact in contact_ids}
    wanted = sorted({place for drawn in places.values() for place in drawn})
    items: dict[int, RowDict] = dict(
        STATEMENTS.rows("select_drawn", {"file_id": file.pk, "places": wanted})
    )
    return {
        contact: [items[place] for place in drawn if place in items]
        for contact, drawn in places.items()
    }


def _places(file: PreparedFile, draw: int) -> list[int]:
    chance = random.Random(f"{file.pk}:{draw}")  # noqa: S311  no secret: an assortment
    return chance.sample(range(file.rows), min(file.rows_per_contact, file.rows))


def _keyed(file: PreparedFile, contact_ids: Sequence[int]) -> tuple[Rows, set[int]]:
    found: dict[int, list[RowDict]] = defaultdict(list)
    params = {
        "file_id": file.pk,
        "organisation_id": file.organisation_id,
        "contact_ids": list(contact_ids),
        "most": file.rows_per_contact + 1,
    }
    for contact, cells in STATEMENTS.rows("select_prepared", params):
        found[contact].append(cells)
    most = file.rows_per_contact
    rows = {contact: found[contact][:most] for contact in contact_ids}
    return rows, {contact for contact, every in found.items() if len(every) > most}
