"""Looking around in a customer's database."""

import pytest

from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.postgres.browsing import (
    columns,
    has_index_on,
    missing_index,
    preview,
    schemas,
    tables,
)
from sanderling.connectors.drivers.tables import KeyKind, Kind


def test_schemas_come_with_public_first(settings):
    assert schemas(settings) == ["public", "back room"]


def test_tables_views_and_materialised_views_are_found_when_they_may_be_read(settings):
    assert [(table.name, table.kind) for table in tables(settings, "public")] == [
        ("counted", "materialized view"),
        ("every_type", "table"),
        ("names", "view"),
        ("promo_codes", "table"),
    ]
    assert [table.name for table in tables(settings, "back room")] == ["old Orders"]
    assert tables(settings, "nowhere") == []


def test_columns_know_their_kind_key_and_index(settings):
    found = columns(settings, "public", "promo_codes")
    assert [(c.name, c.type, c.kind, c.is_key, c.is_indexed) for c in found] == [
        ("id", "bigint", Kind.NUMBER, True, True),
        ("email", "text", Kind.TEXT, False, True),
        ("name", "text", Kind.TEXT, False, False),
        ("birthday", "date", Kind.DATE, False, False),
        ("promo_code", "character varying(50)", Kind.TEXT, False, False),
    ]
    kinds = {c.name: c.kind for c in columns(settings, "public", "every_type")}
    assert (kinds["words"], kinds["shades"], kinds["doc"]) == (Kind.LIST, Kind.LIST, Kind.JSON)
    assert (kinds["share"], kinds["mail"], kinds["shade"]) == (Kind.NUMBER, Kind.TEXT, Kind.TEXT)
    assert (kinds["at"], kinds["flag"], kinds["raw"]) == (
        Kind.TIMESTAMP,
        Kind.BOOLEAN,
        Kind.OTHER,
    )


def test_an_index_is_seen_and_a_missing_one_is_advised(settings):
    assert has_index_on(settings, "public", "promo_codes", column="email") is True
    assert has_index_on(settings, "public", "promo_codes", column="name") is False
    place = (settings, "public", "promo_codes")
    assert missing_index(*place, column="email", key_kind=KeyKind.EMAIL) is None
    assert missing_index(*place, column="name", key_kind=KeyKind.EMAIL) == (
        'CREATE INDEX CONCURRENTLY ON "public"."promo_codes" ((lower(btrim("name"))))'
    )
    assert missing_index(*place, column="name", key_kind=KeyKind.EXTERNAL_ID) == (
        'CREATE INDEX CONCURRENTLY ON "public"."promo_codes" ("name")'
    )


def test_the_preview_shows_rows_as_a_message_sees_them(settings):
    seen = preview(settings, "public", "promo_codes", limit=2)
    assert [column.name for column in seen.columns] == [
        "id", "email", "name", "birthday", "promo_code",
    ]  # fmt: skip
    assert seen.rows == [
        {"id": "1", "email": "dina@sandpiper.example", "promo_code": "AAAA-BBBB-CCCC"},
        {
            "id": "2",
            "email": " Dina@Sandpiper.example",
            "name": "Dina Kozak",
            "birthday": "2020-09-02T00:00:00Z",
            "promo_code": "AAAA-BBBB-DDDD",
        },
    ]


def test_every_type_becomes_a_scalar_of_messages(settings):
    (row,) = preview(settings, "public", "every_type").rows
    assert row == {
        "n": "1",
        "small": "2",
        "big": "9223372036854775807",
        "exact": "1250.50",
        "loose": "0.1",
        "price": "12.30",
        "flag": True,
        "day": "2020-09-02T00:00:00Z",
        "at": "2026-11-21T08:11:12.5Z",
        "local": "2026-11-21T10:11:12Z",
        "clock": "10:11:12",
        "span": "P1DT2H",
        "id": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "doc": {"a": [1, {"b": None}]},
        "old": {"z": "ж"},
        "words": ["a", None, "b c"],
        "numbers": ["1", None],
        "days": ["2020-09-02T00:00:00Z"],
        "shade": "sea green",
        "shades": ["red", "sea green"],
        "share": "50",
        "mail": "Dina@Sandpiper.example",
        "raw": "\\xdeadbeef",
        "net": "10.0.0.0/8",
        'odd "name" %s': "odd",
        "äöü": "umlaut",
    }


def test_a_table_that_is_not_there_or_closed_is_said_to_be_so(settings):
    for table in ("nothing", "secret"):
        with pytest.raises(SourceUnavailable) as raised:
            columns(settings, "public", table)
        assert raised.value.cause is Cause.TABLE
        assert raised.value.message == (
            f"There is no table public.{table} that this user may read."
        )
