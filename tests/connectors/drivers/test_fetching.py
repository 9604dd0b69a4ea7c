"""Rows by key: what matches, in which order, how much, and what protects the customer."""

import os
import signal
import time
from dataclasses import replace
from itertools import chain

import another_process
import psycopg
import pytest
from together import at_once

from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.postgres import deadlines, describing, pooling
from sanderling.connectors.drivers.postgres.fetching import rows_of
from sanderling.connectors.drivers.tables import Fetched, KeyKind, TooManyRows


@pytest.fixture
def shelf(shop):
    """Make a table for one test; called with its columns and rows."""

    def made(columns: str, *statements: str) -> str:
        shop.run(f"DROP TABLE IF EXISTS shelf; CREATE TABLE shelf ({columns})")
        for statement in statements:
            shop.run(statement)
        shop.run("GRANT SELECT ON shelf TO reader")
        return "shelf"

    yield made
    shop.run("DROP TABLE IF EXISTS shelf")


def fetched(settings, table, column, keys, kind, **more) -> Fetched:
    return rows_of(settings, "public", table, key_column=column, keys=keys, key_kind=kind, **more)


def names(found: Fetched, column: str) -> dict[str, list[str]]:
    return {key: [row[column] for row in rows] for key, rows in found.rows.items()}


def test_emails_match_lower_case_and_trimmed_in_the_order_of_the_primary_key(settings):
    keys = ["DINA@sandpiper.example ", "ivan@sandpiper.example", "ghost@sandpiper.example", ""]
    found = fetched(settings, "promo_codes", "email", keys, KeyKind.EMAIL)
    assert names(found, "id") == {
        "DINA@sandpiper.example ": ["1", "2"],
        "ivan@sandpiper.example": ["3"],
    }
    assert found.rows["ivan@sandpiper.example"] == [
        {
            "id": "3",
            "email": "ivan@sandpiper.example",
            "name": "Ivan",
            "birthday": "1990-02-28T00:00:00Z",
            "promo_code": "",
        }
    ]
    assert found.cut == frozenset()


@pytest.mark.parametrize(
    "index",
    ["", "CREATE INDEX ON shelf (mail)", "CREATE INDEX ON shelf (lower(mail))",
     "CREATE INDEX ON shelf (lower(btrim(mail)))", "CREATE INDEX ON shelf (lower(trim(mail)))"],
)  # fmt: skip
def test_every_email_is_found_whatever_index_there_is(settings, shelf, index):
    shelf("n int PRIMARY KEY, mail varchar(100)", index or "SELECT 1",
          "INSERT INTO shelf VALUES (1, 'a@x.example'), (2, 'A@X.example'), (3, NULL)")  # fmt: skip
    found = fetched(settings, "shelf", "mail", ["a@x.example", "A@x.Example"], KeyKind.EMAIL)
    assert names(found, "n") == {"a@x.example": ["1", "2"], "A@x.Example": ["1", "2"]}


def test_a_plain_index_serves_when_all_emails_are_normal(settings, shelf, shop):
    shelf("n int PRIMARY KEY, mail text UNIQUE",
          "INSERT INTO shelf SELECT n, 'p' || n || '@x.example' FROM generate_series(1, 50000) n",
          "ANALYZE shelf")  # fmt: skip
    scans = "SELECT seq_scan, idx_scan FROM pg_stat_all_tables WHERE relname = 'shelf'"
    fetched(settings, "shelf", "mail", ["P7@x.example"], KeyKind.EMAIL)
    pooling.close_all()  # a session reports its counts at its end
    before = settled(shop, scans)
    found = fetched(settings, "shelf", "mail", ["P8@x.example"], KeyKind.EMAIL)
    assert names(found, "n") == {"P8@x.example": ["8"]}
    pooling.close_all()
    assert settled(shop, scans, other_than=before) == [(before[0][0], before[0][1] + 1)]


