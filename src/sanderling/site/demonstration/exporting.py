"""Act seven: all nine datasets go back into the shop's database, into a schema of their own.

The ready-made analysis is made of views beside them.
"""

import psycopg

from sanderling.exports import analysing, requesting, saving
from sanderling.exports.analysis.views import VIEWS
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.models import Export, Run, RunStatus
from sanderling.lib.errors import SanderlingError
from sanderling.site.demonstration.stage import Stage
from sanderling.site.waiting import until

SCHEMA = "sanderling"


class ExportFailed(SanderlingError):
    """The data export did not end well."""


def export(stage: Stage) -> Run:
    """Run the export, and wait until the worker has done it."""
    assert stage.connector is not None
    with psycopg.connect(stage.shop.dsn, autocommit=True) as shop:
        shop.execute("CREATE SCHEMA IF NOT EXISTS sanderling")
    found = Export.objects.filter(organisation_id=stage.number, schema=SCHEMA).first()
    if found is None:
        draft = saving.Draft(stage.connector.pk, list(DATASETS), schema=SCHEMA, interval="1h")
        found = saving.save(stage.number, draft, by=stage.by)
    return _run(stage, found)


def analyse(stage: Stage) -> None:
    """Make the ready-made views beside the tables."""
    made = Export.objects.get(organisation_id=stage.number, schema=SCHEMA)
    analysing.make(stage.number, made.pk, tuple(VIEWS), by=stage.by)


def _run(stage: Stage, found: Export) -> Run:
    """A run that began before now may have missed the last act: ask for one more after it."""
    last = Run.objects.filter(export=found).order_by("-pk").values_list("pk", flat=True).first()
    requesting.run_now(stage.number, found.pk, by=stage.by)
    until(lambda: _ended(found, last or 0) is not None, "the data export to end")
    run = _ended(found, last or 0)
    assert run is not None
    if run.status != RunStatus.FINISHED:
        raise ExportFailed("; ".join(_errors(run)))
    return run


def _ended(found: Export, last: int) -> Run | None:
    return (
        Run.objects.filter(export=found, pk__gt=last, cause="REQUEST")
        .exclude(status=RunStatus.RUNNING)
        .first()
    )


def _errors(run: Run) -> list[str]:
    failed = run.datasets.filter(status=RunStatus.FAILED).order_by("pk")
    return [f"{one.dataset}: {one.error}" for one in failed]
