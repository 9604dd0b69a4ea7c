"""The exports, their runs, how fresh the rows are, and whether both sides agree."""

import datetime as dt
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from sanderling.accounts.rights import Permission
from sanderling.exports import comparing, history, saving
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.models import Comparison, DatasetRun, Export, Run, Watermark
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.paging import before_of
from sanderling.web.reports.plotting import on_our_clock

RUNS_SHOWN = 30
RUNS_PLOTTED = 200
NIGHTS_PLOTTED = 90


@allowed(Permission.READ_REPORTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """List the exports with how each last run went."""
    exports = saving.exports_of(request.organisation.pk)
    last = {
        run.export_id: run
        for run in Run.objects.filter(export__in=exports)
        .order_by("export_id", "-pk")
        .distinct("export_id")
    }
    rows = [(export, last.get(export.pk)) for export in exports]
    return render(request, "exports/list.html", {"rows": rows, "is_editable": _edits(request)})


@allowed(Permission.READ_REPORTS)
def datasets(request: PersonRequest) -> HttpResponseBase:
    """Show what each table holds, column by column."""
    return render(request, "exports/datasets.html", {"datasets": DATASETS.values()})


@allowed(Permission.READ_REPORTS)
def show(request: PersonRequest, export_id: int) -> HttpResponseBase:
    """Show an export."""
    export = saving.get(request.organisation.pk, export_id)
    runs, older = _page_of_runs(request, export)
    now = timezone.now()
    shown = {
        "export": export,
        "runs": [(run, _parts(run), history.totals_of(run)) for run in runs],
        "older": older,
        "marks": _freshness(export, now),
        "comparisons": comparing.latest(export),
        "agreement": _agreement(export),
        "is_running": export.lease_until is not None and export.lease_until > now,
        "plot": _plot(export, now),
        "is_editable": _edits(request),
    }
    return render(request, "exports/show.html", shown)


def _page_of_runs(request: PersonRequest, export: Export) -> tuple[list[Run], int | None]:
    """Return some runs, newest first, and before which one the next page begins."""
    runs = Run.objects.filter(export=export).order_by("-pk").prefetch_related("datasets")
    if before := before_of(request):
        runs = runs.filter(pk__lt=before)
    page = list(runs[: RUNS_SHOWN + 1])
    older = page[RUNS_SHOWN - 1].pk if len(page) > RUNS_SHOWN else None
    return page[:RUNS_SHOWN], older


def _edits(request: PersonRequest) -> bool:
    return Permission.EDIT_EXPORTS in request.actor.permissions


def _parts(run: Run) -> list[DatasetRun]:
    return sorted(run.datasets.all(), key=attrgetter("pk"))


def _freshness(export: Export, now: dt.datetime) -> list[tuple[str, dt.datetime | None]]:
    """Return up to which moment each dataset is complete."""
    marks = dict(Watermark.objects.filter(export=export).values_list("dataset", "fresh_at"))
    return [(name, marks.get(name)) for name in export.datasets]


def _plot(export: Export, now: dt.datetime) -> dict[str, object] | None:
    """Return a plot of how old the rows were: it grows until a run brings it down.

    Told of the dataset that was furthest behind; a run that failed brings nothing down.
    """
    runs = Run.objects.filter(export=export, finished_at__isnull=False).annotate(
        fresh_at=Min("datasets__fresh_at"),
        unknown=Count("datasets", filter=Q(datasets__fresh_at=None)),
    )
    points = list(_ages(runs.order_by("-pk")[:RUNS_PLOTTED][::-1], now))
    if len(points) < 3:
        return None
    unit, seconds = _unit(max(age for _moment, age in points))
    return {
        "grid": {"left": 56, "right": 16, "top": 32, "bottom": 32},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "time", "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "name": unit, "min": 0},
        "series": [
            {
                "type": "line",
                "name": _("Age of the rows"),
                "showSymbol": False,
                "areaStyle": {"opacity": 0.15},
                "data": [(on_our_clock(moment), round(age / seconds, 2)) for moment, age in points],
            }
        ],
    }


def _agreement(export: Export) -> dict[str, object] | None:
    """Return a plot of rows on both sides, and days that differed, over the nights."""
    rows = Comparison.objects.filter(export=export, run__isnull=False, error="")
    totals: Any = rows.values("run_id").annotate(
        moment=Max("compared_at"),
        here=Sum("rows_here"),
        there=Sum("rows_there"),
        waiting=Sum("rows_waiting"),
    )
    points = list(totals.order_by("-run_id")[:NIGHTS_PLOTTED])[::-1]
    if len(points) < 2:
        return None
    series = {_("Rows here"): "here", _("Rows there"): "there", _("Rows on their way"): "waiting"}
    return {
        "grid": {"left": 72, "right": 16, "top": 40, "bottom": 32},
        "legend": {"top": 0},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "time", "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "min": 0},
        "series": [
            {
                "type": "line",
                "name": words,
                "data": [(on_our_clock(point["moment"]), point[name]) for point in points],
            }
            for words, name in series.items()
        ],
    }


def _ages(runs: Iterable[Any], now: dt.datetime) -> Iterator[tuple[dt.datetime, float]]:
    """Yield moments with the age of the rows in seconds: before and after each run, and now."""
    fresh_at: dt.datetime | None = None
    for run in runs:
        if fresh_at is not None:
            yield run.finished_at, _seconds(run.finished_at - fresh_at)
        if run.fresh_at is not None and not run.unknown:
            fresh_at = run.fresh_at
            yield run.finished_at, _seconds(run.finished_at - fresh_at)
    if fresh_at is not None:
        yield now, _seconds(now - fresh_at)


def _seconds(age: dt.timedelta) -> float:
    return max(age.total_seconds(), 0.0)


def _unit(longest: float) -> tuple[str, int]:
    """Return the unit in which ages up to this are read easily, and its seconds."""
    if longest < 3 * 3600:
        return _("minutes"), 60
    return (_("hours"), 3600) if longest < 3 * 86_400 else (_("days"), 86_400)
