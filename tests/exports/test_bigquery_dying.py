"""Whoever dies between us and BigQuery, and whenever: every row arrives, and arrives once."""

import os
import signal
import traceback

import pytest
from another_process import until_free
from bigquery_server import cut, status
from django.db import connection

from sanderling.contacts.models import Contact
from sanderling.exports import comparing, reading, running
from sanderling.exports.models import DatasetRun

LONGEST = 90  # seconds that a run of a few rows may take on a busy machine
CHANGES = r"^(POST|PUT|PATCH|DELETE) "
GROWS = {
    "contactActivities": lambda far, turn: far.activity("CLICKED", delivery_id=turn),
    "contacts": lambda far, turn: Contact.objects.create(
        organisation=far.cast.organisation, external_id=f"born-{turn}"
    ),
    "orderItems": lambda far, turn: far.order(f"O-{turn}"),
}
KEYS = {
    "contactActivities": "messageInstanceId",
    "contacts": "externalCustomerId",
    "orderItems": "orderId",
}


def rows_of(far, name, schema="shop"):
    """Return the rows that grew, by what tells them apart."""
    found = far.rows(f'SELECT "{KEYS[name]}" FROM {schema}."{name}"')
    return [row for (row,) in found if row is not None and not str(row).startswith("C-")]


def run_in_a_child(far, export, *, dies_at):
    """Run an export in a process that is killed when so many changes were served."""
    kill = far.shop.faults.order(
        CHANGES, lambda _request: os.kill(child, signal.SIGKILL), after=True, skip=dies_at
    )
    child = os.fork()
    if child == 0:
        run_and_leave(export)
    _, code = os.waitpid(child, 0)
    far.shop.faults.ordered.remove(kill)
    until_free(export)
    assert code in {0, signal.SIGKILL}
    return code == signal.SIGKILL


def run_and_leave(export):
    """Run an export in a fork, and end the fork, whatever happens.

    A lock that another thread held at the fork is never let go here, so a bell ends a fork that
    waits for one; and what it raises must not go on into pytest, of which it is a copy.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(LONGEST)
    try:
        connection.connection = None  # the socket is the parent's
        running.run(export)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


@pytest.mark.slow
@pytest.mark.parametrize("is_new", [True, False], ids=["the first run", "a later run"])
@pytest.mark.parametrize(("name", "changes"), [
    ("contactActivities", (5, 3)), ("contacts", (8, 6)), ("orderItems", (8, 6)),
])  # fmt: skip
def test_a_worker_killed_after_any_change_loses_and_doubles_nothing(far, name, changes, is_new):
    export = far.export(name, schema="shop")
    for dies_at in range(40):
        if is_new or dies_at == 0:
            export.schema = f"shop{dies_at}"
            export.save(update_fields=["schema"])
        if not is_new and dies_at == 0:
            far.run(export)
        GROWS[name](far, dies_at)
        was_killed = run_in_a_child(far, export, dies_at=dies_at)
        far.run(export)
        rows = rows_of(far, name, export.schema)
        assert len(rows) == len(set(rows)) == dies_at + 1
        comparing.compare(export)
        assert [(one.days, one.error) for one in comparing.latest(export)] == [([], "")]
        if not was_killed:
            break
    assert dies_at >= changes[0 if is_new else 1]
    left = {t: table for (_, t), table in far.shop.store.tables.items() if t != name}
    assert all("expirationTime" in table for table in left.values())  # gone within a day


BEFORE, AFTER = False, True
FAULTS = [
    ("contactActivities", "POST /upload", status(503), BEFORE),
    ("contactActivities", "POST /upload", status(503), AFTER),
    ("contactActivities", "POST /upload", cut, BEFORE),
    ("contactActivities", "PATCH ", cut, AFTER),
    ("contacts", "POST /upload", cut, AFTER),
    ("contacts", "POST .*/tables", status(503), AFTER),
    ("contacts", "POST .*/jobs", status(503), AFTER),
    ("contacts", "POST .*/jobs", status(403, "rateLimitExceeded", "Slow down."), BEFORE),
    ("contacts", "GET .*/jobs/", status(503), BEFORE),
    ("contacts", "GET .*/datasets/", status(503), BEFORE),
    ("contacts", "PATCH ", status(412, "conditionNotMet", "Precondition check failed."), BEFORE),
    ("contacts", "PATCH ", status(412, "conditionNotMet", "Precondition check failed."), AFTER),
    ("contacts", "DELETE ", status(503), AFTER),
]


@pytest.mark.parametrize(("name", "line", "deed", "after"), FAULTS)
def test_a_step_that_fails_once_is_done_again_and_doubles_nothing(far, name, line, deed, after):
    export = far.export(name, schema="shop")
    GROWS[name](far, 1)
    fault = far.shop.faults.order(line, deed, after=after)
    run = running.run(export)
    assert fault.times == 0
    part = run.datasets.get()
    if part.status == "FAILED":  # a step that Google's client does not try again by itself
        assert part.error != reading.OUR_FAULT
        far.run(export)
    GROWS[name](far, 2)
    far.run(export)
    rows = rows_of(far, name)
    assert len(rows) == len(set(rows)) == 2


def test_the_answer_that_is_lost_is_found_by_the_name_of_its_job(far):
    export = far.export("contactActivities", schema="shop")
    far.activity("CLICKED", delivery_id=1)
    far.shop.faults.order("POST /upload", cut, after=True, times=20)
    parts = far.run(export)
    assert parts["contactActivities"].rows_written == 1
    assert rows_of(far, "contactActivities") == [1]


def test_a_key_that_was_deleted_is_said_in_words_and_the_next_run_goes_on(far):
    export = far.export("contactActivities", schema="shop")
    far.activity("CLICKED", delivery_id=1)
    far.shop.accounts.forget()
    far.shop.accounts.email = "another@sandpiper-shop.iam.gserviceaccount.com"
    running.run(export)
    error = DatasetRun.objects.get().error
    assert error.startswith("Google does not accept the key of exporter@sandpiper-shop.iam.")
    far.shop.accounts.email = "exporter@sandpiper-shop.iam.gserviceaccount.com"
    far.run(export)
    assert rows_of(far, "contactActivities") == [1]
