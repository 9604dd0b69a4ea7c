"""Events become runs: once each, for active workflows only, however many readers there are."""

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone
from together import at_once
from workflow_world import chain, message, only_run, start_all, tell, turn, workflow

from sanderling.contacts.models import Contact
from sanderling.events.models import Event
from sanderling.lib.errors import Conflict, Forbidden, NotFound
from sanderling.postgres.statements import execute
from sanderling.segments import saving as segments
from sanderling.workflows import saving, starting
from sanderling.workflows.models import Cursor, Run, Workflow

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = {"kind": "timer", "mode": "for", "amount": 1, "unit": "days"}


def test_an_event_starts_the_active_workflows_of_its_type(cast):
    first = workflow(cast, chain(WAIT))
    second = workflow(cast, chain(WAIT))
    workflow(cast, chain(WAIT), event_type="left")
    workflow(cast, chain(WAIT), is_active=False)
    event_id = tell(cast, cast.dina, place="Kyiv", list=[1])
    assert Run.objects.count() == 0
    start_all()
    runs = list(Run.objects.order_by("workflow_id"))
    assert [run.workflow_id for run in runs] == [first.pk, second.pk]
    run = runs[0]
    assert (run.contact_id, run.event_id, run.event_key) == (cast.dina.pk, event_id, "k1")
    assert (run.event_type_key, run.params) == ("visited", {"place": "Kyiv", "list": [1]})
    assert (run.block, run.status, run.bucket) == ("start", "WAITING", cast.dina.pk % 64)
    assert starting.start_due() == 0
    assert Run.objects.count() == 2


def test_an_event_of_another_organisation_starts_nothing_here(cast):
    workflow(cast, chain(WAIT))
    there = saving.create(
        cast.elsewhere.pk,
        saving.Settings(name="Theirs", event_type="visited"),
        blocks=chain(WAIT),
        by=cast.stranger,
    )
    saving.activate(cast.elsewhere.pk, there.pk, by=cast.stranger)
    tell(cast, cast.dina)
    start_all()
    assert only_run().workflow_id != there.pk


def test_history_and_what_was_before_the_activation_start_nothing(cast):
    tell(cast, cast.dina, key="before")
    made = workflow(cast, chain(WAIT))
    tell(cast, cast.dina, key="history", is_past=True)
    start_all()
    assert Run.objects.count() == 0
    saving.deactivate(cast.organisation.pk, made.pk, by=cast.owner)
    tell(cast, cast.dina, key="in between")
    saving.activate(cast.organisation.pk, made.pk, by=cast.owner)
    tell(cast, cast.dina, key="after")
    start_all()
    assert only_run().event_key == "after"


def test_an_event_that_is_committed_late_is_not_lost(cast):
    workflow(cast, chain(WAIT))
    own = connection.settings_dict
    dsn = f"host={own['HOST']} port={own['PORT']} dbname={own['NAME']} user={own['USER']}"
    with psycopg.connect(dsn) as slow:
        tell(cast, cast.dina, key="first")  # makes the type
        slow.execute(
            "INSERT INTO events_event (organisation_id, type_id, contact_id, key_value, params,"
            " is_past) SELECT organisation_id, id, %s, 'late', '{}', false FROM events_type",
            (cast.ivan.pk,),
        )
        tell(cast, cast.dina, key="second")  # a higher id, committed before
        start_all()
        assert set(Run.objects.values_list("event_key", flat=True)) == {"first"}
        slow.commit()
    start_all()
    assert sorted(Run.objects.values_list("event_key", flat=True)) == ["first", "late", "second"]


