"""Uploads into the customer's own database: kept, run, and how they went."""

import datetime as dt
from collections.abc import Iterable
from operator import attrgetter
from typing import Annotated, Any

import msgspec

from sanderling.api.answering import EMPTY, Answer, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Id, Page, Shape
from sanderling.api.times import stamp
from sanderling.exports import analysing, history, requesting, saving
from sanderling.exports.analysis.views import USE_CASES
from sanderling.exports.catalogue import DATASETS, Column
from sanderling.exports.datasets.columns import Dialect, Spelling
from sanderling.exports.destinations.kinds import kind_of
from sanderling.exports.models import Comparison, DatasetRun, Export, Interval, Rhythm, Run
from sanderling.lib.errors import NotFound


def _one_of(words: Iterable[str]) -> msgspec.Meta:
    """Return what tells the words in the description; the room refuses others in its own words."""
    return msgspec.Meta(extra_json_schema={"enum": list(words)})


DatasetName = Annotated[str, _one_of(DATASETS)]


class ExportBody(Shape):
    """What is uploaded, where, how often; members that are absent stay."""

    connector_id: Id | None = None
    datasets: list[DatasetName] | None = None
    schema: str | None = None
    interval: Annotated[str, _one_of(Interval.values)] | None = None
    cron: str | None = None
    comparison: Annotated[str, _one_of(Rhythm.values)] | None = None


class Chosen(Shape):
    """Some of the datasets of an export; all when it is absent."""

    datasets: list[DatasetName] | None = None


class Pause(Shape):
    """Whether the schedule rests."""

    paused: bool | None = None


@operation("GET", "/v3/datasets", summary="Datasets that can be exported")
def list_datasets(call: Call) -> list[str]:
    """Return the names of the datasets."""
    return list(DATASETS)


@operation("GET", "/v3/datasets/{dataset}", summary="Columns of a dataset")
def get_dataset(call: Call, dataset: str) -> dict[str, Any]:
    """Return what a table holds: its key, and each column with name and type in each destination.

    ``sameAs`` names the column that replaces a deprecated one.
    """
    found = DATASETS.get(dataset)
    if found is None:
        raise NotFound("There is no such dataset.")
    return present(
        name=found.name,
        meaning=found.meaning,
        key=list(found.key) or None,
        columns=[_column(column, there) for column, there in found.spellings()],
    )


@operation("GET", "/v3/exports", summary="Data exports")
def list_exports(call: Call) -> list[dict[str, Any]]:
    """Return the exports."""
    return [_export(one) for one in saving.exports_of(call.organisation_id)]


@operation("POST", "/v3/exports", summary="Add a data export")
def add_export(call: Call, body: ExportBody) -> dict[str, Any]:
    """Create an export, due at once."""
    draft = _draft(body, Export(connector_id=0, schema="", rhythm=""))
    return _export(saving.save(call.organisation_id, draft, by=call.actor))


@operation("GET", "/v3/exports/{export_id}", summary="Get a data export")
def get_export(call: Call, export_id: int) -> dict[str, Any]:
    """Return an export."""
    return _export(saving.get(call.organisation_id, export_id))


@operation("PUT", "/v3/exports/{export_id}", summary="Change a data export")
def change_export(call: Call, export_id: int, body: ExportBody) -> dict[str, Any]:
    """Change an export."""
    draft = _draft(body, saving.get(call.organisation_id, export_id))
    changed = saving.save(call.organisation_id, draft, export_id=export_id, by=call.actor)
    return _export(changed)


@operation("DELETE", "/v3/exports/{export_id}", summary="Delete a data export")
def delete_export(call: Call, export_id: int) -> Answer:
    """Delete an export with its history; the customer's tables stay."""
    saving.delete(call.organisation_id, export_id, by=call.actor)
    return EMPTY


@operation("POST", "/v3/exports/{export_id}/run", summary="Run a data export now")
def run_export(call: Call, export_id: int) -> Answer:
    """Have a worker run the export at once."""
    requesting.run_now(call.organisation_id, export_id, by=call.actor)
    return EMPTY


@operation("POST", "/v3/exports/{export_id}/compare", summary="Compare both sides now")
def compare_export(call: Call, export_id: int) -> Answer:
    """Have a worker count and compare the rows of both sides."""
    requesting.compare_now(call.organisation_id, export_id, by=call.actor)
    return EMPTY


@operation("POST", "/v3/exports/{export_id}/resend", summary="Send all rows again")
def resend_export(call: Call, export_id: int, body: Chosen) -> Answer:
    """Have a worker send all rows of these datasets again; what is gone here goes there, too."""
    export = saving.get(call.organisation_id, export_id)
    names = export.datasets if body.datasets is None else body.datasets
    requesting.resend(call.organisation_id, export_id, names, by=call.actor)
    return EMPTY


@operation("PUT", "/v3/exports/{export_id}/pause", summary="Pause a data export, or go on")
def pause_export(call: Call, export_id: int, body: Pause) -> Answer:
    """Let the schedule rest, or go on."""
    paused = body.paused is not False
    saving.pause(call.organisation_id, export_id, on=paused, by=call.actor)
    return EMPTY


