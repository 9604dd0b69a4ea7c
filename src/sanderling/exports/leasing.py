"""One worker per export: a lease that is renewed while the work lasts.

A run needs the session of our database that claimed it, so a lease ends with its session: when a
worker is killed, or our server crashes, another may go on at once.  A worker that hangs stops
renewing, and loses its lease after two minutes.  Should the first be alive after all, the lock on
our place in the destination keeps it from writing anything.
"""

import contextlib
import logging
import threading
import uuid
from collections.abc import Iterator

from django.db import DatabaseError, connection

from sanderling.exports.models import Export, Run, RunStatus
from sanderling.lib.errors import Conflict
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
LOG = logging.getLogger(__name__)
RENEWED_EVERY = 30.0  # seconds; the statements hold a lease for two minutes
LONGEST_JOIN = 10.0  # seconds; a renewal that hangs ends with its thread


class Running(Conflict):
    """This export is running already."""


def claim_due() -> int | None:
    """Take the lease of the export that is longest due; return its number."""
    rows = STATEMENTS.rows("lease_due_export", {"lease": uuid.uuid4()})
    return int(rows[0][0]) if rows else None


@contextlib.contextmanager
def held(export_id: int, *, claim: bool) -> Iterator[None]:
    """Hold the lease of an export for the block; raise Running when another has it."""
    if claim and not STATEMENTS.rows(
        "lease_export", {"export_id": export_id, "lease": uuid.uuid4()}
    ):
        raise Running
    _bury(export_id)
    lease = Export.objects.values_list("lease", flat=True).get(pk=export_id)
    stop = threading.Event()
    renewing = threading.Thread(target=_renew, args=(export_id, lease, stop), daemon=True)
    renewing.start()
    try:
        yield
    finally:
        stop.set()
        renewing.join(LONGEST_JOIN)
        Export.objects.filter(pk=export_id, lease=lease).update(
            lease=None, lease_until=None, lease_pid=None, lease_since=None
        )


def _renew(export_id: int, lease: uuid.UUID | None, stop: threading.Event) -> None:
    """Renew on a connection of this thread's own; a failure is answered by the next turn."""
    try:
        while not stop.wait(RENEWED_EVERY):
            try:
                STATEMENTS.run("renew_lease", {"export_id": export_id, "lease": lease})
            except DatabaseError:
                LOG.warning("The lease of export %s could not be renewed.", export_id)
                connection.close()
    finally:
        connection.close()


def _bury(export_id: int) -> None:
    """Close the runs that a dead worker left open; what they wrote is kept and gone on from."""
    for run in Run.objects.filter(export_id=export_id, status=RunStatus.RUNNING):
        words = "The worker stopped in the middle; the next run goes on from there."
        run.datasets.filter(status=RunStatus.RUNNING).update(status=RunStatus.FAILED, error=words)
        run.status = RunStatus.FAILED
        run.save(update_fields=["status"])
