import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone

from sanderling.accounts.models import AuditEntry
from sanderling.exports import comparing, requesting, running
from sanderling.exports.models import Comparison, DatasetRun, Export, Run
from sanderling.exports.scheduling import next_night
from sanderling.lib.errors import Forbidden, Invalid, NotFound


def results(export):
    return {row.dataset: row for row in comparing.latest(export)}


def test_after_a_run_both_sides_are_equal_in_all_nine_datasets(world):
    world.everything()
    world.cast.ivan.email = "ї" * 60 + "@example.com"
    world.cast.ivan.save(update_fields=["email"])
    export = world.export()
    world.run(export)
    comparing.compare(export)
    found = results(export)
    assert {name: (row.days, row.error) for name, row in found.items()} == {
        name: ([], "") for name in export.datasets
    }
    assert {name: row.rows_here for name, row in found.items()} == {
        name: row.rows_there for name, row in found.items()
    }
    assert found["contacts"].rows_here == 3


def test_a_row_that_was_tampered_with_there_is_found_by_its_day(world):
    world.order("O-1")
    export = world.export("orders")
    world.run(export)
    world.rows('UPDATE orders SET "totalCost" = 1')
    comparing.compare(export)
    row = results(export)["orders"]
    assert row.days == [{"day": "2026-11-20", "here": 1, "there": 1, "waiting": 0}]
    assert not row.is_equal


def test_a_row_that_waits_for_the_next_run_is_no_fault(world):
    world.order("O-1")
    export = world.export("orders")
    world.run(export)
    world.order("O-2")
    comparing.compare(export)
    row = results(export)["orders"]
    assert row.days == [{"day": "2026-11-20", "here": 2, "there": 1, "waiting": 1}]
    assert row.is_equal


def test_values_that_were_cut_are_compared_as_they_were_cut(world):
    export = world.export("contacts")
    world.run(export)
    world.rows("CREATE VIEW mine AS SELECT email FROM contacts")
    world.cast.ivan.email = "x" * 60 + "@example.com"
    world.cast.ivan.save(update_fields=["email"])
    world.run(export)
    comparing.compare(export)
    assert results(export)["contacts"].days == []


def test_an_activity_tells_the_external_id_of_its_time_and_that_is_no_difference(world):
    world.activity("CLICKED")
    export = world.export("contactActivities")
    world.run(export)
    world.cast.dina.external_id = "C-new"
    world.cast.dina.save(update_fields=["external_id"])
    comparing.compare(export)
    assert world.rows('SELECT "externalCustomerId" FROM "contactActivities"') == [("C-1",)]
    assert results(export)["contactActivities"].days == []


def test_a_dataset_that_never_ran_says_so(world):
    export = world.export("contacts")
    comparing.compare(export)
    assert results(export)["contacts"].error == "This dataset was not exported yet."


def test_asking_for_a_comparison_runs_first_and_compares_then(world):
    export = world.export("contacts")
    requesting.compare_now(world.cast.organisation.pk, export.pk, by=world.cast.owner)
    assert running.run_due() == 1
    assert results(export)["contacts"].is_equal
    assert Export.objects.get().compare_requested_at is None
    assert running.run_due() == 0


def night_comes(export):
    """Let the night of an export begin, whose next upload is an hour away."""
    an_hour = timezone.now() + dt.timedelta(hours=1)
    Export.objects.filter(pk=export.pk).update(next_run_at=an_hour, compare_at=timezone.now())


def test_both_sides_are_compared_every_night_and_the_results_are_kept(world):
    world.order("O-1")
    export = world.export("orders", interval="24h")
    assert running.run_due() == 1
    export.refresh_from_db()
    assert Comparison.objects.count() == 0
    assert 0 < (export.compare_at - timezone.now()).total_seconds() <= 24 * 3600
    for _night in range(2):
        night_comes(export)
        assert running.run_due() == 1
    assert [run.cause for run in Run.objects.order_by("pk")] == ["SCHEDULE", "NIGHT", "NIGHT"]
    assert [row.is_equal for row in Comparison.objects.all()] == [True, True]
    assert mail.outbox == []
    assert running.run_due() == 0


def test_a_paused_export_is_not_compared_by_night(world):
    export = world.export("contacts", is_paused=True)
    night_comes(export)
    assert running.run_due() == 0
    assert Comparison.objects.count() == 0


def test_what_the_night_finds_is_mailed_to_those_who_may_mend_it_and_written_down(world, settings):
    settings.BASE_URL = "https://mail.sandpiper.example"
    world.order("O-1")
    export = world.export("orders")
    world.run(export)
    night_comes(export)
    world.rows('UPDATE orders SET "totalCost" = 1')
    assert running.run_due() == 1
    (letter,) = mail.outbox
    assert letter.to == [world.cast.owner_user.email]
    assert letter.subject == "The data export to Shop · public differs"
    assert "- orders: 1 rows here, 1 there; 1 days differ" in letter.body
    assert f"https://mail.sandpiper.example/data-export/{export.pk}" in letter.body
    entry = AuditEntry.objects.get(verb="export.differs")
    assert (entry.subject, entry.details) == (str(export.pk), {"datasets": ["orders"]})


