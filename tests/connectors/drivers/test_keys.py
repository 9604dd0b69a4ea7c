"""Conditions pushed down: what they match, what they refuse, and how keys come back."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import psycopg
import pytest

from sanderling.connectors.drivers.conditions import (
    AllOf,
    AnyOf,
    Calendar,
    Comparing,
    NoneOf,
    Operator,
    Period,
    WrongCondition,
)
from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.postgres.keys import copy_keys, estimate
from sanderling.connectors.drivers.tables import KeyKind

KYIV = Calendar(datetime(2026, 11, 21, 23, 30, tzinfo=UTC), ZoneInfo("Europe/Kyiv"))

PEOPLE = """
DROP TABLE IF EXISTS people;
CREATE TABLE people (
    id text, mail text, city text, age int, price money, born date, seen timestamptz,
    local timestamp, vip boolean, tags text[], shade colour, uid uuid, net inet, doc jsonb
);
INSERT INTO people VALUES
 ('a', ' A@X.example', 'Kyiv', 30, 10.5, '1996-11-21', '2026-11-21 22:30Z', '2026-11-21 22:30',
  true, '{red,blue}', 'red', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '10.0.0.1', '{}'),
 ('b', 'b@x.example', 'kyiv_100%', 18, 20, '2000-02-29', '2026-11-21 21:30Z', '2026-11-20 10:00',
  false, '{red}', 'sea green', NULL, NULL, NULL),
 ('c', 'c@x.example', '', 65, NULL, '1999-12-31', '2026-10-22 12:00Z', NULL, NULL, '{}', NULL,
  NULL, NULL, NULL),
 ('d', 'd@x.example', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 (NULL, NULL, 'Kyiv', 30, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
GRANT SELECT ON people TO reader;
"""


@pytest.fixture(scope="module")
def people(shop):
    shop.run(PEOPLE)
    yield
    shop.run("DROP TABLE people")


def keys(settings, where, *, column="id", kind=KeyKind.EXTERNAL_ID, calendar=KYIV) -> str:
    """Return the keys in one word, sorted."""
    blocks: list[bytes] = []
    count = copy_keys(
        settings, "public", "people", key_column=column, key_kind=kind, where=where,
        calendar=calendar, into=lambda block: blocks.append(bytes(block)),
    )  # fmt: skip
    lines = b"".join(blocks).decode().splitlines()
    assert len(lines) == count
    return " ".join(sorted(lines))


O = Operator  # noqa: E741
NOVEMBER_21 = Period(date(2026, 11, 21), date(2026, 11, 21))
CASES = [
    # text
    ("city", O.IS, "Kyiv", "a"),
    ("city", O.IS_NOT, "Kyiv", "b c d"),
    ("city", O.CONTAINS, "KYIV", "a b"),
    ("city", O.CONTAINS, "_100%", "b"),
    ("city", O.CONTAINS, "\\", ""),
    ("city", O.NOT_CONTAINS, "kyiv", "c d"),
    ("city", O.STARTS, "kyiv_", "b"),
    ("city", O.ENDS, "IV", "a"),
    ("city", O.IN, ["Kyiv", "Lviv"], "a"),
    ("city", O.NOT_IN, ["Kyiv", "Lviv"], "b c d"),
    ("city", O.SPECIFIED, None, "a b"),
    ("city", O.NOT_SPECIFIED, None, "c d"),
    ("city", O.IS, "'; DROP TABLE people; --", ""),
    ("shade", O.IS, "sea green", "b"),
    ("shade", O.IN, ["red", "no colour"], "a"),
    ("uid", O.IS, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a"),
    ("uid", O.IS, "no uuid", ""),
    # numbers
    ("age", O.IS, 30, "a"),
    ("age", O.IS_NOT, "30", "b c d"),
    ("age", O.MORE, 30, "c"),
    ("age", O.AT_LEAST, 30, "a c"),
    ("age", O.LESS, Decimal("30.5"), "a b"),
    ("age", O.AT_MOST, 18, "b"),
    ("age", O.BETWEEN, [18, 30], "a b"),
    ("age", O.IN, [18, 65, 10**30], "b c"),
    ("age", O.NOT_SPECIFIED, None, "d"),
    ("price", O.MORE, "10.49", "a b"),
    # dates
    ("born", O.IS, "1996-11-21", "a"),
    ("born", O.IS_NOT, "1996-11-21", "b c d"),
    ("born", O.MORE, date(1999, 12, 31), "b"),
    ("born", O.AT_LEAST, "1999-12-31", "b c"),
    ("born", O.LESS, "1999-12-31", "a"),
    ("born", O.AT_MOST, "1999-12-31", "a c"),
    ("born", O.BETWEEN, ["1996-11-21", "1999-12-31"], "a c"),
    ("born", O.ANY_YEAR, NOVEMBER_21, "a"),
    ("born", O.ANY_YEAR, Period(date(2026, 2, 28), date(2026, 2, 28)), "b"),
    ("born", O.ANY_YEAR, Period(date(2028, 2, 28), date(2028, 2, 28)), ""),
    ("born", O.ANY_YEAR, Period(date(2028, 2, 29), date(2028, 2, 29)), "b"),
    ("born", O.ANY_YEAR, Period(date(2026, 12, 30), date(2027, 1, 2)), "c"),
    ("born", O.ANY_YEAR, Period(date(2026, 1, 1), date(2027, 1, 1)), "a b c"),
    # moments: 21:30Z is still the 21st in Kyiv, 22:30Z the 22nd
    ("seen", O.IS, "2026-11-21", "b"),
    ("seen", O.IS, "2026-11-22", "a"),
    ("seen", O.DURING, NOVEMBER_21, "b"),
    ("seen", O.AGO, [0, "days"], "a"),
    ("seen", O.AGO, [1, "days"], "b"),
    ("seen", O.AGO, [1, "months"], "c"),
    ("seen", O.AGO, [1, "hours"], "a"),
    ("seen", O.ANY_YEAR, NOVEMBER_21, "b"),
    ("local", O.IS, "2026-11-22", "a"),
    ("local", O.MORE, "2026-11-20", "a"),
    # the rest
    ("vip", O.IS, True, "a"),
    ("vip", O.IS_NOT, True, "b c d"),
    ("tags", O.ANY_OF, ["red", "green"], "a b"),
    ("tags", O.ALL_OF, ["red", "blue"], "a"),
    ("tags", O.NONE_OF, ["blue"], "b c d"),
    ("tags", O.SPECIFIED, None, "a b"),
    ("doc", O.SPECIFIED, None, "a"),
    ("net", O.IS, "10.0.0.1/32", "a"),
]


@pytest.mark.parametrize(("column", "operator", "value", "expected"), CASES)
def test_conditions_match(settings, people, column, operator, value, expected):
    assert keys(settings, Comparing(column, operator, value)) == expected


def test_conditions_combine(settings, people):
    kyiv, adult = Comparing("city", O.CONTAINS, "kyiv"), Comparing("age", O.AT_LEAST, 30)
    assert keys(settings, AllOf((kyiv, adult))) == "a"
    assert keys(settings, AnyOf((kyiv, adult))) == "a b c"
    assert keys(settings, NoneOf((kyiv, adult))) == "d"
    assert keys(settings, AllOf((AnyOf((kyiv, adult)), NoneOf((adult,))))) == "b"
    assert keys(settings, AllOf(())) == "a b c d"
    assert keys(settings, AnyOf(())) == ""
    assert keys(settings, NoneOf(())) == "a b c d"


def test_keys_come_in_their_normal_form_and_once(settings, people):
    everybody = AllOf(())
    assert keys(settings, everybody, column="mail", kind=KeyKind.EMAIL) == (
        "a@x.example b@x.example c@x.example d@x.example"
    )
    assert keys(settings, everybody, column="mail") == (
        " A@X.example b@x.example c@x.example d@x.example"
    )


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (Comparing("age", O.CONTAINS, "1"), "age: a column of type integer cannot be asked"),
        (Comparing("age", O.MORE, "many"), "age: the value must be a number."),
        (Comparing("age", O.BETWEEN, [1]), "age: two values are needed."),
        (Comparing("age", O.IN, []), "age: the value must be a list with at least one entry."),
        (Comparing("born", O.IS, "21.11.2026"), "born: the value must be a date like 2026-11-21."),
        (Comparing("born", O.DURING, "today"), "born: the value must be a period that ends after"),
        (Comparing("seen", O.AGO, [1, "eras"]), "seen: the value must be a number of hours, days"),
        (Comparing("vip", O.IS, "yes"), "vip: the value must be yes or no."),
        (Comparing("city", O.IS, None), "city: the value must be a text."),
        (Comparing("city", O.IS, "nul\x00"), "city: the value holds a character that no database"),
        (Comparing("city", O.IN, ["x"] * 10_001), "city: the list is longer than 10000 entries."),
    ],
)
def test_a_condition_that_does_not_fit_is_refused_by_the_columns_name(
    settings, people, condition, said
):
    with pytest.raises(WrongCondition) as raised:
        keys(settings, condition)
    assert raised.value.message.startswith(said)


def test_a_column_that_is_gone_is_named(settings, people):
    with pytest.raises(SourceUnavailable) as raised:
        keys(settings, Comparing("gone", O.SPECIFIED))
    assert raised.value.cause is Cause.TABLE
    assert raised.value.message == "The table public.people has no column 'gone'."


def test_keys_stream_into_another_database_by_blocks(settings, shop):
    shop.run("CREATE TABLE many AS SELECT 'key ' || n AS k FROM generate_series(1, 200000) n; "
             "GRANT SELECT ON many TO reader")  # fmt: skip
    try:
        with psycopg.connect(shop.dsn) as target:
            target.execute("CREATE TEMP TABLE staging (k text)")
            with target.cursor().copy("COPY staging FROM STDIN") as copy:
                count = copy_keys(
                    settings, "public", "many", key_column="k", key_kind=KeyKind.EXTERNAL_ID,
                    where=AllOf(()), into=copy.write,
                )  # fmt: skip
            seen = target.execute("SELECT count(*), min(k), max(k) FROM staging").fetchone()
        assert count == 200_000
        assert seen == (200_000, "key 1", "key 99999")
    finally:
        shop.run("DROP TABLE many")


def test_a_failure_of_the_receiver_is_not_blamed_on_the_source(settings, people):
    def refuse(block) -> None:
        raise psycopg.errors.DiskFull("ours")

    with pytest.raises(psycopg.errors.DiskFull, match="ours"):
        copy_keys(
            settings, "public", "people", key_column="id", key_kind=KeyKind.FIELD,
            where=AllOf(()), into=refuse,
        )  # fmt: skip
    assert keys(settings, AllOf(())) == "a b c d"


def test_the_estimate_knows_a_scan_from_an_index(settings, shop):
    shop.run("CREATE TABLE wide AS SELECT n, n::text AS k FROM generate_series(1, 20000) n; "
             "CREATE INDEX ON wide (n); GRANT SELECT ON wide TO reader; ANALYZE wide")  # fmt: skip
    try:
        place = (settings, "public", "wide")
        key = {"key_column": "k", "key_kind": KeyKind.EXTERNAL_ID}
        one = estimate(*place, **key, where=Comparing("n", O.IS, 7))
        all_ = estimate(*place, **key, where=Comparing("k", O.CONTAINS, "7"))
    finally:
        shop.run("DROP TABLE wide")
    assert (one.rows, one.is_scan, all_.is_scan) == (1, False, True)
    assert one.cost < all_.cost
