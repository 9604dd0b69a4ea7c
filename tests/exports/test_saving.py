import datetime as dt

import pytest
from django.utils import timezone

from sanderling.accounts.models import AuditEntry
from sanderling.exports import analysing, requesting, running, saving, scheduling
from sanderling.exports.models import Export
from sanderling.exports.saving import Draft
from sanderling.lib.errors import Forbidden, Invalid, NotFound


def draft(world, **changes):
    return Draft(**{"connector_id": world.connector.pk, "datasets": ["contacts"], **changes})


def save(world, **changes):
    return saving.save(world.cast.organisation.pk, draft(world, **changes), by=world.cast.owner)


def test_a_saved_export_is_due_at_once_and_keeps_the_order_of_the_catalogue(world):
    export = save(world, datasets=["orders", "contacts"])
    assert export.datasets == ["contacts", "orders"]
    assert export.interval == "24h"
    assert running.run_due() == 1
    assert AuditEntry.objects.filter(verb="export.create").count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"datasets": []}, "datasets", "Choose at least one dataset."),
        ({"datasets": ["secrets"]}, "datasets", "There is no dataset secrets."),
        ({"interval": "2m"}, "interval", "Choose how often rows are uploaded."),
        ({"interval": "cron", "cron": "every day"}, "cron", "Five fields"),
        ({"interval": "cron", "cron": "* * * * *"}, "cron", "At most every five minutes."),
        ({"schema": "pg_temp"}, "schema", "This schema is PostgreSQL's own."),
        ({"schema": "nowhere"}, "schema", 'There is no schema "nowhere". Run: CREATE SCHEMA'),
    ],
)
def test_a_wrong_form_is_refused_by_field(world, changes, field, words):
    with pytest.raises(Invalid) as caught:
        save(world, **changes)
    assert caught.value.problems[field][0].startswith(words)
    assert Export.objects.count() == 0


def test_the_same_dataset_is_not_written_twice_into_one_schema(world):
    first = save(world)
    with pytest.raises(Invalid) as caught:
        save(world, datasets=["contacts", "orders"])
    (sentence,) = caught.value.problems["datasets"]
    assert sentence == (
        f"Data export {first.pk} writes contacts into this schema already: take them out there, "
        "or choose another schema."
    )
    assert save(world, datasets=["orders"]).pk


def test_a_stranger_finds_no_export_of_ours(world):
    export = save(world)
    elsewhere = world.cast.elsewhere.pk
    for verb in (
        lambda: saving.get(elsewhere, export.pk),
        lambda: saving.delete(elsewhere, export.pk, by=world.cast.stranger),
        lambda: saving.pause(elsewhere, export.pk, on=True, by=world.cast.stranger),
        lambda: requesting.run_now(elsewhere, export.pk, by=world.cast.stranger),
        lambda: saving.save(elsewhere, draft(world), by=world.cast.stranger),
    ):
        with pytest.raises(NotFound):
            verb()
    assert not Export.objects.get().is_paused


def test_a_marketer_may_not_set_up_exports(world):
    with pytest.raises(Forbidden):
        saving.save(world.cast.organisation.pk, draft(world), by=world.cast.sender)
    assert Export.objects.count() == 0


def test_a_paused_export_goes_on_when_it_is_resumed(world):
    export = save(world)
    saving.pause(world.cast.organisation.pk, export.pk, on=True, by=world.cast.owner)
    assert running.run_due() == 0
    saving.pause(world.cast.organisation.pk, export.pk, on=False, by=world.cast.owner)
    assert running.run_due() == 1


def test_run_now_wakes_a_worker_for_a_run_by_request(world):
    export = save(world)
    running.run_due()
    requesting.run_now(world.cast.organisation.pk, export.pk, by=world.cast.owner)
    assert running.run_due() == 1
    assert list(export.run_set.order_by("pk").values_list("cause", flat=True)) == [
        "SCHEDULE",
        "REQUEST",
    ]


def test_a_cron_line_is_read_in_the_organisations_zone(world):
    export = world.export(interval="cron", cron="30 4 * * *")
    before = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
    # 04:30 in Kyiv is 02:30 UTC in winter.
    assert scheduling.next_run(export, before) == dt.datetime(2026, 11, 21, 2, 30, tzinfo=dt.UTC)
    assert scheduling.next_run(export, before, has_failed=True) == before + dt.timedelta(minutes=15)


def test_deleting_an_export_leaves_the_customers_tables(world):
    export = save(world)
    running.run_due()
    saving.delete(world.cast.organisation.pk, export.pk, by=world.cast.owner)
    assert Export.objects.count() == 0
    assert world.rows("SELECT count(*) FROM contacts") == [(3,)]
    assert timezone.now()


def test_a_change_while_a_worker_runs_it_leaves_the_lease_alone(world, monkeypatch):
    """Another worker would have taken the export, and a wish of the meantime would be gone."""
    export = save(world)
    true = saving.checking.problems_of

    def slowly(*arguments, **options):
        Export.objects.filter(pk=export.pk).update(lease_pid=7, requested_at=timezone.now())
        return true(*arguments, **options)

    monkeypatch.setattr(saving.checking, "problems_of", slowly)
    changed = draft(world, datasets=["orders"], interval="1h")
    saving.save(world.cast.organisation.pk, changed, export_id=export.pk, by=world.cast.owner)
    export.refresh_from_db()
    assert (export.datasets, export.interval) == (["orders"], "1h")
    assert export.lease_pid == 7
    assert export.requested_at is not None


def test_everything_that_is_done_to_an_export_is_written_down(world):
    ours, by = world.cast.organisation.pk, world.cast.owner
    export = save(world, datasets=["orders", "orderItems"])
    saving.save(ours, draft(world, datasets=["orders", "orderItems"]), export_id=export.pk, by=by)
    saving.pause(ours, export.pk, on=True, by=by)
    saving.pause(ours, export.pk, on=False, by=by)
    requesting.run_now(ours, export.pk, by=by)
    requesting.compare_now(ours, export.pk, by=by)
    requesting.resend(ours, export.pk, ["orders"], by=by)
    assert running.run_due() == 1
    analysing.make(ours, export.pk, ["product_pairs"], by=by)
    analysing.drop(ours, export.pk, ["product_pairs"], by=by)
    saving.delete(ours, export.pk, by=by)
    told = AuditEntry.objects.filter(verb__startswith="export.").order_by("pk")
    assert [entry.verb.removeprefix("export.") for entry in told] == [
        "create", "change", "pause", "resume", "run", "compare", "resend", "views.make",
        "views.drop", "delete",
    ]  # fmt: skip
    assert {entry.subject for entry in told} == {str(export.pk)}