@operation("GET", "/v3/exports/{export_id}/runs", summary="Runs of a data export")
def export_runs(call: Call, export_id: int, query: Page) -> list[dict[str, Any]]:
    """Return a page of runs, newest first, with the counts of each dataset."""
    export = saving.get(call.organisation_id, export_id)
    runs = Run.objects.filter(export=export).order_by("-pk").prefetch_related("datasets")
    return [_run(one) for one in runs[query.window(usual=50)]]


@operation(
    "GET", "/v3/exports/{export_id}/comparisons", summary="Comparisons of both sides, by day"
)
def export_comparisons(call: Call, export_id: int, query: Page) -> list[dict[str, Any]]:
    """Return a page of comparisons, newest first, with the days that differ."""
    export = saving.get(call.organisation_id, export_id)
    rows = Comparison.objects.filter(export=export).order_by("-pk")
    return [_comparison(one) for one in rows[query.window(usual=50)]]


@operation("GET", "/v3/exports/{export_id}/views", summary="Views of the ready-made analysis")
def export_views(call: Call, export_id: int) -> list[dict[str, Any]]:
    """Return the views: use case, question, SQL; whether it is made, which datasets it lacks."""
    export = saving.get(call.organisation_id, export_id)
    dialect = kind_of(export.connector).dialect
    return [
        present(
            name=one.view.name,
            useCase=str(USE_CASES[one.view.use_case]),
            question=str(one.view.question),
            made=one.is_made,
            lacks=list(one.lacks) or None,
            sql=one.view.text(dialect),
        )
        for one in analysing.standing_of(export)
    ]


@operation("PUT", "/v3/exports/{export_id}/views/{view}", summary="Make a view, or make it anew")
def make_view(call: Call, export_id: int, view: str) -> Answer:
    """Make a view beside the exported tables."""
    analysing.make(call.organisation_id, export_id, [view], by=call.actor)
    return EMPTY


@operation("DELETE", "/v3/exports/{export_id}/views/{view}", summary="Drop a view")
def drop_view(call: Call, export_id: int, view: str) -> Answer:
    """Drop a view that was made."""
    analysing.drop(call.organisation_id, export_id, [view], by=call.actor)
    return EMPTY


def _draft(body: ExportBody, base: Export) -> saving.Draft:
    return saving.Draft(
        connector_id=base.connector_id if body.connector_id is None else body.connector_id,
        datasets=base.datasets if body.datasets is None else body.datasets,
        schema=base.schema if body.schema is None else body.schema,
        interval=base.interval if body.interval is None else body.interval,
        cron=base.cron if body.cron is None else body.cron,
        rhythm=base.rhythm if body.comparison is None else body.comparison,
    )


def _export(export: Export) -> dict[str, Any]:
    return present(
        id=export.pk,
        connectorId=export.connector_id,
        schema=export.schema,
        interval=export.interval,
        cron=export.cron or None,
        datasets=export.datasets,
        resend=export.resend or None,
        views=export.views or None,
        comparison=export.rhythm,
        nextComparisonAt=stamp(export.compare_at) if export.compare_at else None,
        paused=export.is_paused,
        nextRunAt=stamp(export.next_run_at) if export.next_run_at else None,
    )


def _column(column: Column, there: dict[str, Spelling]) -> dict[str, Any]:
    spelt = {
        dialect: {"name": one.name, "type": one.type}
        for dialect in Dialect
        if (one := there.get(dialect.product)) is not None
    }
    return present(
        name=column.name,
        meaning=column.meaning,
        sameAs=column.twin or None,
        **spelt,
    )


def _comparison(one: Comparison) -> dict[str, Any]:
    return present(
        dataset=one.dataset,
        comparedAt=stamp(one.compared_at),
        equal=one.is_equal,
        rowsHere=one.rows_here,
        rowsThere=one.rows_there,
        rowsWaiting=one.rows_waiting,
        daysCompared=one.days_compared,
        days=one.days or None,
        error=one.error or None,
    )


def _run(run: Run) -> dict[str, Any]:
    totals = history.totals_of(run)
    return present(
        id=run.pk,
        status=run.status,
        cause=run.cause,
        startedAt=stamp(run.started_at),
        finishedAt=stamp(run.finished_at) if run.finished_at else None,
        durationSeconds=_seconds(totals.duration),
        lagSeconds=_seconds(totals.lag),
        rows=totals.rows,
        bytes=totals.bytes,
        nextRunAt=stamp(run.next_run_at) if run.next_run_at else None,
        problem=run.problem or None,
        datasets=[_dataset(one) for one in sorted(run.datasets.all(), key=attrgetter("pk"))],
    )


def _seconds(span: dt.timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 1)


def _dataset(part: DatasetRun) -> dict[str, Any]:
    return present(
        dataset=part.dataset,
        status=part.status,
        rowsRead=part.rows_read,
        rowsWritten=part.rows_written,
        rowsDeleted=part.rows_deleted,
        bytesSent=part.bytes_sent,
        requests=part.requests or None,
        bytesBilled=part.bytes_billed or None,
        heldSeconds=round(part.held_seconds, 1) or None,
        completeUpTo=stamp(part.fresh_at) if part.fresh_at else None,
        notes=part.notes or None,
        error=part.error or None,
    )
