"""One dataset's way: window by window from our tables into the customer's."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from sanderling.connectors.drivers.chunks import Chunk, Forgetting, Place, Written
from sanderling.exports import placing, reading, requesting, sweeping
from sanderling.exports.datasets.columns import Dataset, Manner
from sanderling.exports.destinations.protocol import Destination
from sanderling.exports.models import Export, Watermark
from sanderling.exports.placing import Start
from sanderling.exports.reading import Connection, Horizon, Window

SWEPT_EVERY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Move:
    """One dataset on its way; ``tell`` hears of every chunk that has arrived."""

    export: Export
    dataset: Dataset
    source: Connection
    destination: Destination
    mark: Watermark
    tell: Callable[[Written], None]


def move(moving: Move) -> Horizon:
    """Bring a dataset up to this moment; return the moment."""
    horizon = reading.horizon(moving.source)
    if moving.dataset.name in moving.export.resend:
        _forget_place(moving)
    start = placing.start_of(
        moving.destination,
        moving.dataset,
        export=moving.export,
        horizon=horizon,
        mark=moving.mark,
    )
    moving.tell(Written(notes=start.notes))
    place = _moved(moving, start, horizon)
    if place is not None:
        place = _swept(moving, place, now=horizon.now)
    moving.tell(Written(moving.destination.spent()))
    _remember(moving, horizon, start.low if place is None else place.low)
    return horizon


def _forget_place(moving: Move) -> None:
    """Make the destination's place one of no database of ours, so that all rows are sent again.

    The place is moved first and the wish taken off then: whoever dies between the two finds the
    wish, and a place that is moved already.
    """
    place = moving.destination.place(moving.dataset)
    if place is not None and placing.is_replaceable(moving.dataset, place):
        after = replace(place, source=placing.ANEW, low=0)
        moving.destination.remember(moving.dataset, before=place, after=after)
        moving.mark.low = "0"  # ours would tell that theirs went back in time
        moving.mark.save(update_fields=["low"])
    elif place is not None:
        moving.tell(Written(notes=[placing.NOT_OURS.format(moving.dataset.name)]))
    requesting.fulfilled(moving.export.pk, moving.dataset.name)


def _moved(moving: Move, start: Start, horizon: Horizon) -> Place | None:
    """Move all chunks of the window; return the place that we stand at."""
    place, low = start.place, start.low
    is_first = start.is_new or start.is_resend
    while low < horizon.high or is_first:
        window = Window(moving.export.organisation_id, low, horizon.high)
        with reading.snapshot(moving.source):
            end = _end(moving, start, window, is_first=is_first)
            if end is None:
                break
            after = replace(
                placing.after(start, moving.export, horizon, end),
                columns=place.columns if place else (),
            )
            chunk = _chunk(
                moving, replace(window, high=end), place, after, empties=start.empties and is_first
            )
            written = moving.destination.write(moving.dataset, chunk)
        moving.tell(written)
        moving.tell(Written(moving.destination.spent()))
        assert written.place is not None
        place, low, is_first = written.place, written.place.low, False
    return place


def _end(moving: Move, start: Start, window: Window, *, is_first: bool) -> int | None:
    """Return where the next chunk ends; some destinations make and fill a new table at once."""
    begun = moving.destination.begun(moving.dataset)
    if begun is not None and window.low < begun <= window.high:
        return begun
    if start.is_new and is_first and moving.destination.begins_whole:
        return window.high
    most = moving.destination.most[moving.dataset.manner]
    end = reading.cut(moving.source, moving.dataset, window, most=most)
    return window.high if end is None and (is_first or start.place is None) else end


def _chunk(
    moving: Move, window: Window, before: Place | None, after: Place, *, empties: bool
) -> Chunk:
    dataset, source, dialect = moving.dataset, moving.source, moving.destination.dialect
    return Chunk(
        before=before,
        after=after,
        low=window.low,
        rows=partial(reading.rows, source, dataset, window, dialect),
        parents=partial(reading.found, source, dataset, window, dialect, dataset.parents)
        if dataset.parents
        else None,
        forgettings=tuple(
            Forgetting(columns, partial(reading.found, source, dataset, window, dialect, statement))
            for statement, columns in dataset.forgets.items()
        ),
        empties=empties,
    )


def _swept(moving: Move, place: Place, *, now: dt.datetime) -> Place:
    """Delete what left no trace behind: once a day, and after a full resend."""
    if moving.dataset.manner is Manner.APPEND or place.is_adopted:
        return place
    if place.swept_at is not None and now - place.swept_at < SWEPT_EVERY:
        return place
    written = sweeping.sweep(
        moving.source,
        moving.destination,
        moving.dataset,
        organisation_id=moving.export.organisation_id,
        place=place,
        now=now,
    )
    moving.tell(written)
    return written.place or place


def _remember(moving: Move, horizon: Horizon, low: int) -> None:
    """Keep a copy of the place on our side, for the pages and for the day theirs is lost."""
    mark = moving.mark
    mark.low, mark.high = str(low), str(horizon.high)
    mark.system, mark.target = horizon.source, moving.destination.where
    mark.fresh_at = horizon.now - dt.timedelta(seconds=horizon.held_seconds)
    mark.save(update_fields=["low", "high", "system", "target", "fresh_at", "updated_at"])
