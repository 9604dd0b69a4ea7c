import datetime as dt
import uuid
from decimal import Decimal

import psycopg
import pytest
from another_process import until_free
from django.db import connection
from django.utils import timezone

from sanderling.contacts import erasing
from sanderling.contacts.models import Contact, Device
from sanderling.events.models import Event, EventType
from sanderling.exports import leasing, reading, requesting, running
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.datasets.columns import Dialect
from sanderling.exports.leasing import Running
from sanderling.exports.models import Export, Run
from sanderling.orders.models import Order, OrderItem
from sanderling.orders.recording import NewItem
from sanderling.revenue.models import Revenue
from sanderling.worker.failing import Patience

AT_MICROSECONDS = dt.datetime(2026, 11, 20, 10, 11, 12, 345678, tzinfo=dt.UTC)
SECOND = AT_MICROSECONDS.replace(microsecond=0, tzinfo=None)  # as the document writes it


def test_the_first_run_makes_all_nine_tables_and_fills_them(world):
    world.everything()
    parts = world.run(world.export())
    counts = {name: part.rows_written for name, part in parts.items()}
    assert counts == {
        "broadcasts": 2,
        "contactActivities": 2,
        "contacts": 3,
        "devices": 1,
        "events": 2,
        "messages": 1,
        "orderItems": 2,
        "orders": 2,
        "revenue": 1,
    }
    for name, dataset in DATASETS.items():
        columns = world.rows(
            "SELECT column_name FROM information_schema.columns "
            f"WHERE table_name = '{name}' ORDER BY ordinal_position"
        )
        assert [row[0] for row in columns] == list(dataset.types_in(Dialect.POSTGRESQL))


def test_a_second_run_with_nothing_new_writes_nothing(world):
    world.everything()
    export = world.export()
    world.run(export)
    parts = world.run(export)
    assert {(part.rows_read, part.rows_written) for part in parts.values()} == {(0, 0)}


def test_a_changed_contact_is_updated_and_nobody_else(world):
    export = world.export("contacts")
    world.run(export)
    world.cast.dina.first_name = "Diana"
    world.cast.dina.save(update_fields=["first_name"])
    part = world.run(export)["contacts"]
    assert (part.rows_read, part.rows_written) == (1, 1)
    assert world.rows(
        f'SELECT "firstName" FROM contacts WHERE "contactId" = {world.cast.dina.pk}'
    ) == [("Diana",)]


def test_a_contact_whose_totals_grew_is_exported_again(world):
    export = world.export("contacts")
    world.run(export)
    world.activity("SENT")
    world.activity("DELIVERED")
    part = world.run(export)["contacts"]
    assert part.rows_written == 1
    assert world.rows(
        'SELECT "totalSent", "totalReceived", "totalClicked", "lastReceivedDate", "emailDomain"'
        f' FROM contacts WHERE "contactId" = {world.cast.dina.pk}'
    ) == [(1, 1, 0, SECOND, "example.com")]


def test_deprecated_columns_have_the_value_of_their_twins(world):
    world.activity("UNDELIVERED", description="550 no")
    world.run(world.export("contactActivities"))
    assert world.rows(
        'SELECT "activity", "activityStatus", "errorCode", "statusDescription", "started",'
        ' "activityDateTime", "externalCustomerId" FROM "contactActivities"'
    ) == [
        (
            "UNDELIVERED",
            "UNDELIVERED",
            "550 no",
            "550 no",
            SECOND,
            SECOND,
            "C-1",
        )
    ]


def test_sent_is_no_status_of_the_document_and_stays_here(world):
    world.activity("SENT")
    world.activity("RECEIVED")
    world.run(world.export("contactActivities"))
    assert world.rows('SELECT "activityStatus" FROM "contactActivities"') == [("RECEIVED",)]


def test_the_same_click_twice_is_two_rows_and_stays_two(world):
    export = world.export("contactActivities")
    world.activity("CLICKED", link="https://sandpiper.example/")
    world.activity("CLICKED", link="https://sandpiper.example/")
    world.run(export)
    world.activity("CLICKED", link="https://sandpiper.example/")
    part = world.run(export)["contactActivities"]
    assert part.rows_written == 1
    assert world.rows('SELECT count(*) FROM "contactActivities"') == [(3,)]


def test_order_statuses_are_spelt_as_the_document_does(world):
    world.order("O-1")
    world.order("O-2", status="CANCELLED")
    world.run(world.export("orders"))
    assert world.rows('SELECT "externalOrderId", status, "totalCost" FROM orders ORDER BY 1') == [
        ("O-1", "IN PROGRESS", Decimal("10.5000")),
        ("O-2", "CANCELED", Decimal("10.5000")),
    ]


