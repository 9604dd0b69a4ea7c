"""Options for the plots; every plot stands beside a table with the same figures."""

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from sanderling.reports.campaigns import Figures
from sanderling.reports.overview import Day

GRID = {"left": 48, "right": 16, "top": 40, "bottom": 32}


def days(rows: Sequence[Day]) -> dict[str, Any]:
    """Return lines of delivered, opened and clicked by day."""
    series = {
        _("Delivered"): [row.delivered for row in rows],
        _("Opened"): [row.opened for row in rows],
        _("Clicked"): [row.clicked for row in rows],
    }
    return _lines([row.date.isoformat() for row in rows], series)


def times(rows: Sequence[tuple[dt.datetime, str, int]], zone: zoneinfo.ZoneInfo) -> dict[str, Any]:
    """Return lines of first openings and clicks by hour or day, in the organisation's zone."""
    moments = sorted({moment for moment, _status, _people in rows})
    found = {(moment, status): people for moment, status, people in rows}
    labels = [moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") for moment in moments]
    series = {
        _("Opened"): [found.get((moment, "RECEIVED"), 0) for moment in moments],
        _("Clicked"): [found.get((moment, "CLICKED"), 0) for moment in moments],
    }
    return _lines(labels, series)


def steps(figures: Figures) -> list[tuple[str, int, float]]:
    """Return (step, people, percentage of the audience) from the audience to the click."""
    audience = figures.progress.audience
    counts = [
        (_("Audience"), audience),
        (_("Sent"), figures.sent),
        (_("Opened"), figures.people("RECEIVED")),
        (_("Clicked"), figures.people("CLICKED")),
    ]
    return [(name, count, 100 * count / audience if audience else 0.0) for name, count in counts]


def funnel(figures: Figures) -> dict[str, Any]:
    """Return the same steps as bars."""
    rows = steps(figures)[::-1]
    return {
        "grid": GRID | {"left": 96},
        "tooltip": {},
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "data": [name for name, _count, _rate in rows]},
        "series": [{"type": "bar", "data": [count for _name, count, _rate in rows]}],
    }


def on_our_clock(moment: dt.datetime) -> str:
    """Return a moment for an axis of time, on the organisation's clock.

    It bears no zone: a plot shows it as it stands, on whatever clock its reader's browser is.
    """
    return timezone.make_naive(moment).isoformat()


def _lines(labels: list[str], series: dict[str, list[int]]) -> dict[str, Any]:
    return {
        "grid": GRID,
        "legend": {"data": list(series), "top": 0},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": labels},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"name": name, "type": "line", "showSymbol": len(labels) < 40, "data": values}
            for name, values in series.items()
        ],
    }