def test_whoever_asks_for_a_comparison_looks_at_the_page_and_gets_no_mail(world):
    world.order("O-1")
    export = world.export("orders")
    world.run(export)
    world.rows('UPDATE orders SET "totalCost" = 1')
    requesting.compare_now(world.cast.organisation.pk, export.pk, by=world.cast.owner)
    assert running.run_due() == 1
    assert not results(export)["orders"].is_equal
    assert mail.outbox == []


def test_both_sides_can_be_compared_one_night_a_week_or_never(world):
    export = world.export("contacts", rhythm="week")
    noon = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
    nights = {next_night(export, noon + dt.timedelta(days=day)) for day in range(7)}
    assert len(nights) in {1, 2}  # the seven days lie in one or two of its weeks
    first, second = next_night(export, noon), next_night(export, noon + dt.timedelta(days=7))
    assert second - first == dt.timedelta(days=7)
    assert dt.timedelta() < first - noon <= dt.timedelta(days=7)
    export.rhythm = "never"
    assert next_night(export, noon) is None


def test_an_export_that_is_never_compared_by_night_is_compared_when_somebody_asks(world):
    export = world.export("contacts", interval="24h", rhythm="never")
    assert running.run_due() == 1
    export.refresh_from_db()
    assert export.compare_at is None
    assert running.run_due() == 0
    requesting.compare_now(export.organisation_id, export.pk, by=world.cast.owner)
    assert running.run_due() == 1
    assert [row.is_equal for row in Comparison.objects.all()] == [True]


def test_the_night_is_that_of_the_organisation(world):
    export = world.export("contacts")
    assert export.organisation.time_zone == "Europe/Kyiv"
    noon = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
    local = next_night(export, noon).astimezone(export.organisation.zone)
    assert local.date() == dt.date(2026, 11, 21)
    assert local.hour in {2, 3}


def ask_for_all(world, export, *names):
    requesting.resend(world.cast.organisation.pk, export.pk, names, by=world.cast.owner)


def test_all_rows_are_sent_again_when_somebody_asks_and_both_sides_are_equal(world):
    world.everything()
    export = world.export()
    world.run(export)
    world.rows(
        "UPDATE contacts SET email = 'mallory@example.com'; DELETE FROM \"contactActivities\";"
        'INSERT INTO orders ("orderId") VALUES (-1); ALTER TABLE contacts ADD COLUMN vip boolean'
    )
    comparing.compare(export)
    wrong = {row.dataset for row in comparing.latest(export) if not row.is_equal}
    assert wrong == {"contacts", "contactActivities", "orders"}
    ask_for_all(world, export, *wrong)
    assert running.run_due() == 1
    export.refresh_from_db()
    assert export.resend == []
    comparing.compare(export)
    assert {row.dataset for row in comparing.latest(export) if not row.is_equal} == set()
    (part,) = DatasetRun.objects.filter(dataset="contacts").order_by("-pk")[:1]
    assert part.notes == ["Somebody asked for all rows: they are sent again."]
    assert part.rows_written == 3
    assert world.rows("SELECT count(vip) FROM contacts") == [(0,)]  # the table was kept
    entry = AuditEntry.objects.get(verb="export.resend")
    assert sorted(entry.details["datasets"]) == sorted(wrong)


def test_all_rows_are_sent_again_to_bigquery_too(far):
    far.everything()
    export = far.export("contactActivities", "contacts", "orderItems", schema="shop")
    far.run(export)
    far.rows('DELETE FROM shop."contactActivities"')
    far.rows("UPDATE shop.contacts SET email = 'mallory@example.com'")
    far.rows('DELETE FROM shop."orderItems"')
    for turn in range(2):  # the second time over rows that are equal
        ask_for_all(far, export, *export.datasets)
        assert running.run_due() == 1
        assert set(DatasetRun.objects.values_list("error", flat=True)) == {""}, turn
        comparing.compare(export)
        assert {row.dataset for row in comparing.latest(export) if not row.is_equal} == set()


def test_only_rows_of_the_exports_own_datasets_can_be_asked_for(world):
    export = world.export("contacts")
    for names in ([], ["orders"], ["contacts", "nothing"]):
        with pytest.raises(Invalid):
            ask_for_all(world, export, *names)
    with pytest.raises(NotFound):
        requesting.resend(world.cast.elsewhere.pk, export.pk, ["contacts"], by=world.cast.stranger)
    with pytest.raises(Forbidden):
        requesting.resend(world.cast.organisation.pk, export.pk, ["contacts"], by=world.cast.sender)
    export.refresh_from_db()
    assert (export.resend, export.requested_at) == ([], None)


def test_rows_without_a_key_that_are_not_all_ours_are_left_as_they_are(world):
    world.activity("CLICKED")
    world.rows('CREATE TABLE "contactActivities" ("contactId" bigint)')
    world.rows('INSERT INTO "contactActivities" VALUES (-5)')
    export = world.export("contactActivities")
    world.run(export)
    ask_for_all(world, export, "contactActivities")
    assert running.run_due() == 1
    (part,) = DatasetRun.objects.order_by("-pk")[:1]
    (note,) = part.notes
    assert note == (
        'All rows must be sent again, and "contactActivities" holds rows that are not ours. '
        "Rename the table: a new one is made."
    )
    assert part.error == ""
    assert world.rows('SELECT count(*) FROM "contactActivities"') == [(2,)]
    export.refresh_from_db()
    assert export.resend == []
