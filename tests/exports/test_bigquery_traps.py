"""What a customer's BigQuery has in store, and what becomes of it."""

import copy
import json
import time
from decimal import Decimal

import pytest
from bigquery_server import status
from django.db import connection

from sanderling.contacts import erasing
from sanderling.contacts.models import Contact
from sanderling.exports import comparing, placing, running
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.destinations.bigquery import Warehouse
from sanderling.exports.models import DatasetRun, Export
from sanderling.orders.models import Order, OrderItem
from sanderling.orders.recording import NewItem
from sanderling.revenue.models import Revenue


def export_of(far, *datasets):
    return far.export(*datasets, schema="shop")


def errors_of(run):
    return {part.dataset: part.error for part in run.datasets.all() if part.error}


def count(far, table):
    return far.rows(f'SELECT count(*) FROM shop."{table}"')[0][0]


def labels_of(far, table):
    return far.shop.store.tables["shop", table]["labels"]


def assert_equal(export):
    comparing.compare(export)
    found = {one.dataset: (one.days, one.error) for one in comparing.latest(export)}
    assert found == dict.fromkeys(export.datasets, ([], ""))


def table_before_us(far, name, fields, rows=""):
    if "shop" not in far.shop.store.datasets:
        home = {"projectId": far.shop.project, "datasetId": "shop"}
        far.shop.store.insert_dataset({"datasetReference": home})
    place = {"projectId": far.shop.project, "datasetId": "shop", "tableId": name}
    told = [{"name": column, "type": type_} for column, type_ in fields.items()]
    far.shop.store.insert_table("shop", {"tableReference": place, "schema": {"fields": told}})
    if rows:
        far.rows(f'INSERT INTO shop."{name}" VALUES {rows}')


def item(product, cost):
    return NewItem(product, Decimal(1), Decimal(cost), "Tea")


def test_a_changed_contact_is_updated_and_nobody_else(far):
    export = export_of(far, "contacts")
    far.run(export)
    far.cast.dina.first_name = "Diana"
    far.cast.dina.save(update_fields=["first_name"])
    part = far.run(export)["contacts"]
    assert (part.rows_read, part.rows_written) == (1, 1)
    rows = far.rows(f'SELECT "firstName" FROM shop.contacts WHERE "contactId" = {far.cast.dina.pk}')
    assert rows == [("Diana",)]
    assert count(far, "contacts") == 3


def test_a_run_tells_its_requests_and_what_it_cost(far):
    export = export_of(far, "contacts")
    part = far.run(export)["contacts"]
    seen = [request for request in far.shop.faults.seen if request.path != "/token"]
    assert part.requests == len(seen) - 1 < 25  # the last one takes the staging table away
    assert far.run(export)["contacts"].requests < 6
    assert part.bytes_sent > 500
    assert part.bytes_billed == 20 * 2**20  # the least that is billed, for each of two tables


def test_a_merge_reads_only_the_months_of_its_rows(far):
    export = export_of(far, "contacts")
    Contact.objects.filter(pk=far.cast.ivan.pk).update(created_at="2024-02-01T00:00:00Z")
    far.run(export)
    far.cast.dina.save(update_fields=["first_name"])
    Contact.objects.create(organisation=far.cast.organisation, external_id="new")
    far.run(export)
    merges = [job for job in far.shop.jobs.all() if "-m-a" in job.id]
    assert len(merges) == 2
    assert "TIMESTAMP" in merges[-1].config["query"]["query"]
    tables, size = far.shop.store.tables, far.shop.store.size
    of_ivan = size(tables["shop", "contacts"], where=f't."contactId" = {far.cast.ivan.pk}')
    whole = size(tables["shop", "contacts"])
    staged = size(tables["shop", "contacts"], where="t.\"externalCustomerId\" IN ('new', 'C-1')")
    # the new row was not there yet when the merge was planned; Ivan's month was not looked at
    assert merges[-1].outcome.processed < whole - of_ivan + staged


def test_lines_are_replaced_with_their_order_and_credits_taken_back_go(far):
    far.everything()
    export = export_of(far, "orderItems", "orders", "revenue")
    far.run(export)
    lines = (item("P-1", 3), item("P-2", 4), item("P-2", 4))
    far.order("O-2", items=lines)
    row = Revenue.objects.get()
    row.is_void = True
    row.save(update_fields=["is_void"])
    parts = far.run(export)
    assert (parts["orderItems"].rows_deleted, parts["orderItems"].rows_written) == (1, 3)
    assert parts["revenue"].rows_deleted == 1
    assert (count(far, "orderItems"), count(far, "orders"), count(far, "revenue")) == (4, 2, 0)
    far.order("O-2", items=())
    far.run(export)
    assert count(far, "orderItems") == 1
    assert_equal(export)