def settled(shop, query, other_than=None):
    """Ask until the statistics have arrived."""
    deadline = time.monotonic() + 5
    seen = shop.run(query)
    while seen == other_than and time.monotonic() < deadline:
        seen = shop.run(query)
    return seen


def test_phones_match_by_their_digits(settings, shelf):
    rows = "(1, '+380 (50) 123-45-67'), (2, '380501234567'), (3, '')"
    for index in ("SELECT 1", "CREATE INDEX ON shelf (phone)"):
        shelf("n int PRIMARY KEY, phone text", index, f"INSERT INTO shelf VALUES {rows}")
        describing.forget(settings)
        found = fetched(settings, "shelf", "phone", ["+380501234567", "no digits"], KeyKind.PHONE)
        assert names(found, "n") == {"+380501234567": ["1", "2"]}


def test_rows_of_two_spellings_are_one_list_with_one_limit(settings, shelf):
    shelf(
        "n int PRIMARY KEY, phone text, mail citext, id numeric",
        "CREATE INDEX ON shelf (phone)",
        "INSERT INTO shelf VALUES (1, '+7', 'a@x', 5), (2, '7', 'A@x', 5.0), (3, '+7', 'a@X', 5)",
    )
    by = {"phone": ("7", KeyKind.PHONE), "mail": ("a@x", KeyKind.EMAIL), "id": ("5", KeyKind.FIELD)}
    for column, (key, kind) in by.items():
        found = fetched(settings, "shelf", column, [key], kind, limit_per_key=2)
        assert (names(found, "n"), found.cut) == ({key: ["1", "2"]}, {key})


def test_tidy_phones_match_by_the_plain_index_with_and_without_plus(settings, shelf):
    shelf(
        "n int PRIMARY KEY, phone text",
        "CREATE INDEX ON shelf (phone)",
        "INSERT INTO shelf VALUES (1, '+380501234567'), (2, '380501234567'), (3, '1')",
    )
    found = fetched(settings, "shelf", "phone", ["380 50 1234567"], KeyKind.PHONE)
    assert names(found, "n") == {"380 50 1234567": ["1", "2"]}


@pytest.mark.parametrize(
    ("type_", "values", "keys", "expected"),
    [
        ("text", "'Ab', 'ab', ' Ab'", ["Ab"], {"Ab": ["Ab"]}),
        ("bigint", "7, 70", ["7", "007", " 7", "x", "9" * 30, "-1"], {"7": ["7"]}),
        ("smallint", "7", ["7", "70000"], {"7": ["7"]}),
        ("numeric(10,2)", "7, 7.5", ["7", "7.50", "NaN", "x"], {"7": ["7.00"], "7.50": ["7.50"]}),
        (
            "uuid",
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
            ["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "x"],
            {"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11": ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]},
        ),
        ("char(5)", "'ab'", ["ab"], {"ab": ["ab   "]}),
        ("colour", "'red'", ["red", "purple"], {"red": ["red"]}),
        ("citext", "'Ab'", ["Ab"], {"Ab": ["Ab"]}),
        ("percentage", "5", ["5", "500"], {"5": ["5"]}),
    ],
)
def test_external_ids_match_exactly_in_the_type_of_the_column(
    settings, shelf, type_, values, keys, expected
):
    rows = ", ".join(f"({value})" for value in values.split(", "))
    shelf(f"k {type_}", f"INSERT INTO shelf VALUES {rows}")
    found = fetched(settings, "shelf", "k", keys, KeyKind.EXTERNAL_ID)
    assert names(found, "k") == expected


def test_names_with_quotes_blanks_and_per_cent_signs_are_harmless(settings, shelf):
    shelf('"k""; DROP TABLE promo_codes; --" text, "%s %(x)s" int, k int, n int',
          "INSERT INTO shelf VALUES ('it''s', 1, 2, 3), ('%s', 4, 5, 6)")  # fmt: skip
    keys = ["it's", "%s", "back\\slash", "nul\x00byte", "'; DROP TABLE promo_codes; --", "{a,b}"]
    column = 'k"; DROP TABLE promo_codes; --'
    found = fetched(settings, "shelf", column, keys, KeyKind.FIELD)
    assert found.rows["it's"] == [{column: "it's", "%s %(x)s": "1", "k": "2", "n": "3"}]
    assert names(found, "n") == {"it's": ["3"], "%s": ["6"]}


