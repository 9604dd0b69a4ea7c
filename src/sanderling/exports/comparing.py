"""Both sides counted and summed, day by day: the proof that the export is complete.

The checksum of a row is taken over the text of its columns, in UTC and ISO dates, by the same
expression on both servers; the checksum of a day is the sum over its rows, so order is nothing.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from sanderling.connectors import opening
from sanderling.connectors.drivers.postgres import writing, writing_tables
from sanderling.connectors.drivers.postgres.opening import Connection
from sanderling.connectors.drivers.postgres.writing import Destination
from sanderling.connectors.drivers.postgres.writing_tables import Table
from sanderling.exports import reading
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.datasets.columns import Dataset
from sanderling.exports.models import Comparison, Export
from sanderling.exports.reading import Window
from sanderling.exports.sweeping import EVERYTHING
from sanderling.exports.targets import target_of
from sanderling.lib.errors import SanderlingError

MOST_DAYS = 100  # that differ are kept
Day = dt.date | None


@dataclass(frozen=True)
class Sum:
    """Rows of a day, and the sum of their checksums."""

    rows: int = 0
    checksum: int = 0


Sums = dict[Day, Sum]


def compare(export: Export) -> None:
    """Compare every dataset of an export and keep the result."""
    for name in export.datasets:
        result, _ = Comparison.objects.get_or_create(export=export, dataset=name)
        try:
            _compare(export, DATASETS[name], result)
            result.error = ""
        except SanderlingError as error:
            result.error = error.message
        result.save()


def _compare(export: Export, dataset: Dataset, result: Comparison) -> None:
    settings = opening.settings_of(export.connector)
    with reading.opened() as source, writing.opened(settings, export.schema) as destination:
        place = destination.place(dataset.name)
        if place is None:
            raise SanderlingError("This dataset was not exported yet.")
        table, there = _sums_there(destination, dataset)
        with reading.snapshot(source):
            everything = Window(export.organisation_id, 0, EVERYTHING)
            here = _sums_here(source, dataset, everything, table)
            late = Window(export.organisation_id, place.low, EVERYTHING)
            waiting = _sums_here(source, dataset, late, table)
    _fill(result, here, there, waiting)


def _fill(result: Comparison, here: Sums, there: Sums, waiting: Sums) -> None:
    nothing = Sum()
    days = sorted({*here, *there}, key=lambda day: day or dt.date.min)
    differing = [day for day in days if here.get(day, nothing) != there.get(day, nothing)]
    result.rows_here = sum(day.rows for day in here.values())
    result.rows_there = sum(day.rows for day in there.values())
    result.rows_waiting = sum(day.rows for day in waiting.values())
    result.days_compared = len(days)
    result.days = [
        {
            "day": day.isoformat() if day else "",
            "here": here.get(day, nothing).rows,
            "there": there.get(day, nothing).rows,
            "waiting": waiting.get(day, nothing).rows,
        }
        for day in differing[:MOST_DAYS]
    ]


def _sums_there(destination: Destination, dataset: Dataset) -> tuple[Table, Sums]:
    with destination.reading() as connection:
        table = writing_tables.described(connection, destination.schema, target_of(dataset))
        rows = sql.SQL("SELECT * FROM {}").format(sql.Identifier(destination.schema, dataset.name))
        return table, _sums(connection, dataset, rows, table, {})


def _sums_here(
    source: psycopg.Connection[Any], dataset: Dataset, window: Window, table: Table
) -> Sums:
    try:
        rows = reading.query(dataset, tuple(dataset.types))
        return _sums(source, dataset, rows, table, window.params)
    except psycopg.Error as error:
        raise reading.OurSideBroke from error


def _sums(
    connection: Connection,
    dataset: Dataset,
    rows: sql.Composed,
    table: Table,
    params: dict[str, Any],
) -> Sums:
    """Return rows and checksums by day; texts are cut as their column there cuts them."""
    names = [name for name in table.names if name not in dataset.momentary]
    day = sql.SQL("r.{}::date").format(sql.Identifier(dataset.day)) if dataset.day else None
    print_ = sql.SQL(
        "('x' || left(md5(convert_to(concat_ws(E'\\x1f', {}), 'UTF8')), 12))::bit(48)::bigint"
    ).format(sql.SQL(", ").join(_text_of(name, table) for name in names))
    query = sql.SQL(
        "SELECT {}, count(*), sum({})::numeric %% 18446744073709551616 FROM ({}) AS r GROUP BY 1"
    ).format(day or sql.SQL("NULL::date"), print_, rows)
    cursor = psycopg.ClientCursor(connection)
    cursor.execute(query, params)
    return {day: Sum(count, int(total)) for day, count, total in cursor.fetchall()}


def _text_of(name: str, table: Table) -> sql.Composed:
    """Return a column as text; NULL must not read like an empty text."""
    text = sql.SQL("r.{}::text").format(sql.Identifier(name))
    if name in table.limits:
        text = sql.SQL("left({}, {})").format(text, table.limits[name])
    return sql.SQL("COALESCE({}, E'\\x1e')").format(text)