def test_the_lines_of_a_changed_order_are_replaced(world):
    world.order("O-1", items=(NewItem("A"), NewItem("A"), NewItem("B")))
    world.order("O-2", items=(NewItem("C"),))
    export = world.export("orderItems")
    world.run(export)
    world.order("O-1", items=(NewItem("A"),))
    world.order("O-2", items=(NewItem("C"),))  # told again, as it was
    part = world.run(export)["orderItems"]
    assert (part.rows_deleted, part.rows_written) == (3, 1)
    assert world.rows('SELECT "externalProductId" FROM "orderItems" ORDER BY 1') == [
        ("A",),
        ("C",),
    ]


def test_an_order_that_lost_all_lines_has_none_there_either(world):
    world.order("O-1")
    export = world.export("orderItems")
    world.run(export)
    assert world.rows('SELECT count(*) FROM "orderItems"') == [(1,)]
    world.order("O-1", items=())
    world.run(export)
    assert world.rows('SELECT count(*) FROM "orderItems"') == [(0,)]


def test_a_broadcast_has_a_row_for_each_segment_and_drafts_have_none(world):
    world.everything()
    world.run(world.export("broadcasts"))
    assert world.rows('SELECT "groupId", status, "mediaType" FROM broadcasts ORDER BY 1') == [
        (11, "RUNNING", "Email"),
        (12, "RUNNING", "Email"),
    ]


def test_a_message_names_its_sender_tags_and_languages(world):
    world.message()
    world.run(world.export("messages"))
    assert world.rows("SELECT name, sender, tags, translations, language FROM messages") == [
        ("Autumn", "Sandpiper <post@sandpiper.example>", "news, autumn", "uk", "en")
    ]


def test_an_event_has_its_first_fifty_parameters_cut_at_300_characters(world):
    kind = EventType.objects.create(organisation=world.cast.organisation, key="seen")
    params = {"zebra": "x" * 301, "nul": "a\x00b", "back": "\\u0000", "number": 5}
    params |= {f"p{number}": number for number in range(60)}
    Event.objects.create(
        organisation=world.cast.organisation,
        contact_id=0,
        type=kind,
        key_value="k",
        params=params,
        occurred_at=AT_MICROSECONDS,
    )
    world.run(world.export("events"))
    ((contact, key, when, told),) = world.rows(
        'SELECT "contactId", "eventTypeKey", occured, "paramsJson" FROM events'
    )
    assert (contact, key, when, len(told)) == (None, "seen", SECOND, 50)
    assert told[:4] == [
        {"name": "zebra", "value": "x" * 300},
        {"name": "nul", "value": "ab"},
        {"name": "back", "value": "\\u0000"},
        {"name": "number", "value": "5"},
    ]


def test_an_erased_person_leaves_every_table(world):
    world.everything()
    world.activity("RECEIVED", contact_id=world.cast.ivan.pk)
    export = world.export()
    world.run(export)
    erasing.erase(world.cast.organisation.pk, world.cast.dina.pk, by=world.cast.owner)
    world.run(export)
    left = {
        name: world.rows(f'SELECT count(*) FROM "{name}"')[0][0]
        for name in DATASETS
        if name not in {"broadcasts", "messages"}
    }
    assert left == {
        "contactActivities": 1,
        "contacts": 2,
        "devices": 0,
        "events": 0,
        "orderItems": 0,
        "orders": 0,
        "revenue": 0,
    }


def test_a_deleted_contact_goes_and_a_restored_one_comes_back(world):
    export = world.export("contacts")
    world.run(export)
    erasing.delete(world.cast.organisation.pk, world.cast.dina.pk, by=world.cast.owner)
    assert world.run(export)["contacts"].rows_deleted == 1
    assert world.rows("SELECT count(*) FROM contacts") == [(2,)]
    erasing.restore(world.cast.organisation.pk, world.cast.dina.pk, by=world.cast.owner)
    world.run(export)
    assert world.rows("SELECT count(*) FROM contacts") == [(3,)]


def test_a_credit_that_was_taken_back_is_deleted(world):
    world.everything()
    export = world.export("revenue")
    world.run(export)
    assert world.rows(
        'SELECT "externalOrderId", "totalCost", "messageInstanceId" FROM revenue'
    ) == [("O-1", Decimal("10.5000"), 7)]
    row = Revenue.objects.get()
    row.is_void = True
    row.save(update_fields=["is_void"])
    assert world.run(export)["revenue"].rows_deleted == 1
    assert world.rows("SELECT count(*) FROM revenue") == [(0,)]


