"""Where a dataset goes on: the customer's schema says how far it is, and sometimes lies.

A restore of either side, a dropped table, a lost state table, a second writer: each is seen here,
before the first row is read, and answered with a full resend or a refusal that says what to do.
"""

from dataclasses import dataclass, field

from sanderling.connectors.drivers.chunks import Place
from sanderling.exports.datasets.columns import Dataset, Manner
from sanderling.exports.destinations.protocol import Destination
from sanderling.exports.models import Export, Watermark
from sanderling.exports.reading import Horizon
from sanderling.lib.errors import Conflict

ANEW = "ANEW"  # written as the source of a place whose rows somebody asked for again

NOT_OURS = (
    'All rows must be sent again, and "{}" holds rows that are not ours. '
    "Rename the table: a new one is made."
)


class TwoWriters(Conflict):
    """Somebody else writes these tables."""


@dataclass
class Start:
    """From where to go on.

    ``place`` is what the destination holds now, None for nothing.  ``is_new``: the table is to be
    made, by one COPY.  ``is_resend``: all rows are sent again, and rows that do not come any more
    are deleted at the end, or, where rows have no key, all of them at the start (``empties``).
    """

    low: int
    place: Place | None
    is_new: bool = False
    empties: bool = False
    is_resend: bool = False
    notes: list[str] = field(default_factory=list)


def start_of(
    destination: Destination, dataset: Dataset, *, export: Export, horizon: Horizon, mark: Watermark
) -> Start:
    """Return where to go on.

    Raises TwoWriters when the tables are somebody else's.
    """
    place = destination.place(dataset)
    is_there = destination.has(dataset)
    if place is not None:
        _check_writer(place, dataset, export)
    if not is_there:
        notes = ["The table was gone; it is made anew."] if place else []
        return Start(0, place, is_new=True, notes=notes)
    if place is None:
        return _without_place(destination, dataset, horizon, mark)
    if place.source != horizon.source or place.low > horizon.high:
        return _resent(dataset, place)
    return Start(place.low, place)


def after(start: Start, export: Export, horizon: Horizon, low: int) -> Place:
    """Return the place behind a chunk."""
    swept = start.place.swept_at if start.place and not start.is_resend else None
    if start.is_new:
        swept = horizon.now
    return Place(owner_of(export), export.pk, horizon.source, low, swept_at=swept)


def _check_writer(place: Place, dataset: Dataset, export: Export) -> None:
    if place.owner != owner_of(export):
        raise TwoWriters(
            f'Another organisation or installation writes "{dataset.name}" in this schema. '
            "Choose another schema."
        )
    if place.export == export.pk:
        return
    other = Export.objects.filter(organisation_id=export.organisation_id, pk=place.export).first()
    if other is not None and dataset.name in other.datasets:
        raise TwoWriters(
            f'Data export {other.pk} writes "{dataset.name}" in this schema already. '
            "Take the dataset out of one of them, or choose another schema."
        )


def _without_place(
    destination: Destination, dataset: Dataset, horizon: Horizon, mark: Watermark
) -> Start:
    """Go on with a table that has no place: somebody else's, or ours whose state was dropped."""
    is_ours = mark.system == horizon.source and mark.target == destination.where
    if is_ours and dataset.manner is Manner.APPEND:
        return Start(int(mark.low), None, notes=["Our table of states was gone; it is made anew."])
    return Start(0, None)


def _resent(dataset: Dataset, place: Place) -> Start:
    note = "Our database was restored or moved since the last run: all rows are sent again."
    if place.source == ANEW:
        note = "Somebody asked for all rows: they are sent again."
    if dataset.manner is not Manner.APPEND:
        return Start(0, place, is_resend=True, notes=[note])
    if not is_replaceable(dataset, place):
        raise Conflict(NOT_OURS.format(dataset.name))
    return Start(0, place, empties=True, is_resend=True, notes=[note])


def is_replaceable(dataset: Dataset, place: Place) -> bool:
    """Whether all rows can be sent again: where rows have no key, ours must be the only ones."""
    return dataset.manner is not Manner.APPEND or not place.is_adopted


def owner_of(export: Export) -> str:
    """Return who writes: the organisation, told from the same number in another installation."""
    organisation = export.organisation
    return f"{organisation.pk}@{organisation.created_at:%Y-%m-%dT%H:%M:%S.%f}"
