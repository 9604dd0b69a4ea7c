"""BigQuery is read by the unmodified official client, over HTTP."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

import bigquery_server
import pytest
from bigquery_server import BigQueryServer

from sanderling.connectors.drivers import keyfiles
from sanderling.connectors.drivers.bigquery import browsing, reading
from sanderling.connectors.drivers.bigquery.settings import BigQuerySettings, Service
from sanderling.connectors.drivers.conditions import (
    AllOf,
    Calendar,
    Comparing,
    NoneOf,
    Operator,
    Period,
    WrongCondition,
)
from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.tables import KeyKind, Kind

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
CALENDAR = Calendar(now=NOW, zone=ZoneInfo("Europe/Kyiv"))
SCHEMA = [
    ("email", "STRING"), ("spent", "NUMERIC"), ("visits", "INTEGER"), ("last_order", "DATE"),
    ("seen", "TIMESTAMP"), ("vip", "BOOLEAN"), ("country", "STRING"), ("raw", "JSON"),
]  # fmt: skip
ROWS = """
INSERT INTO shop.spending VALUES
  (' Kozak@Example.com', 1500.5, 3, '2026-11-21', '2026-11-20 22:30:00+00', true, 'UK',
   '{"a": [1]}', ['a', 'b']),
  ('kozak@example.com', 10, NULL, '2020-02-29', NULL, NULL, 'France_%', NULL, []),
  ('both@example.com', 20, 1, '2026-10-21', '2026-11-20 21:30:00+00', false, '', NULL, ['c']),
  (NULL, 9000, 9, NULL, NULL, NULL, NULL, NULL, [])