def test_whoever_is_erased_leaves_every_table(far):
    far.everything()
    far.activity("RECEIVED", contact_id=far.cast.ivan.pk)
    export = export_of(far)
    far.run(export)
    erasing.erase(far.cast.organisation.pk, far.cast.dina.pk, by=far.cast.owner)
    far.run(export)
    mine = {
        name: far.rows(f'SELECT count(*) FROM shop."{name}" WHERE "contactId" = {far.cast.dina.pk}')
        for name, dataset in DATASETS.items()
        if "contactId" in {column.name for column in dataset.columns}
    }
    assert set(map(tuple, mine.values())) == {((0,),)}
    assert (count(far, "contactActivities"), count(far, "orderItems")) == (1, 0)


def test_an_order_that_vanished_without_a_trace_is_swept_within_a_day(far):
    far.order("O-1")
    far.order("O-2")
    export = export_of(far, "orders", "orderItems")
    far.run(export)
    gone = Order.objects.get(external_order_id="O-1")
    OrderItem.objects.filter(order_id=gone.id).delete()
    Order.objects.filter(external_order_id="O-1").delete()
    far.run(export)
    assert count(far, "orders") == 2
    for name in ("orders", "orderItems"):
        labels_of(far, name)["sanderling-swept"] = str(int(time.time()) - 25 * 3600)
    part = far.run(export)["orders"]
    assert part.notes == ["1 rows that no longer exist here were deleted."]
    assert (count(far, "orders"), count(far, "orderItems")) == (1, 1)
    assert set(far.shop.store.tables) == {("shop", "orders"), ("shop", "orderItems")}


def test_many_chunks_arrive_like_one(far, monkeypatch):
    monkeypatch.setattr(Warehouse, "most", dict.fromkeys(Warehouse.most, 2))
    export = export_of(far, "contactActivities", "contacts", "orderItems")
    for number in range(7):
        far.activity("CLICKED", delivery_id=number)
        far.order(f"O-{number}")
        Contact.objects.create(organisation=far.cast.organisation, external_id=f"born-{number}")
    far.run(export)
    assert (count(far, "contactActivities"), count(far, "contacts")) == (7, 10)
    assert count(far, "orderItems") == 7
    assert_equal(export)


def test_a_column_of_another_type_stops_its_dataset_and_no_other(far):
    far.activity("CLICKED")
    table_before_us(far, "contacts", {"contactId": "STRING"}, "('x')")
    run = running.run(export_of(far, "contactActivities", "contacts"))
    assert errors_of(run) == {
        "contacts": 'The column "contactId" of "contacts" is STRING, and our values are INT64. '
        "Rename the table (it is made anew), or change the column's type."
    }
    assert count(far, "contactActivities") == 1
    assert far.rows("SELECT * FROM shop.contacts") == [("x",)]


def test_a_table_that_was_there_is_given_our_columns_and_never_swept(far):
    table_before_us(far, "contacts", {"contactId": "INT64", "shoeSize": "FLOAT64"}, "(-5, 42)")
    export = export_of(far, "contacts")
    part = far.run(export)["contacts"]
    assert len([note for note in part.notes if note.endswith("was added.")]) == 18
    assert part.notes[-1] == 'The table "contacts" was there already; its rows are kept.'
    labels_of(far, "contacts").pop("sanderling-swept", None)
    far.run(export)
    assert far.rows('SELECT count(*), max("shoeSize") FROM shop.contacts') == [(4, 42.0)]


def test_a_column_that_is_missing_is_added_and_filled_for_all_rows(far):
    export = export_of(far, "contacts")
    far.run(export)
    schema = far.shop.store.tables["shop", "contacts"]["schema"]
    schema["fields"] = [f for f in schema["fields"] if f["name"] != "externalCustomerId"]
    far.rows('ALTER TABLE shop.contacts DROP COLUMN "externalCustomerId"')
    far.cast.dina.save(update_fields=["first_name"])
    assert far.run(export)["contacts"].notes == ['The column "externalCustomerId" was added.']
    far.run(export)
    assert far.rows('SELECT count("externalCustomerId") FROM shop.contacts') == [(2,)]
    assert_equal(export)


def test_a_required_column_of_theirs_is_said_before_a_load_fails(far):
    table_before_us(far, "contacts", {"contactId": "INT64", "shoeSize": "FLOAT64"})
    far.shop.store.tables["shop", "contacts"]["schema"]["fields"][1]["mode"] = "REQUIRED"
    error = errors_of(running.run(export_of(far, "contacts")))["contacts"]
    assert error.startswith('The column "shoeSize" was added to "contacts" as REQUIRED')


def test_a_view_in_the_way_is_named(far):
    table_before_us(far, "contacts", {"contactId": "INT64"})
    far.shop.store.tables["shop", "contacts"]["type"] = "VIEW"
    error = errors_of(running.run(export_of(far, "contacts")))["contacts"]
    assert error.startswith('"contacts" is not a table (a view?)')


def test_a_second_export_of_the_same_table_is_refused(far):
    far.run(export_of(far, "contacts"))
    other = export_of(far, "contacts")
    assert 'writes "contacts" in this schema already' in errors_of(running.run(other))["contacts"]


