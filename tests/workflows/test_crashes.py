"""A worker killed anywhere loses nothing and doubles nothing.

The worker is a process of its own; it is killed while it waits for a table that we hold, so the
place is exact: everything before that write was done, and nothing after it.
"""

import another_process
import pytest
from workflow_world import chain, message, start_all, tell, turn, workflow

from sanderling.events.models import Event
from sanderling.postgres.statements import execute
from sanderling.segments import saving as segments
from sanderling.segments.models import Member
from sanderling.sending.models import Delivery
from sanderling.workflows.models import Entrant, Run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WORKER = """
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
    another_process.kill_one_that_waits(WORKER, table=table)
    execute("UPDATE workflows_bucket SET leased_until = now()")
    execute("UPDATE workflows_workflow SET lease_until = now()")
