"""A run of an export: every dataset by itself, each with its counts, notes and error.

One failing dataset never holds up the others.
"""

import datetime as dt
import logging
from functools import partial

from django.utils import timezone

from sanderling.connectors.drivers.chunks import Written
from sanderling.exports import alarming, analysing, comparing, leasing, moving, reading
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.destinations.kinds import kind_of
from sanderling.exports.models import DatasetRun, Export, Run, RunStatus, Watermark
from sanderling.exports.moving import Move
from sanderling.exports.scheduling import next_night, next_run
from sanderling.lib.errors import SanderlingError

LOG = logging.getLogger(__name__)
SCHEDULE, REQUEST, COMPARE, NIGHT = "SCHEDULE", "REQUEST", "COMPARE", "NIGHT"
REMEMBERED = dt.timedelta(days=90)
COUNTED = (
    "rows_read", "rows_written", "rows_deleted", "bytes_sent", "requests", "bytes_billed", "notes",
)  # fmt: skip


def run_due() -> int:
    """Run the export that is longest due; return how many were run."""
    export_id = leasing.claim_due()
    if export_id is None:
        return 0
    export = Export.objects.select_related("organisation", "connector").get(pk=export_id)
    _run(export, _cause_of(export), claim=False)
    return 1


def run(export: Export, cause: str = REQUEST) -> Run:
    """Run an export now, in this process; return how it went.

    Raises Running when another process is at it.
    """
    return _run(export, cause, claim=True)


def _run(export: Export, cause: str, *, claim: bool) -> Run:
    with leasing.held(export.pk, claim=claim):
        this = Run.objects.create(
            organisation_id=export.organisation_id, export=export, cause=cause
        )
        for name in export.datasets:
            _move(this, export, name)
        this.problem = analysing.refreshed(export)
        is_asked = export.compare_requested_at is not None or cause == COMPARE
        if is_asked or _is_night(export):
            alarming.tell(export, comparing.compare(export, this), is_asked=is_asked)
        _finish(this, export)
        _answer_requests(export)
    return this


def _move(this: Run, export: Export, name: str) -> None:
    part = DatasetRun.objects.create(run=this, dataset=name)
    mark, _ = Watermark.objects.get_or_create(export=export, dataset=name)
    try:
        kind = kind_of(export.connector)
        with reading.opened() as source, kind.opened(export) as destination:
            way = Move(export, DATASETS[name], source, destination, mark, partial(_tell, part))
            part.held_seconds = moving.move(way).held_seconds
        part.status = RunStatus.FINISHED
    except SanderlingError as error:
        part.status, part.error = RunStatus.FAILED, error.message
    except reading.GONE as error:  # the destination's errors come as SanderlingError
        words = next(iter(str(error).splitlines()), type(error).__name__)
        LOG.warning("Our own database went away during dataset %s: %s", name, words)
        part.status, part.error = RunStatus.FAILED, reading.OurSideBroke().message
    except Exception:
        LOG.exception("Dataset %s of export %s failed.", name, export.pk)
        part.status, part.error = RunStatus.FAILED, reading.OUR_FAULT
    part.fresh_at = mark.fresh_at  # after a failure as fresh as it was before
    part.finished_at = timezone.now()
    part.save()


def _tell(part: DatasetRun, written: Written) -> None:
    """Show what has arrived so far; it is committed over there."""
    if written == Written():
        return  # nothing to tell is not worth a commit: of those a small run is made
    part.rows_read += written.counts.read
    part.rows_written += written.counts.written
    part.rows_deleted += written.counts.deleted
    part.bytes_sent += written.counts.bytes
    part.requests += written.counts.requests
    part.bytes_billed += written.counts.billed
    part.notes = list(dict.fromkeys([*part.notes, *written.notes]))
    part.save(update_fields=COUNTED)


def _finish(this: Run, export: Export) -> None:
    has_failed = this.datasets.filter(status=RunStatus.FAILED).exists()
    this.status = RunStatus.FAILED if has_failed else RunStatus.FINISHED
    this.finished_at = timezone.now()
    moment = this.next_run_at = next_run(export, this.finished_at, has_failed=has_failed)
    this.save(update_fields=["status", "problem", "finished_at", "next_run_at"])
    night = next_night(export, this.finished_at)
    Export.objects.filter(pk=export.pk).update(next_run_at=moment, compare_at=night)
    Run.objects.filter(export=export, started_at__lt=this.finished_at - REMEMBERED).delete()


def _answer_requests(export: Export) -> None:
    """Take the wishes off that this run saw; one that came meanwhile runs it once more.

    Told by their very moments: one that waited for the row while we took the lease is older than
    our look at the clock, and still we did not see it.
    """
    for wish in ("requested_at", "compare_requested_at"):
        if (seen := getattr(export, wish)) is not None:
            Export.objects.filter(pk=export.pk, **{wish: seen}).update(**{wish: None})
    late = Export.objects.filter(pk=export.pk).exclude(requested_at=None, compare_requested_at=None)
    late.update(next_run_at=timezone.now())


def _cause_of(export: Export) -> str:
    if export.compare_requested_at is not None:
        return COMPARE
    if export.requested_at is not None:
        return REQUEST
    return NIGHT if _is_night(export) else SCHEDULE


def _is_night(export: Export) -> bool:
    return export.compare_at is not None and export.compare_at <= timezone.now()