def test_an_order_that_vanished_without_a_trace_is_swept_within_a_day(world):
    world.order("O-1")
    world.order("O-2")
    export = world.export("orders", "orderItems")
    world.run(export)
    gone = Order.objects.get(external_order_id="O-1")
    OrderItem.objects.filter(order_id=gone.id).delete()
    Order.objects.filter(external_order_id="O-1").delete()
    world.run(export)
    assert world.rows("SELECT count(*) FROM orders") == [(2,)]
    world.rows("UPDATE _sanderling_state SET swept_at = now() - interval '25 hours'")
    part = world.run(export)["orders"]
    assert part.notes == ["1 rows that no longer exist here were deleted."]
    assert world.rows('SELECT "externalOrderId" FROM orders') == [("O-2",)]
    assert world.rows('SELECT count(*) FROM "orderItems"') == [(1,)]


def test_a_device_that_went_from_hand_to_hand_is_one_row(world):
    device = {"organisation": world.cast.organisation, "application_id": 3, "device_id": "d"}
    Device.objects.create(contact=world.cast.dina, push_token="old", **device)
    Device.objects.create(contact=world.cast.ivan, push_token="new", **device)
    export = world.export("devices")
    world.run(export)
    query = 'SELECT "contactId", "pushToken" FROM devices'
    assert world.rows(query) == [(world.cast.ivan.pk, "new")]
    world.cast.dina.save(update_fields=["first_name"])
    world.run(export)
    assert world.rows(query) == [(world.cast.ivan.pk, "new")]


def test_nothing_of_another_organisation_leaves(world):
    Contact.objects.create(organisation=world.cast.elsewhere, email="spy@plover.example")
    world.run(world.export("contacts"))
    assert world.rows("SELECT count(*) FROM contacts WHERE email LIKE '%plover%'") == [(0,)]


def test_a_row_of_a_transaction_that_was_still_open_comes_with_the_next_run(world):
    """A watermark by time or by sequence would pass the row by for ever."""
    export = world.export("contacts")
    with psycopg.connect(**own_parameters()) as slow:
        slow.execute(
            "INSERT INTO contacts_contact (organisation_id, external_id, email, phone,"
            " email_status, first_name, last_name, language, time_zone, country, region, town,"
            " address, postcode, contact_key, source, fields)"
            " VALUES (%s, 'slow', '', '', 'CONFIRMED', '', '', '', '', '', '', '', '', '', '',"
            " 'API', '{}')",
            [world.cast.organisation.pk],
        )
        Contact.objects.create(organisation=world.cast.organisation, external_id="quick")
        world.run(export)
        ours = 'SELECT "externalCustomerId" FROM contacts WHERE "externalCustomerId" > \'D\''
        assert world.rows(ours + " ORDER BY 1") == []
        slow.commit()
    world.run(export)
    assert world.rows(ours + " ORDER BY 1") == [("quick",), ("slow",)]


def test_one_failing_dataset_does_not_hold_up_the_others(world):
    world.everything()
    world.rows("CREATE VIEW contacts AS SELECT 1 AS x")
    run = running.run(world.export("contacts", "orders"))
    errors = {part.dataset: part.error for part in run.datasets.all()}
    assert errors == {
        "contacts": '"public"."contacts" is not a table (a view?). Rename it, '
        "or choose another schema.",
        "orders": "",
    }
    assert run.status == "FAILED"
    assert world.rows("SELECT count(*) FROM orders") == [(2,)]


def test_a_due_export_runs_once_and_is_due_again_after_its_interval(world):
    export = world.export("contacts", interval="1h")
    assert running.run_due() == 1
    assert running.run_due() == 0
    export.refresh_from_db()
    run = Run.objects.get()
    assert (run.cause, run.status) == ("SCHEDULE", "FINISHED")
    assert export.next_run_at == run.finished_at + dt.timedelta(hours=1)
    assert export.lease is None


def test_a_paused_export_does_not_run_unless_somebody_asks(world):
    export = world.export("contacts", is_paused=True)
    assert running.run_due() == 0
    Export.objects.filter(pk=export.pk).update(requested_at=timezone.now())
    assert running.run_due() == 1
    assert Run.objects.get().cause == "REQUEST"
    assert running.run_due() == 0


def test_a_running_export_is_not_run_twice_at_once(world):
    export = world.export("contacts")
    soon = timezone.now() + dt.timedelta(minutes=1)
    Export.objects.filter(pk=export.pk).update(lease=uuid.uuid4(), lease_until=soon)
    with pytest.raises(Running):
        running.run(export)
    assert running.run_due() == 0
    assert Run.objects.count() == 0


