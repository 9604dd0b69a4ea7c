"""Both sides counted and summed, day by day: the proof that the export is complete.

What is summed, and how, says ``summing``.
"""

import datetime as dt

import psycopg

from sanderling.exports import reading, summing
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.datasets.columns import Dataset, Dialect
from sanderling.exports.destinations.kinds import kind_of
from sanderling.exports.destinations.protocol import Shape, Sum, Sums
from sanderling.exports.models import Comparison, Export, Run
from sanderling.exports.reading import Connection, Window
from sanderling.exports.sweeping import EVERYTHING
from sanderling.lib.errors import SanderlingError

MOST_DAYS = 100  # that differ are kept


def compare(export: Export, run: Run | None = None) -> list[Comparison]:
    """Compare every dataset of an export and keep the results."""
    return [_result(export, name, run) for name in export.datasets]


def latest(export: Export) -> list[Comparison]:
    """Return the last result of every dataset that was compared."""
    rows = Comparison.objects.filter(export=export, dataset__in=export.datasets)
    return list(rows.order_by("dataset", "-pk").distinct("dataset"))


def _result(export: Export, name: str, run: Run | None) -> Comparison:
    result = Comparison(export=export, dataset=name, run=run)
    try:
        _compare(export, DATASETS[name], result)
    except SanderlingError as error:
        result.error = error.message
    result.save()
    return result


def _compare(export: Export, dataset: Dataset, result: Comparison) -> None:
    with reading.opened() as source, kind_of(export.connector).opened(export) as destination:
        place = destination.place(dataset)
        if place is None:
            raise SanderlingError("This dataset was not exported yet.")
        shape, there = destination.sums(dataset)
        with reading.snapshot(source):
            everything = Window(export.organisation_id, 0, EVERYTHING)
            late = Window(export.organisation_id, place.low, EVERYTHING)
            here, waiting = (
                _sums_here(source, dataset, destination.dialect, window, shape)
                for window in (everything, late)
            )
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


def _sums_here(
    source: Connection, dataset: Dataset, dialect: Dialect, window: Window, shape: Shape
) -> Sums:
    try:
        rows = reading.query(dataset, dialect, tuple(dataset.columns_in(dialect)))
        return summing.sums(source, dataset, dialect, shape, rows, window.params)
    except psycopg.Error as error:
        raise reading.broke(error) from error