"""
LAST_OF_FEBRUARY = Period(dt.date(2026, 2, 28), dt.date(2026, 2, 28))
KOZAK, BOTH = "kozak@example.com", "both@example.com"


@pytest.fixture(scope="module")
def server() -> Iterator[BigQueryServer]:
    running = bigquery_server.start()
    yield running
    running.stop()


@pytest.fixture
def google(server: BigQueryServer) -> Iterator[BigQueryServer]:
    server.reset()
    fields = [{"name": name, "type": type_} for name, type_ in SCHEMA]
    fields.append({"name": "tags", "type": "STRING", "mode": "REPEATED"})
    place = {"projectId": server.project, "datasetId": "shop"}
    server.store.insert_dataset({"datasetReference": place, "location": "EU"})
    server.store.insert_table(
        "shop",
        {
            "tableReference": {**place, "tableId": "spending"},
            "schema": {"fields": fields},
            "clustering": {"fields": ["email"]},
        },
    )
    server.store.duck.execute(ROWS)
    return server


def settings_of(google: BigQueryServer, **changes: object) -> BigQuerySettings:
    service = Service(google.url, f"{google.url}/token")
    return BigQuerySettings(keyfiles.read(google.key_file()), service=service, **changes)


def keys_of(google: BigQueryServer, *tests: object) -> list[str]:
    blocks: list[bytes] = []
    count = reading.copy_keys(
        settings_of(google),
        "shop",
        "spending",
        key_column="email",
        key_kind=KeyKind.EMAIL,
        where=AllOf(tests),
        into=blocks.append,
        calendar=CALENDAR,
    )
    assert count == len(blocks)
    return sorted(block.decode().strip() for block in blocks)


def rows_of(google: BigQueryServer, *keys: str, **options: object) -> dict[str, list[dict]]:
    return reading.rows_of(
        settings_of(google),
        "shop",
        "spending",
        key_column="email",
        keys=keys,
        key_kind=KeyKind.EMAIL,
        **options,
    )


def test_datasets_tables_and_columns_are_browsed(google):
    assert browsing.schemas(settings_of(google)) == ["shop"]
    assert [table.name for table in browsing.tables(settings_of(google), "shop")] == ["spending"]
    columns = browsing.columns(settings_of(google), "shop", "spending")
    assert [column.kind for column in columns] == [
        Kind.TEXT, Kind.NUMBER, Kind.NUMBER, Kind.DATE, Kind.TIMESTAMP, Kind.BOOLEAN,
        Kind.TEXT, Kind.JSON, Kind.LIST,
    ]  # fmt: skip
    assert columns[0].is_indexed
    assert len(browsing.preview(settings_of(google), "shop", "spending").rows) == 4


def test_rows_come_as_messages_see_them(google):
    found = rows_of(google, "KOZAK@example.com", "ghost@example.com")
    rich = next(row for row in found.rows["KOZAK@example.com"] if "vip" in row)
    assert rich == {
        "email": " Kozak@Example.com",
        "spent": "1500.5",
        "visits": "3",
        "last_order": "2026-11-21T00:00:00Z",
        "seen": "2026-11-20T22:30:00Z",
        "vip": True,
        "country": "UK",
        "raw": {"a": [1]},
        "tags": ["a", "b"],
    }
    assert set(found.rows) == {"KOZAK@example.com"}
    assert len(found.rows["KOZAK@example.com"]) == 2


def test_rows_beyond_the_limit_are_cut_and_told(google):
    found = rows_of(google, KOZAK, limit_per_key=1)
    assert (len(found.rows[KOZAK]), found.cut) == (1, {KOZAK})


def test_a_batch_of_any_size_is_a_few_queries(google, monkeypatch):
    monkeypatch.setattr(reading, "KEYS_A_QUERY", 2)
    found = rows_of(google, "a@example.com", "b@example.com", KOZAK, BOTH)
    assert set(found.rows) == {KOZAK, BOTH}


@pytest.mark.parametrize(
    ("column", "operator", "value", "keys"),
    [
        ("spent", Operator.MORE, 1000, [KOZAK]),
        ("spent", Operator.BETWEEN, [10, 20], [BOTH, KOZAK]),
        ("spent", Operator.IN, [Decimal("1500.5"), 3], [KOZAK]),
        ("spent", Operator.IS_NOT, 20, [KOZAK]),
        ("visits", Operator.AT_MOST, 1, [BOTH]),
        ("visits", Operator.NOT_SPECIFIED, None, [KOZAK]),
        ("country", Operator.IS, "UK", [KOZAK]),
        ("country", Operator.IN, ["UK", "Spain"], [KOZAK]),
        ("country", Operator.CONTAINS, "E_%", [KOZAK]),
        ("country", Operator.CONTAINS, "_%K", []),
        ("country", Operator.STARTS, "fr", [KOZAK]),
        ("country", Operator.ENDS, "k", [KOZAK]),
        ("country", Operator.NOT_CONTAINS, "k", [BOTH, KOZAK]),
        ("country", Operator.NOT_SPECIFIED, None, [BOTH]),
        ("last_order", Operator.IS, "2026-10-21", [BOTH]),
        ("last_order", Operator.MORE, "2026-10-21", [KOZAK]),
        ("last_order", Operator.AT_MOST, "2026-10-21", [BOTH, KOZAK]),
        ("last_order", Operator.AGO, (1, "months"), [BOTH]),
        ("last_order", Operator.ANY_YEAR, LAST_OF_FEBRUARY, [KOZAK]),
        ("seen", Operator.DURING, Period(dt.date(2026, 11, 21), dt.date(2026, 11, 21)), [KOZAK]),
        ("seen", Operator.DURING, Period(dt.date(2026, 11, 20), dt.date(2026, 11, 20)), [BOTH]),
        ("seen", Operator.AGO, (11, "hours"), [KOZAK]),
        ("seen", Operator.ANY_YEAR, Period(dt.date(2025, 11, 21), dt.date(2025, 11, 21)), [KOZAK]),
        ("vip", Operator.IS, True, [KOZAK]),
        ("vip", Operator.IS_NOT, True, [BOTH, KOZAK]),
        ("tags", Operator.ALL_OF, ["a", "b", "a"], [KOZAK]),
        ("tags", Operator.ANY_OF, ["c", "d"], [BOTH]),
        ("tags", Operator.NONE_OF, ["c"], [KOZAK]),
        ("tags", Operator.NOT_SPECIFIED, None, [KOZAK]),
        ("raw", Operator.SPECIFIED, None, [KOZAK]),
    ],
)  # fmt: skip
def test_every_operator_is_asked_where_the_rows_are(google, column, operator, value, keys):
    assert keys_of(google, Comparing(column, operator, value)) == keys


def test_rows_without_a_key_belong_to_nobody(google):
    assert keys_of(google) == [BOTH, KOZAK]
    assert keys_of(google, NoneOf((Comparing("spent", Operator.MORE, 1000),))) == [BOTH, KOZAK]


def test_a_value_is_never_sql(google):
    hostile = "' OR 1=1 --`@p0"
    assert keys_of(google, Comparing("country", Operator.IS, hostile)) == []
    with pytest.raises(WrongCondition, match="spent: the value must be a number"):
        keys_of(google, Comparing("spent", Operator.IS, hostile))


def test_a_question_that_costs_too_much_is_not_asked(google):
    with pytest.raises(SourceUnavailable, match="more bytes than we let one query cost"):
        reading.rows_of(
            settings_of(google, most_bytes=1),
            "shop", "spending", key_column="email", keys=[KOZAK], key_kind=KeyKind.EMAIL,
        )  # fmt: skip


def test_a_dry_run_tells_what_a_question_reads(google):
    where = AllOf((Comparing("spent", Operator.MORE, 1000),))
    read = reading.bytes_of(
        settings_of(google), "shop", "spending", key_column="email", key_kind=KeyKind.EMAIL,
        where=where, calendar=CALENDAR,
    )  # fmt: skip
    assert 0 < read < 1000


def test_all_rows_come_page_by_page(google, monkeypatch):
    monkeypatch.setattr(reading, "PAGE", 3)
    pages = list(reading.pages(settings_of(google), "shop", "spending"))
    assert [len(page) for page in pages] == [3, 1]


def test_a_table_that_is_gone_is_an_outage_that_stays(google):
    with pytest.raises(SourceUnavailable) as error:
        browsing.columns(settings_of(google), "shop", "gone")
    assert (error.value.cause, error.value.is_passing) == (Cause.TABLE, False)


def test_keys_with_odd_signs_survive_the_way(google):
    google.store.duck.execute(
        "INSERT INTO shop.spending (email, spent) VALUES ('a\\b' || chr(9) || chr(10), 1)"
    )
    blocks: list[bytes] = []
    reading.copy_keys(
        settings_of(google), "shop", "spending", key_column="email", key_kind=KeyKind.FIELD,
        where=Comparing("spent", Operator.IS, 1), into=blocks.append, calendar=CALENDAR,
    )  # fmt: skip
    assert blocks == [b"a\\\\b\\t\\n\n"]