def test_rows_beyond_the_limit_are_cut_and_reported(settings, shelf):
    shelf("n int PRIMARY KEY, k text",
          "INSERT INTO shelf SELECT n, 'many' FROM generate_series(150, 1, -1) n",
          "INSERT INTO shelf SELECT n, 'few' FROM generate_series(200, 299) n")  # fmt: skip
    found = fetched(settings, "shelf", "k", ["many", "few"], KeyKind.EXTERNAL_ID)
    assert names(found, "n")["many"] == [str(n) for n in range(1, 101)]
    assert len(found.rows["few"]) == 100
    assert found.cut == {"many"}
    with pytest.raises(TooManyRows, match=r"More than 50 rows of public\.shelf match one batch"):
        fetched(settings, "shelf", "k", ["many"], KeyKind.EXTERNAL_ID, row_budget=50)


def test_only_the_asked_columns_are_read(settings):
    found = fetched(settings, "promo_codes", "id", ["1", "3"], KeyKind.FIELD, columns=["name"])
    assert found.rows == {"1": [{}], "3": [{"name": "Ivan"}]}


def test_a_source_table_dropped_in_the_middle_is_named(settings, shelf, shop):
    shelf("k text", "INSERT INTO shelf VALUES ('a')")
    assert fetched(settings, "shelf", "k", ["a"], KeyKind.FIELD).rows == {"a": [{"k": "a"}]}
    shop.run("DROP TABLE shelf")
    with pytest.raises(SourceUnavailable) as raised:
        fetched(settings, "shelf", "k", ["a"], KeyKind.FIELD)
    assert (raised.value.cause, raised.value.is_passing) == (Cause.TABLE, False)
    shelf("k text, added int DEFAULT 1", "INSERT INTO shelf VALUES ('a')")
    again = fetched(settings, "shelf", "k", ["a"], KeyKind.FIELD)
    assert again.rows == {"a": [{"k": "a", "added": "1"}]}


