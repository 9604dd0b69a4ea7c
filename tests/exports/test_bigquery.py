"""The same promises as in PostgreSQL, kept in a customer's BigQuery."""

import pytest

from sanderling.connectors.drivers.bigquery import parquet
from sanderling.exports import analysing, comparing
from sanderling.exports.analysis.views import VIEWS
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.datasets.columns import Dialect
from sanderling.exports.models import Comparison

MOMENT = "2026-11-20 10:11:12+00"
ODD = [
    "back\\slash",
    "\\N",
    "\\.",
    "\\t is no tab",
    "\\\\n",
    "tab\there",
    "line\nbreak\r\n",
    "\b\f\v",
    '"quoted", and a comma',
    "Київ 🐦",
    " ",
]


def export_of(far, *datasets, **fields):
    return far.export(*datasets, schema="shop", **fields)


def test_the_first_run_makes_the_dataset_and_all_nine_tables_and_fills_them(far):
    far.everything()
    assert far.shop.store.datasets == {}
    parts = far.run(export_of(far))
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
    assert far.shop.store.datasets["shop"]["location"] == "EU"
    tables = {name: table for (_, name), table in far.shop.store.tables.items()}
    assert list(tables) == list(DATASETS)  # and no staging table is left
    for name, dataset in DATASETS.items():
        fields = {field["name"]: field["type"] for field in tables[name]["schema"]["fields"]}
        types = dataset.types_in(Dialect.BIGQUERY)
        spelt = {"INT64": "INTEGER", "FLOAT64": "FLOAT"}
        assert fields == {column: spelt.get(t, t) for column, t in types.items()}
    assert tables["orders"]["timePartitioning"] == {"type": "MONTH", "field": "orderCreatedDate"}
    assert tables["orders"]["clustering"] == {"fields": ["orderId"]}


def test_a_second_run_with_nothing_new_writes_nothing(far):
    far.everything()
    export = export_of(far)
    far.run(export)
    before = len(far.shop.faults.seen)
    parts = far.run(export)
    assert {(part.rows_read, part.rows_written) for part in parts.values()} == {(0, 0)}
    asked = far.shop.faults.seen[before:]
    assert {request.method for request in asked if request.path != "/token"} == {"GET"}


def test_values_arrive_as_they_are(far):
    far.everything()
    far.run(export_of(far))
    assert far.rows(
        'SELECT "activity", "activityStatus", "clickEventLink", "activityDateTime"::VARCHAR,'
        ' "started" = "activityDateTime", "messageTags"'
        ' FROM shop."contactActivities" ORDER BY 2'
    ) == [
        (
            "CLICKED",
            "CLICKED",
            "https://sandpiper.example/tea",
            "2026-11-20 10:11:12+00",
            True,
            None,
        ),
        ("DELIVERED", "DELIVERED", None, "2026-11-20 10:11:12+00", True, None),
    ]
    assert (
        far.rows('SELECT "cost", "name", "quantity" FROM shop."orderItems"')
        == [(5.25, "Tea", 2)] * 2
    )


@pytest.mark.parametrize("size", [parquet.BLOCK, 1])  # together, and each row by itself
def test_every_text_arrives_as_it_is(far, monkeypatch, size):
    monkeypatch.setattr(parquet, "BLOCK", size)
    for number, text in enumerate(ODD):
        far.activity(delivery_id=number, message_name=text)
    far.run(export_of(far, "contactActivities"))
    names = far.rows(
        'SELECT "messageName" FROM shop."contactActivities" ORDER BY "messageInstanceId"'
    )
    assert [name for (name,) in names] == ODD


def test_a_row_may_be_longer_than_what_is_parsed_at_once(far):
    long = "tea, " * (parquet.BLOCK // 2)
    far.activity(delivery_id=1, message_name=long)
    far.activity(delivery_id=2, message_name="short")
    far.run(export_of(far, "contactActivities"))
    assert far.rows(
        'SELECT length("messageName") FROM shop."contactActivities" ORDER BY "messageInstanceId"'
    ) == [(len(long),), (5,)]


def test_both_sides_are_equal_and_a_difference_is_found(far):
    far.everything()
    export = export_of(far)
    far.run(export)
    comparing.compare(export)
    results = Comparison.objects.order_by("dataset", "pk")
    assert [(r.dataset, r.days, r.error) for r in results] == [
        (n, [], "") for n in sorted(DATASETS)
    ]
    far.rows(
        f'UPDATE shop.contacts SET "firstName" = \'Mallory\' WHERE "contactId" = {far.cast.dina.pk}'
    )
    comparing.compare(export)
    unequal = [r.dataset for r in Comparison.objects.all() if not r.is_equal]
    assert unequal == ["contacts"]


def test_the_ready_made_views_are_made_kept_and_dropped(far):
    export = export_of(far)
    far.run(export)
    ours, by = far.cast.organisation.pk, far.cast.owner
    analysing.make(ours, export.pk, tuple(VIEWS), by=by)
    tables = far.shop.store.tables
    views = {name: one for (_, name), one in tables.items() if one["type"] == "VIEW"}
    assert set(views) == set(VIEWS)
    assert f"`{far.shop.project}.shop.orders` AS o" in views["order_value"]["view"]["query"]
    assert views["order_value"]["description"] == VIEWS["order_value"].mark(Dialect.BIGQUERY)
    del tables["shop", "order_value"]
    tables["shop", "kpi_daily"]["description"] = "Made by Sanderling; changes are lost. old"
    far.run(export)
    assert tables["shop", "order_value"]["type"] == "VIEW"
    mark = VIEWS["kpi_daily"].mark(Dialect.BIGQUERY)
    assert tables["shop", "kpi_daily"]["description"] == mark
    analysing.drop(ours, export.pk, tuple(VIEWS), by=by)
    assert {one["type"] for one in tables.values()} == {"TABLE"}
