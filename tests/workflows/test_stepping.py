"""Runs go through their blocks, together and alone, and say why when they cannot."""

import json

import pytest
from together import at_once
from workflow_world import (
    be_later,
    chain,
    message,
    only_run,
    start_all,
    step_all,
    tell,
    trail,
    turn,
    workflow,
)

from sanderling.contacts import erasing
from sanderling.contacts.models import Contact
from sanderling.events.models import Event
from sanderling.postgres.statements import execute
from sanderling.sending.models import Delivery
from sanderling.workflows import running, stepping
from sanderling.workflows.models import Bucket, Run

pytestmark = pytest.mark.django_db(transaction=True)
DAY = {"kind": "timer", "mode": "for", "amount": 1, "unit": "days"}


@pytest.fixture
def mail(cast):
    return {"kind": "email", "message": str(message(cast).pk)}


def test_a_run_goes_from_block_to_block_and_waits_at_the_timer(cast, mail):
    made = workflow(cast, chain(mail, DAY, mail))
    tell(cast, cast.dina)
    start_all()
    assert (trail(only_run()), Delivery.objects.count()) == ([], 0)
    step_all()
    run = only_run()
    assert (trail(run), run.block, run.status) == (["start", "b1"], "b2", "WAITING")
    first = Delivery.objects.get()
    assert (first.origin_kind, first.origin_id) == ("WORKFLOW", made.pk)
    assert (first.origin_step, first.address) == (f"{run.id}/b1", "kozak@example.com")
    assert run.path[1]["note"] == f"delivery {first.id}"
    assert stepping.step_once() == 0
    be_later(days=1)
    step_all()
    run = only_run()
    assert (trail(run), run.status) == (["start", "b1", "b2", "b3", "end"], "FINISHED")
    assert run.finished_at is not None
    assert Delivery.objects.count() == 2


def test_who_must_not_be_written_to_passes_by_and_the_run_says_why(cast, mail):
    Contact.objects.filter(pk=cast.dina.pk).update(email_status="UNSUBSCRIBED")
    workflow(cast, chain(mail))
    tell(cast, cast.dina)
    tell(cast, cast.ghost)
    turn()
    notes = {run.contact_id: run.path[1]["note"] for run in Run.objects.all()}
    assert notes == {cast.dina.pk: "not sent: UNSUBSCRIBED", cast.ghost.pk: "not sent: NO_ADDRESS"}
    assert set(Run.objects.values_list("status", flat=True)) == {"FINISHED"}


@pytest.mark.parametrize(
    ("settings", "params", "error"),
    [
        ({"message": "${which}"}, {"which": "999999"}, "What this block refers to"),
        ({"json": "${jsonParam}"}, {}, "The event has no parameter “jsonParam”."),
        ({"json": "${jsonParam}"}, {"jsonParam": "{oops"}, "The JSON of this block is not an"),
        ({"json": "[1]"}, {}, "The JSON of this block is not an object."),
        ({"json": '{"a": '}, {}, "The JSON of this block cannot be read"),
        ({"recipient": "${to}"}, {"to": "nowhere"}, "“nowhere” is no e-mail address."),
        ({"recipient": "who"}, {"who": "Dina"}, "The parameter who holds no contact's ID."),
    ],
)
def test_a_message_that_cannot_be_sent_fails_its_run_alone(cast, mail, settings, params, error):
    workflow(cast, chain({**mail, **settings}))
    good = {"which": mail["message"], "jsonParam": "{}", "to": "a@example.com", "who": "1"}
    tell(cast, cast.dina, **params)
    tell(cast, cast.ivan, **good)
    turn()
    bad = Run.objects.get(contact_id=cast.dina.pk)
    assert (bad.status, bad.block) == ("FAILED", "b1")
    assert bad.error.startswith(error)
    assert not Delivery.objects.filter(origin_step__startswith=f"{bad.id}/").exists()
    others = "FAILED" if settings.get("json", "")[:1] in ("[", "{") else "FINISHED"
    assert Run.objects.get(contact_id=cast.ivan.pk).status == others


def test_a_failed_run_can_be_retried_and_goes_on_from_its_block(cast, mail):
    workflow(cast, chain({**mail, "message": "${which}"}))
    tell(cast, cast.dina, which="999999")
    turn()
    run = only_run()
    assert run.status == "FAILED"
    params = json.dumps({"which": mail["message"]})
    execute("UPDATE workflows_run SET params = %(params)s::json", {"params": params})
    assert running.retry(cast.organisation.pk, run.workflow_id, [run.id], by=cast.owner) == 1
    turn()
    run = only_run()
    assert (run.status, run.error, run.attempts) == ("FINISHED", "", 0)
    assert Delivery.objects.count() == 1


