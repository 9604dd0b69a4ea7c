"""Events become runs; regular workflows are launched when their time has come.

The loop reads on from its own cursor, one per organisation, and moves it in the transaction that
makes the runs: killed at any point it has either done both or nothing.
"""

from django.db import transaction

from sanderling.lib.logs import traced
from sanderling.postgres.statements import Statements, fetch_value
from sanderling.postgres.waking import wake
from sanderling.workflows import launching
from sanderling.workflows.models import Cursor, Workflow, WorkflowStatus

STATEMENTS = Statements(__package__)


def start_due() -> int:
    """Read new events and launch what is due; return how much there was to do."""
    read = 0
    for (organisation_id,) in STATEMENTS.rows("find_unread"):
        with traced(organisation=organisation_id):
            read += read_events(organisation_id)
    return read + launching.launch_due()


@transaction.atomic
def read_events(organisation_id: int) -> int:
    """Start the runs of an organisation's next events; 1 when there were any, else 0."""
    ours = {"organisation_id": organisation_id}
    cursors = STATEMENTS.rows("lock_cursor", ours)
    if not cursors:
        return 0
    seen, horizon = cursors[0]
    reach = fetch_value(STATEMENTS["find_reach"], ours | {"seen": seen, "horizon": horizon})
    if reach is None:
        return 0
    started = STATEMENTS.run("insert_runs", ours | {"seen": seen, "reach": reach})
    Cursor.objects.filter(organisation_id=organisation_id).update(seen=reach)
    if started:
        wake("stepping")
    return 1


def begin_reading(organisation_id: int) -> str:
    """Return the transaction from which on events count, and see that they will be read."""
    now = str(fetch_value("SELECT pg_current_xact_id()::text"))
    cursor, is_new = Cursor.objects.get_or_create(
        organisation_id=organisation_id, defaults={"seen": now}
    )
    active = Workflow.objects.filter(organisation_id=organisation_id, status=WorkflowStatus.ACTIVE)
    if not is_new and not active.exists():  # what nobody waited for need not be read
        cursor.seen = now
        cursor.save(update_fields=["seen"])
    return now