def test_a_locked_table_is_not_waited_for(settings, shop):
    with psycopg.connect(shop.dsn) as locking:
        locking.execute("LOCK TABLE promo_codes IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(SourceUnavailable) as raised:
            fetched(settings, "promo_codes", "id", ["1"], KeyKind.FIELD, statement_timeout=0.2)
    assert (raised.value.cause, raised.value.is_passing) == (Cause.TIMEOUT, True)
    assert len(fetched(settings, "promo_codes", "id", ["1"], KeyKind.FIELD).rows) == 1


def test_nothing_can_be_written_even_by_the_owner(owner_settings):
    with (
        pytest.raises(SourceUnavailable) as raised,
        pooling.reading(owner_settings) as connection,
    ):
        connection.execute("CREATE TABLE mine (n int)")
    assert raised.value.cause is Cause.QUERY
    assert raised.value.message == "The database refused the query (25006)."


def test_limits_hold_inside_and_leave_no_trace_outside(settings):
    shown = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"
    with pooling.reading(settings, statement_timeout=7, lock_timeout=1.5) as connection:
        assert connection.execute(shown).fetchone() == ("7s", "1500ms")
        pid = connection.info.backend_pid
    with pooling.pool_of(settings).connection() as connection:
        assert connection.info.backend_pid == pid
        assert connection.execute(shown).fetchone() == ("0", "0")


def test_two_connections_are_kept_and_a_third_user_waits_or_is_told(settings):
    with pooling.reading(settings), pooling.reading(settings) as second:
        with (
            pytest.raises(SourceUnavailable) as raised,
            pooling.reading(settings, statement_timeout=0.05),
        ):
            pass
        assert raised.value.cause is Cause.BUSY
        pid = second.info.backend_pid
    with pooling.reading(settings) as connection:
        assert connection.info.backend_pid == pid or not connection.closed


def test_a_connection_that_the_server_ended_is_replaced(settings, shop):
    with pooling.reading(settings) as connection:
        pid = connection.info.backend_pid
    ended = f"SELECT pg_terminate_backend({pid}, 5000)"
    assert shop.run(ended) == [(True,)]
    with pooling.reading(settings) as connection:
        assert connection.info.backend_pid != pid


def test_a_connection_that_breaks_in_use_is_lost_and_not_kept(settings, shop):
    def use() -> None:
        with pooling.reading(settings) as connection:
            shop.run(f"SELECT pg_terminate_backend({connection.info.backend_pid}, 5000)")
            connection.execute("SELECT 1")

    with pytest.raises(SourceUnavailable) as raised:
        use()
    assert raised.value.cause is Cause.LOST
    assert len(fetched(settings, "promo_codes", "id", ["1"], KeyKind.FIELD).rows) == 1


def test_a_server_that_hangs_in_mid_query_is_cut_off(settings, monkeypatch):
    monkeypatch.setattr(deadlines, "GRACE_SECONDS", 0.1)
    with pooling.reading(settings) as connection:
        pid = connection.info.backend_pid
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(SourceUnavailable) as raised:
            fetched(settings, "promo_codes", "id", ["1"], KeyKind.FIELD, statement_timeout=0.2)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert (raised.value.cause, raised.value.is_passing) == (Cause.TIMEOUT, True)
    assert raised.value.message == "The database does not answer; the connection was cut."
    assert len(fetched(settings, "promo_codes", "id", ["1"], KeyKind.FIELD).rows) == 1


def test_a_database_that_failed_three_times_is_left_alone(settings):
    gone = replace(settings, host="nowhere.invalid")
    causes = []
    for _ in range(4):
        with pytest.raises(SourceUnavailable) as raised:
            fetched(gone, "promo_codes", "id", ["1"], KeyKind.FIELD)
        causes.append(raised.value.cause)
    assert causes == [Cause.DNS, Cause.DNS, Cause.DNS, Cause.PAUSED]
    assert raised.value.message.startswith("The database failed 3 times in a row; it is tried")


def test_many_threads_share_two_connections(settings, shop):
    def work() -> list[Fetched]:
        return [fetched(settings, "promo_codes", "id", ["1", "2"], KeyKind.FIELD) for _ in range(5)]

    found = list(chain.from_iterable(at_once(*[work] * 6)))
    assert len(found) == 30
    assert {len(one.rows) for one in found} == {2}
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'"
    assert shop.run(sessions)[0][0] <= 2


def test_a_thousand_keys_come_by_the_index(settings, shop, shelf):
    shelf("id int PRIMARY KEY, customer text, name text, total numeric, at timestamptz",
          "INSERT INTO shelf SELECT n, 'c' || n % 100000, 'name ' || n, n / 7.0, now() "
          "FROM generate_series(1, 300000) n",
          "CREATE INDEX ON shelf (customer)", "VACUUM ANALYZE shelf")  # fmt: skip
    keys = [f"c{n * 37 % 100000}" for n in range(1000)]
    scans = "SELECT seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname = 'shelf'"
    ((whole, _),) = shop.run(scans)
    for _ in range(5):
        found = fetched(settings, "shelf", "customer", keys, KeyKind.EXTERNAL_ID)
    assert len(found.rows) == 1000
    assert {len(rows) for rows in found.rows.values()} == {3}
    pooling.close_all()  # a session tells its figures when it ends
    another_process.until(lambda: shop.run(scans)[0][1] >= 5, "the figures")
    assert shop.run(scans)[0][0] - whole < 5  # the index was built by reading the whole