def test_a_stopped_run_goes_no_further(cast, mail):
    made = workflow(cast, chain(DAY, mail))
    tell(cast, cast.dina)
    turn()
    assert running.stop(cast.organisation.pk, made.pk, [only_run().id], by=cast.owner) == 1
    be_later(days=2)
    turn()
    assert (only_run().status, Delivery.objects.count()) == ("STOPPED", 0)
    assert running.retry(cast.organisation.pk, made.pk, [only_run().id], by=cast.owner) == 0


def test_runs_of_another_organisation_are_neither_stopped_nor_seen(cast, mail):
    made = workflow(cast, chain(DAY, mail))
    tell(cast, cast.dina)
    turn()
    run = only_run()
    assert running.stop(cast.elsewhere.pk, made.pk, [run.id], by=cast.stranger) == 0
    assert only_run().status == "WAITING"


def test_the_run_of_a_deleted_contact_stops(cast, mail):
    workflow(cast, chain(DAY, mail))
    tell(cast, cast.dina)
    turn()
    erasing.delete(cast.organisation.pk, cast.dina.pk, by=cast.owner)
    be_later(days=1)
    turn()
    assert (only_run().status, only_run().error) == ("STOPPED", "The contact was deleted.")
    assert Delivery.objects.count() == 0


def test_a_circle_through_a_timer_sends_each_time(cast, mail):
    blocks = chain(mail, DAY) | {
        "b3": {"kind": "condition", "variable": "${stop}", "operator": "specified"}
    }
    blocks["b2"]["next"] = "b3"
    blocks["b3"] |= {"yes": "end", "no": "b1"}
    workflow(cast, blocks)
    tell(cast, cast.dina)
    for _day in range(3):
        turn()
        be_later(days=1)
    run = only_run()
    steps = sorted(Delivery.objects.values_list("origin_step", flat=True))
    assert steps == [f"{run.id}/b1", f"{run.id}/b1#2", f"{run.id}/b1#3"]


def test_a_bad_run_does_not_hold_up_the_others(cast):
    """A value that the field refuses; the others of the same group are written."""
    workflow(cast, chain({"kind": "update_field", "target": "language", "value": "${code}"}))
    tell(cast, cast.dina, code="no language at all")
    tell(cast, cast.ivan, code="de")
    turn()
    assert Run.objects.get(contact_id=cast.dina.pk).status == "FAILED"
    assert Run.objects.get(contact_id=cast.ivan.pk).status == "FINISHED"
    cast.ivan.refresh_from_db()
    assert cast.ivan.language == "de"


def test_an_event_raised_by_a_block_starts_the_other_workflow(cast):
    workflow(cast, chain({"kind": "raise_event", "event_type": "later", "json": '{"a": "${n}"}'}))
    workflow(cast, chain(DAY), event_type="later")
    tell(cast, cast.dina, key="k7", n="1")
    turn()
    event = Event.objects.get(type__key="later")
    assert (event.key_value, event.params, event.contact_id) == ("k7", {"a": "1"}, cast.dina.pk)
    assert Run.objects.get(event_type_key="later").contact_id == cast.dina.pk


def test_two_steppers_at_once_queue_each_message_once(cast, mail):
    workflow(cast, chain(mail, mail))
    for number in range(60):
        contact = Contact.objects.create(
            organisation=cast.organisation, email=f"n{number}@example.com"
        )
        tell(cast, contact)
    start_all()
    at_once(*[step_all] * 3)
    step_all()
    assert set(Run.objects.values_list("status", flat=True)) == {"FINISHED"}
    assert Delivery.objects.count() == 120
    assert not Bucket.objects.filter(lease__isnull=False).exists()


def test_a_stepper_that_lost_its_bucket_moves_nothing(cast, mail):
    workflow(cast, chain(mail))
    tell(cast, cast.dina)
    start_all()
    lease = stepping.leasing.take()
    execute("UPDATE workflows_bucket SET lease = gen_random_uuid()")
    rows = stepping.fetch_dicts(stepping.STATEMENTS["read_due"], {"bucket": lease.bucket})
    with pytest.raises(stepping.LeaseLost):
        stepping._step(lease, rows)
    assert (trail(only_run()), Delivery.objects.count()) == ([], 0)
