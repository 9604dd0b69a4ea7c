"""Statements in files, COPY and locks, on the real database."""

import json

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from psycopg import sql
from together import at_once

from sanderling.postgres import advisory
from sanderling.postgres.copying import blocks_of, copy_between, copy_rows
from sanderling.postgres.statements import (
    Statements,
    execute,
    fetch,
    fetch_dicts,
    fetch_one,
    fetch_value,
    own_connection,
)


@pytest.fixture
def second(db):
    """A second connection to the same database, as another server would be."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as second:
        yield second


@pytest.fixture
def table(db):
    execute("CREATE TEMP TABLE pebble (n int, name text, extra jsonb) ON COMMIT DROP")
    return "pebble"


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A package with one SQL file."""
    (tmp_path / "shore" / "sql").mkdir(parents=True)
    (tmp_path / "shore" / "__init__.py").touch()
    (tmp_path / "shore" / "sql" / "count_pebbles.sql").write_text(
        "-- count_pebbles: 100 %% of them.\n"
        "CREATE TEMP TABLE counted AS SELECT generate_series(1, %(most)s) AS n;\n"
        "SELECT count(*), max(n) FROM counted;\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return Statements("shore")


def test_a_file_of_two_statements_gives_the_rows_of_the_last(db, room):
    assert room.rows("count_pebbles", {"most": 7}) == [(7, 7)]
    assert room["count_pebbles"].startswith("-- count_pebbles: 100 %% of them.")


def test_a_missing_file_is_named(room):
    with pytest.raises(FileNotFoundError, match=r"sql/lose_pebbles\.sql"):
        room["lose_pebbles"]


def test_rows_come_as_tuples_or_dictionaries(db, table):
    assert execute("INSERT INTO pebble VALUES (1, 'a', NULL), (2, 'b', NULL)") == 2
    assert fetch("SELECT n, name FROM pebble ORDER BY n") == [(1, "a"), (2, "b")]
    assert fetch_dicts("SELECT n, name FROM pebble WHERE n = %(n)s", {"n": 2}) == [
        {"n": 2, "name": "b"}
    ]
    assert fetch_one("SELECT n FROM pebble WHERE n = %s", [3]) is None
    assert fetch_value("SELECT max(n) FROM pebble") == 2
    assert execute("UPDATE pebble SET name = 'c' WHERE n > 1") == 1


def test_json_goes_in_and_comes_out_as_values(db, table):
    extra = {"a": [1, None, "ж"]}
    execute("INSERT INTO pebble (extra) VALUES (%(extra)s)", {"extra": extra})
    assert fetch("SELECT extra, extra->'a' FROM pebble") == [(extra, extra["a"])]


def test_composed_statements_run_too(db, table):
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    assert fetch_value(query) == 0


def test_django_counts_our_queries(db, django_assert_num_queries):
    with django_assert_num_queries(2):
        execute("SELECT 1")
        fetch("SELECT 2")


def test_a_wrong_statement_raises_djangos_error(db):
    with (
        pytest.raises(ProgrammingError, match='relation "nowhere" does not exist'),
        transaction.atomic(),
    ):
        fetch("SELECT * FROM nowhere")


def test_rows_of_python_values_are_copied_in(db, table):
    rows = [(1, "tab\there", json.dumps({"a": 1})), (2, None, None), (3, "back\\slash", None)]
    copied = copy_rows(own_connection(), table, columns=["n", "name", "extra"], rows=rows)
    assert copied == 3
    assert fetch("SELECT n, name, extra FROM pebble ORDER BY n") == [
        (1, "tab\there", {"a": 1}),
        (2, None, None),
        (3, "back\\slash", None),
    ]


@pytest.mark.parametrize("form", ["text", "binary"])
def test_rows_pass_between_two_servers_by_blocks(db, table, second, form):
    query = "SELECT n, 'stone ' || n FROM generate_series(1, %(most)s) AS n"
    copied = copy_between(
        second,
        query,
        params={"most": 50_000},
        target=own_connection(),
        table=table,
        columns=["n", "name"],
        form=form,
    )
    assert copied == 50_000
    assert fetch("SELECT count(*), sum(n), max(name) FROM pebble") == [
        (50_000, 1_250_025_000, "stone 9999")
    ]


def test_a_failing_source_leaves_nothing_behind(db, table, second):
    query = "SELECT 1 / (3 - n), 'x' FROM generate_series(1, 5) AS n"
    with pytest.raises(psycopg.errors.DivisionByZero), transaction.atomic():
        copy_between(second, query, target=own_connection(), table=table, columns=["n", "name"])
    assert fetch_value("SELECT count(*) FROM pebble") == 0


def test_blocks_are_copy_text(second):
    assert (
        b"".join(map(bytes, blocks_of(second, "VALUES (1, NULL), (2, 'b')"))) == b"1\t\\N\n2\tb\n"
    )


def test_rows_of_copy_come_joined_and_whole(second):
    query = "SELECT n FROM generate_series(1, 5000) AS n"
    blocks = [bytes(block) for block in blocks_of(second, query, size=4096)]
    assert len(blocks) == 6
    assert all(block.endswith(b"\n") for block in blocks)
    assert b"".join(blocks) == b"".join(b"%d\n" % n for n in range(1, 5001))


def test_a_copy_that_fails_on_its_way_says_why_and_leaves_the_connection_usable(second):
    query = "SELECT 1 / (3000 - n) FROM generate_series(1, 5000) AS n"
    came = []
    with pytest.raises(psycopg.errors.DivisionByZero):
        came.extend(blocks_of(second, query, size=1024))
    assert came
    second.rollback()
    assert second.execute("SELECT 1").fetchone() == (1,)


def test_a_copy_that_nobody_reads_to_its_end_leaves_the_connection_usable(second):
    blocks = blocks_of(second, "SELECT n FROM generate_series(1, 1000000) AS n")
    next(blocks)
    blocks.close()
    second.rollback()
    assert second.execute("SELECT 1").fetchone() == (1,)


def test_a_lock_by_name_excludes_another_transaction(transactional_db):
    def elsewhere() -> list[bool]:
        with transaction.atomic():
            return [advisory.try_lock("export 7"), advisory.try_lock("export 8")]

    with transaction.atomic():
        advisory.lock("export 7")
        assert at_once(elsewhere) == [[False, True]]
    assert at_once(elsewhere) == [[True, True]]


def test_a_lock_outside_a_transaction_is_a_mistake(transactional_db):
    with pytest.raises(AssertionError, match="without a transaction"):
        advisory.lock("anything")