@pytest.mark.parametrize(
    ("settings", "keys", "expected"),
    [
        ({}, ["a", "a", "b"], ["a", "a", "b"]),
        ({"uniqueness": "ONCE"}, ["a", "a", "b"], ["a", "b"]),
        ({"uniqueness": "PERIOD", "unique_minutes": 60}, ["a", "a", "b"], ["a", "b"]),
        ({"avoid_parallel": True}, ["a", "a", "b"], ["a"]),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_how_often_one_key_starts_a_run(cast, settings, keys, expected, at_once):
    workflow(cast, chain(WAIT), **settings)
    for key in keys:
        tell(cast, cast.dina, key=key)
        if not at_once:
            start_all()
    tell(cast, cast.ivan, key="a")
    start_all()
    runs = Run.objects.filter(contact_id=cast.dina.pk)
    assert sorted(runs.values_list("event_key", flat=True)) == expected
    assert Run.objects.filter(contact_id=cast.ivan.pk).count() == 1


def test_the_period_and_the_parallel_run_come_to_an_end(cast):
    often = workflow(cast, chain(WAIT), uniqueness="PERIOD", unique_minutes=60)
    alone = workflow(cast, chain(WAIT), avoid_parallel=True)
    tell(cast, cast.dina)
    start_all()
    execute("UPDATE workflows_run SET created_at = now() - interval '61 minutes'")
    execute("UPDATE workflows_run SET status = 'FINISHED'")
    tell(cast, cast.dina)
    start_all()
    assert Run.objects.filter(workflow=often).count() == 2
    assert Run.objects.filter(workflow=alone).count() == 2


def test_a_transaction_that_fails_makes_no_run_and_moves_no_cursor(cast):
    workflow(cast, chain(WAIT))
    tell(cast, cast.dina)
    before = Cursor.objects.get().seen
    with transaction.atomic():
        assert starting.read_events(cast.organisation.pk) == 1
        assert Run.objects.count() == 1
        transaction.set_rollback(True)
    assert Run.objects.count() == 0
    assert Cursor.objects.get().seen == before
    start_all()
    assert Run.objects.count() == 1


def test_two_readers_at_once_start_one_run(cast):
    workflow(cast, chain(WAIT))
    for _ in range(5):
        tell(cast, cast.dina, key="same")
    at_once(start_all, start_all)
    start_all()
    assert Run.objects.count() == 5


def test_only_an_allowed_member_of_the_organisation_activates(cast):
    made = workflow(cast, chain(WAIT), is_active=False)
    with pytest.raises(NotFound):
        saving.activate(cast.elsewhere.pk, made.pk, by=cast.stranger)
    nobody = type(cast.owner)(cast.organisation.pk, "nobody")
    with pytest.raises(Forbidden):
        saving.activate(cast.organisation.pk, made.pk, by=nobody)
    assert Workflow.objects.get().status == "INACTIVE"
    with pytest.raises(Conflict):
        saving.activate(cast.organisation.pk, workflow(cast, chain(WAIT)).pk, by=cast.owner)


def test_changed_blocks_are_followed_by_new_runs_once_they_are_applied(cast):
    made = workflow(cast, chain(WAIT))
    hello = message(cast)
    saving.change_blocks(
        cast.organisation.pk,
        made.pk,
        chain({"kind": "email", "message": str(hello.pk)}),
        by=cast.owner,
    )
    tell(cast, cast.dina, key="old")
    turn()
    assert only_run().status == "WAITING"
    assert saving.has_unapplied_changes(saving.get(cast.organisation.pk, made.pk))
    saving.apply_changes(cast.organisation.pk, made.pk, by=cast.owner)
    assert not saving.has_unapplied_changes(saving.get(cast.organisation.pk, made.pk))
    tell(cast, cast.dina, key="new")
    turn()
    assert Run.objects.get(event_key="old").status == "WAITING"
    assert Run.objects.get(event_key="new").status == "FINISHED"


def test_what_a_workflow_uses_is_not_deleted_under_it(cast):
    condition = {"field": "email", "operator": "specified"}
    save = {"condition": condition, "by": cast.owner}
    asked = segments.save(cast.organisation.pk, name="Asked", **save)
    starts = segments.save(cast.organisation.pk, name="Starts", **save)
    ask = {"kind": "in_segment", "segment": str(asked.pk), "yes": "end", "no": "end"}
    workflow(cast, chain(ask), name="Both", start_kind="REGULAR", segment_id=starts.pk)
    for segment in (asked, starts):
        with pytest.raises(Conflict, match="workflow “Both”"):
            segments.delete(cast.organisation.pk, segment.pk, by=cast.owner)
    start_all()
    turn()
    exits = {run.contact_id: run.path[1]["exit"] for run in Run.objects.all()}
    assert exits == {cast.dina.pk: "yes", cast.ivan.pk: "yes"}


def test_only_those_who_come_in_later_start_a_workflow_activated_so(cast):
    segment = segments.save(
        cast.organisation.pk,
        name="VIP",
        condition={"field": "town", "operator": "is", "value": "Kyiv"},
        by=cast.owner,
    )
    Contact.objects.filter(pk=cast.dina.pk).update(town="Kyiv")
    made = workflow(cast, chain(WAIT), is_active=False, start_kind="REGULAR", segment_id=segment.pk)
    saving.activate(cast.organisation.pk, made.pk, with_present=False, by=cast.owner)
    made.refresh_from_db()
    assert made.next_launch_at > timezone.now()
    Contact.objects.filter(pk=cast.ivan.pk).update(town="Kyiv")
    execute("UPDATE workflows_workflow SET next_launch_at = now()")
    turn()
    assert only_run().contact_id == cast.ivan.pk


def test_two_workflows_on_one_segment_start_once_each(cast):
    segment = segments.save(
        cast.organisation.pk,
        name="All",
        condition={"field": "email", "operator": "specified"},
        by=cast.owner,
    )
    regular = {"start_kind": "REGULAR", "segment_id": segment.pk}
    first = workflow(cast, chain(WAIT), **regular)
    second = workflow(cast, chain(WAIT), **regular)
    also = workflow(cast, chain(WAIT), event_type=f"regularEventType-{segment.pk}")
    turn()
    assert Run.objects.filter(workflow=first).count() == 2
    assert Run.objects.filter(workflow=second).count() == 2
    assert Run.objects.filter(workflow=also).count() == 4  # it hears both launches


def test_two_launchers_at_once_raise_each_event_once(cast):
    segment = segments.save(
        cast.organisation.pk,
        name="All",
        condition={"field": "email", "operator": "specified"},
        by=cast.owner,
    )
    workflow(cast, chain(WAIT), start_kind="REGULAR", segment_id=segment.pk)

    def launch():
        execute("UPDATE workflows_workflow SET lease_until = NULL")  # no politeness
        start_all()

    at_once(*[launch] * 3)
    start_all()
    assert (Event.objects.count(), Run.objects.count()) == (2, 2)
