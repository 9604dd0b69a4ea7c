"""Rows that vanish without a trace on our side: an order deleted by API, a device taken over.

Nothing tells a window of them.  Once a day both sides are counted, and where the customer's has
more, our keys go over and what is not among them is deleted.
"""

import datetime as dt
from dataclasses import replace
from functools import partial

from psycopg import sql

from sanderling.connectors.drivers.chunks import Place, Written
from sanderling.exports import reading
from sanderling.exports.datasets.columns import Dataset, Dialect
from sanderling.exports.destinations.protocol import Destination
from sanderling.exports.reading import Connection, Window

EVERYTHING = 2**63 - 1


def sweep(
    source: Connection,
    destination: Destination,
    dataset: Dataset,
    *,
    organisation_id: int,
    place: Place,
    now: dt.datetime,
) -> Written:
    """Delete the customer's rows that we have no more, and remember that it was done.

    The keys are of a moment after the last chunk, so nothing that arrived in it is missed.
    """
    after = replace(place, swept_at=now)
    written = Written(place=after)
    arrived = Window(organisation_id, 0, place.low)
    with reading.snapshot(source):
        if destination.count(dataset) <= _count_here(source, dataset, arrived):
            destination.remember(dataset, before=place, after=after)
            return written
        kept = replace(arrived, high=EVERYTHING)
        keys = partial(reading.keys, source, dataset, kept, destination.dialect)
        count = destination.sweep(dataset, keys, before=place, after=after)
    written.counts.deleted = count
    if count:
        written.notes.append(f"{count} rows that no longer exist here were deleted.")
    return written


def _count_here(source: Connection, dataset: Dataset, window: Window) -> int:
    names = dataset.key or (dataset.parent,)
    inner = reading.query(dataset, Dialect.POSTGRESQL, names)  # counted: any dialect does
    row = source.execute(
        sql.SQL("SELECT count(*) FROM ({}) AS c").format(inner), window.params
    ).fetchone()
    return int(row[0]) if row else 0
