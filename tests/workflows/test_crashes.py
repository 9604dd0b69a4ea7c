"""A worker killed anywhere loses nothing and doubles nothing.

The worker is a process of its own; it is killed while it waits for a table that we hold, so the
place is exact: everything before that write was done, and nothing after it.
"""

import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from workflow_world import chain, message, start_all, tell, turn, workflow

from sanderling.events.models import Event
from sanderling.postgres.statements import execute, fetch, fetch_value
from sanderling.segments import saving as segments
from sanderling.segments.models import Member
from sanderling.sending.models import Delivery
from sanderling.workflows.models import Entrant, Run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WORKER = """
import django
django.setup()
from sanderling.workflows import starting, stepping
while starting.start_due() or stepping.step_once():
    pass
"""
HAS_EMAIL = {"field": "email", "operator": "specified"}


@pytest.fixture
def mail(cast):
    return {"kind": "email", "message": str(message(cast).pk), "json": "${jsonParam}"}


@pytest.mark.parametrize(
    "table",
    [
        "segments_member",
        "workflows_entrant",
        "events_event",
        "workflows_run",
        "workflows_cursor",
        "sending_delivery",
    ],
)
def test_a_launch_killed_at_any_write_ends_in_one_message_each(cast, mail, table):
    segment = segments.save(cast.organisation.pk, name="All", condition=HAS_EMAIL, by=cast.owner)
    workflow(cast, chain(mail), start_kind="REGULAR", segment_id=segment.pk)
    kill_a_worker_that_waits_for(table)
    turn()
    everybody = {cast.dina.pk, cast.ivan.pk}
    assert {event.contact_id for event in Event.objects.all()} == everybody
    assert Event.objects.count() == Run.objects.count() == Delivery.objects.count() == 2
    assert set(Run.objects.values_list("status", flat=True)) == {"FINISHED"}
    assert Member.objects.count() == 2
    assert Entrant.objects.count() == 0


def test_a_step_killed_between_queueing_and_moving_queues_once(cast, mail):
    workflow(cast, chain({**mail, "json": ""}))
    tell(cast, cast.dina)
    start_all()
    kill_a_worker_that_waits_for("workflows_run")
    assert Delivery.objects.count() == 0
    turn()
    assert Delivery.objects.count() == 1
    assert Run.objects.get().status == "FINISHED"


def kill_a_worker_that_waits_for(table):
    own = connection.settings_dict
    dsn = f"host={own['HOST']} port={own['PORT']} dbname={own['NAME']} user={own['USER']}"
    before = _sessions()
    with psycopg.connect(dsn) as holder:
        holder.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        worker = subprocess.Popen([sys.executable, "-c", WORKER], env=_environment())
        try:
            _wait_for_its_lock(table, worker)
        finally:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
    deadline = time.monotonic() + 30
    while _sessions() - before:  # the dead worker's session notices that nobody listens
        assert time.monotonic() < deadline
        time.sleep(0.02)
    execute("UPDATE workflows_bucket SET leased_until = now()")
    execute("UPDATE workflows_workflow SET lease_until = now()")


def _wait_for_its_lock(table, worker):
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %(table)s::regclass"
    deadline = time.monotonic() + 60
    while not fetch_value(query, {"table": table}):
        assert worker.poll() is None, "the worker ended without a wait"
        assert time.monotonic() < deadline, "the worker never waited"
        time.sleep(0.02)


def _sessions():
    """Return the other sessions of this database; a test before may have left one open."""
    rows = fetch(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return {pid for (pid,) in rows}


def _environment():
    own = connection.settings_dict
    url = f"postgresql://{own['USER']}@/{own['NAME']}?host={own['HOST']}&port={own['PORT']}"
    return os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "sanderling.site.settings",
        "SANDERLING_HOME": str(settings.HOME),
    }