def test_our_database_was_restored_and_everything_is_sent_again_once(far):
    far.everything()
    export = export_of(far)
    far.run(export)
    for name in DATASETS:
        labels_of(far, name)["sanderling-source"] = "7000000000000000000-0000000a-16384"
    parts = far.run(export)
    note = "Our database was restored or moved since the last run: all rows are sent again."
    assert all(note in part.notes for part in parts.values())
    assert count(far, "contactActivities") == 2
    assert_equal(export)


@pytest.mark.parametrize("name", ["contactActivities", "contacts"])
def test_their_table_was_put_back_and_what_it_lost_comes_again(far, name):
    export = export_of(far, name)
    far.activity("CLICKED", delivery_id=1)
    far.run(export)
    store = far.shop.store
    far.rows(f'CREATE TABLE kept AS SELECT * FROM shop."{name}"')
    labels = copy.deepcopy(labels_of(far, name))
    far.activity("CLICKED", delivery_id=2)
    Contact.objects.create(organisation=far.cast.organisation, external_id="lost")
    far.run(export)
    after = count(far, name)
    far.rows(f'DELETE FROM shop."{name}"')
    far.rows(f'INSERT INTO shop."{name}" SELECT * FROM kept')
    store.tables["shop", name]["labels"] = labels
    assert count(far, name) == after - 1
    far.activity("CLICKED", delivery_id=3)
    far.run(export)
    assert_equal(export)
    assert count(far, name) == {"contactActivities": 3, "contacts": 4}[name]


def test_a_table_that_was_dropped_is_made_anew(far):
    export = export_of(far, "contactActivities")
    far.activity("CLICKED", delivery_id=1)
    far.run(export)
    far.shop.store.delete_table("shop", "contactActivities")
    far.activity("CLICKED", delivery_id=2)
    far.run(export)
    assert count(far, "contactActivities") == 2
    assert_equal(export)


def test_values_of_every_kind_arrive_unchanged(far):
    text = 'Zoë "Z", O\'Neil\nand, so\ton; \\N \\ \x1f €'
    far.cast.dina.first_name, far.cast.dina.last_name = text, ""
    far.cast.dina.save(update_fields=["first_name", "last_name"])
    far.order("O-9", discount=Decimal(0), total_cost=Decimal("99999999.99"), items=())
    export = export_of(far, "contacts", "orders", "events")
    far.everything()
    far.run(export)
    assert far.rows(
        'SELECT "firstName", "lastName", "sms" IS NULL FROM shop.contacts'
        f' WHERE "contactId" = {far.cast.dina.pk}'
    )[0][:2] == (text, None)
    query = 'SELECT "totalCost", "discount", "Status" FROM shop.orders'
    assert far.rows(f"{query} WHERE \"externalOrderId\" = 'O-9'") == [
        (99999999.99, 0.0, "IN PROGRESS")
    ]
    params = far.rows('SELECT "paramsJson" FROM shop.events LIMIT 1')[0][0]
    assert isinstance(json.loads(params), list)
    assert_equal(export)


def test_what_the_account_may_not_do_is_said_with_the_role_and_nothing_is_half_done(far):
    export = export_of(far, "contacts", "contactActivities")
    far.activity("CLICKED")
    denied = status(403, "accessDenied", "Access Denied: Table contacts: no permission")
    far.shop.faults.order(r"POST .*/datasets/shop/tables", denied, times=1)
    run = running.run(export)
    (error,) = errors_of(run).values()
    assert "roles/bigquery.dataEditor" in error
    assert DatasetRun.objects.filter(run=run, status="FINISHED").count() == 1
    far.run(export)
    assert_equal(export)


def test_two_organisations_never_write_the_same_table(far):
    far.run(export_of(far, "contacts"))
    labels_of(far, "contacts")["sanderling-owner"] = "ge"  # "1"
    error = errors_of(running.run(Export.objects.get()))["contacts"]
    assert error.startswith("Another organisation or installation writes")
    assert placing.TwoWriters.status == 409
    assert connection.is_usable()


def test_an_endless_text_is_cut_and_told_and_both_sides_are_equal_still(far):
    """A row of some megabytes kept its dataset from BigQuery for good."""
    export = export_of(far, "orderItems", "orders")
    far.order("O-1")
    far.order("O-2", items=(item("P-1", 3),))
    number = Order.objects.get(external_order_id="O-1").id
    OrderItem.objects.filter(order_id=number).update(description="é" * 2_100_000)
    parts = far.run(export)
    assert far.rows('SELECT length(description) FROM shop."orderItems" ORDER BY 1') == [
        (2_000_000,), (None,),
    ]  # fmt: skip
    (note,) = parts["orderItems"].notes
    assert note == (
        '1 values of "description" have 2000000 characters or more and were cut to that, because '
        f"BigQuery takes no row so long: orderId {number}."
    )
    assert parts["orders"].notes == []
    assert_equal(export)
    far.order("O-2", items=())
    far.run(export)
    assert count(far, "orderItems") == 1