def test_an_export_whose_worker_lost_its_session_is_free_at_once(world):
    export = world.export("contacts")
    own = connection.get_connection_params()
    wanted = {name: own[name] for name in ("dbname", "user", "host", "port")}
    soon = timezone.now() + dt.timedelta(minutes=2)
    with psycopg.connect(**wanted) as session:
        began = "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        pid, since = session.execute(began).fetchone()
        Export.objects.filter(pk=export.pk).update(
            lease=uuid.uuid4(), lease_until=soon, lease_pid=pid, lease_since=since
        )
        assert running.run_due() == 0
    until_free(export)
    assert running.run_due() == 1
    export.refresh_from_db()
    assert (export.lease, export.lease_pid, export.lease_since) == (None, None, None)


def test_the_process_id_of_a_dead_session_may_be_used_again(world):
    export = world.export("contacts")
    Export.objects.filter(pk=export.pk).update(
        lease=uuid.uuid4(),
        lease_until=timezone.now() + dt.timedelta(minutes=2),
        lease_pid=connection.cursor().connection.info.backend_pid,
        lease_since=timezone.now() - dt.timedelta(days=1),
    )
    assert running.run_due() == 1


def test_the_run_of_a_dead_worker_is_closed_and_gone_on_from(world):
    export = world.export("contacts")
    dead = Run.objects.create(organisation=world.cast.organisation, export=export)
    part = dead.datasets.create(dataset="contacts")
    past = timezone.now() - dt.timedelta(seconds=1)
    Export.objects.filter(pk=export.pk).update(lease=uuid.uuid4(), lease_until=past)
    assert running.run_due() == 1
    dead.refresh_from_db()
    part.refresh_from_db()
    assert (dead.status, part.status) == ("FAILED", "FAILED")
    assert "goes on from there" in part.error
    assert world.rows("SELECT count(*) FROM contacts") == [(3,)]


def test_a_server_that_is_down_is_tried_again_soon(world):
    export = world.export("contacts")
    world.connector.port = 1
    world.connector.save(update_fields=["port"])
    assert running.run_due() == 1
    part = Run.objects.get().datasets.get()
    assert "refused the connection" in part.error
    export.refresh_from_db()
    assert export.next_run_at - timezone.now() < dt.timedelta(minutes=16)


def own_parameters() -> dict[str, object]:
    from django.db import connection

    wanted = ("dbname", "user", "host", "port", "password")
    return {k: v for k, v in connection.get_connection_params().items() if k in wanted}


def test_when_our_own_database_goes_away_the_worker_says_one_line_and_goes_on(
    world, monkeypatch, caplog
):
    export = world.export("contactActivities")
    world.activity("CLICKED")
    true = reading.horizon

    def dying(source):
        with psycopg.connect(**admin_of(connection)) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [connection.settings_dict["NAME"]],
            )
        return true(source)

    monkeypatch.setattr(reading, "horizon", dying)
    patience = Patience("exports")
    patience.attempt(running.run_due)
    connection.close()
    assert [record.exc_info for record in caplog.records] == [None] * len(caplog.records)
    assert all("\n" not in record.getMessage() for record in caplog.records)
    assert caplog.records[-1].getMessage().startswith("exports failed (1 in a row), again in 1 s")
    monkeypatch.undo()
    caplog.clear()
    patience.not_before = 0.0
    patience.attempt(running.run_due)
    assert world.rows('SELECT "activityStatus" FROM "contactActivities"') == [("CLICKED",)]
    assert [run.status for run in Run.objects.order_by("pk")] == ["FAILED", "FINISHED"]
    assert export.datasets == ["contactActivities"]


def test_what_our_own_statements_do_wrong_is_logged_whole_and_said_so(world, monkeypatch, caplog):
    export = world.export("contacts")
    monkeypatch.setitem(reading.STATEMENTS._texts, "read_contacts", "SELECT 1 AS nothing")
    part = running.run(export).datasets.get()
    assert part.error == reading.OUR_FAULT
    assert any(record.exc_info for record in caplog.records)


def admin_of(ours):
    wanted = ours.get_connection_params()
    return {k: wanted[k] for k in ("user", "host", "port")} | {"dbname": "postgres"}


def test_a_wish_that_comes_while_a_run_begins_is_answered_by_a_run_of_its_own(world, monkeypatch):
    """Whoever waits for the run that he asked for would have waited for ever."""
    export = world.export("contacts")
    true = leasing._bury

    def asking(export_id):
        monkeypatch.setattr(leasing, "_bury", true)
        requesting.run_now(world.cast.organisation.pk, export_id, by=world.cast.owner)
        # As of whoever looked at the clock, and waited for the row then.
        earlier = timezone.now() - dt.timedelta(minutes=1)
        Export.objects.filter(pk=export_id).update(requested_at=earlier)
        true(export_id)

    monkeypatch.setattr(leasing, "_bury", asking)
    assert running.run_due() == 1
    assert running.run_due() == 1
    assert running.run_due() == 0
    assert [run.cause for run in export.run_set.order_by("pk")] == ["SCHEDULE", "REQUEST"]
