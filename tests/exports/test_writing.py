"""The writer by itself, fed by hand: what no query of ours would ever give it."""

import os
import signal
from collections.abc import Callable, Iterator

import psycopg
import pytest

from sanderling.connectors import opening
from sanderling.connectors.drivers.chunks import Chunk, Overtaken, Place
from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.postgres import deadlines, writing
from sanderling.connectors.drivers.postgres.writing import Destination
from sanderling.connectors.drivers.postgres.writing_tables import Target

TEAS = Target("teas", {"id": "bigint", "name": "varchar(5)", "more": "json"}, key=("id",))


@pytest.fixture
def destination(world) -> Iterator[Destination]:
    with writing.opened(opening.settings_of(world.connector), "public") as opened:
        yield opened


@pytest.fixture
def rows(world) -> Callable[..., Callable]:
    """Return a function that makes the COPY data of (id, name) pairs."""

    def of(*pairs):
        def blocks(names):
            listed = ", ".join(f"({number}::bigint, '{name}')" for number, name in pairs)
            columns = {"id": "v.id", "name": "v.name::text", "more": "'{}'::json"}
            query = (
                f"COPY (SELECT {', '.join(columns[n] for n in names)} "
                f"FROM (VALUES {listed}) AS v (id, name)) TO STDOUT (FORMAT binary)"
            )
            with psycopg.connect(world.shop.dsn) as source, source.cursor().copy(query) as copy:
                yield from copy

        return blocks

    return of


def place(low: int) -> Place:
    return Place("us", 1, "here", low)


def write(destination, rows, before=None, low=10, target=TEAS):
    return destination.write(target, Chunk(before, place(low), rows))


def test_two_rows_with_one_key_do_not_stop_a_first_load(world, destination, rows):
    written = write(destination, rows((1, "a"), (1, "a"), (2, "b")))
    assert (written.counts.read, written.counts.written) == (3, 2)
    assert world.rows("SELECT id, name FROM teas ORDER BY id") == [(1, "a"), (2, "b")]


def test_two_rows_with_one_key_do_not_stop_a_merge(world, destination, rows):
    first = write(destination, rows((1, "a")))
    write(destination, rows((1, "c"), (1, "c"), (3, "d")), first.place, 20)
    assert world.rows("SELECT id, name FROM teas ORDER BY id") == [(1, "c"), (3, "d")]


def test_the_same_rows_again_write_nothing(world, destination, rows):
    first = write(destination, rows((1, "a"), (2, "b")))
    before = world.rows("SELECT ctid::text FROM teas")
    second = write(destination, rows((1, "a"), (2, "b")), first.place, 20)
    assert (second.counts.read, second.counts.written) == (2, 0)
    assert world.rows("SELECT ctid::text FROM teas") == before


def test_a_server_that_stands_still_is_not_waited_for_without_an_end(
    world, destination, rows, monkeypatch
):
    """Its kernel still answers, so neither its own timeouts nor TCP would end the wait."""
    write(destination, rows((1, "a")))
    monkeypatch.setattr(writing, "LONGEST_STATEMENT", 1)
    monkeypatch.setattr(deadlines, "GRACE_SECONDS", 0.2)
    server = destination._connection.info.backend_pid

    def stopping(names):
        os.kill(server, signal.SIGSTOP)
        yield from rows((2, "b"))(names)

    try:
        with pytest.raises(SourceUnavailable) as caught:
            write(destination, stopping, place(10), 20)
    finally:
        os.kill(server, signal.SIGCONT)
    assert caught.value.cause is Cause.TIMEOUT
    assert world.rows("SELECT id FROM teas") == [(1,)]


def test_a_late_worker_writes_nothing(world, destination, rows):
    first = write(destination, rows((1, "a")))
    write(destination, rows((2, "b")), first.place, 20)
    with pytest.raises(Overtaken):
        write(destination, rows((3, "c")), first.place, 15)
    assert world.rows("SELECT id FROM teas ORDER BY id") == [(1,), (2,)]
    assert world.rows("SELECT low FROM _sanderling_state") == [(20,)]


def test_a_chunk_that_fails_leaves_neither_rows_nor_place(world, destination, rows):
    def half(names):
        yield from rows((1, "a"))(names)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(destination, half)
    assert world.rows("SELECT count(*) FROM pg_class WHERE relname = 'teas'") == [(0,)]
    write(destination, rows((1, "a")))
    assert world.rows("SELECT id FROM teas") == [(1,)]


def test_a_value_too_long_in_rows_without_a_key_widens_and_none_is_doubled(
    world, destination, rows
):
    facts = Target("facts", {"id": "bigint", "name": "varchar(5)"})
    first = write(destination, rows((1, "a")), target=facts)
    written = write(destination, rows((1, "a"), (2, "b" * 60)), first.place, 20, target=facts)
    assert written.notes == [
        'The column "name" was widened to varchar(100): a value has 60 characters.'
    ]
    assert world.rows("SELECT id, length(name) FROM facts ORDER BY 1, 2") == [
        (1, 1),
        (1, 1),
        (2, 60),
    ]


def test_every_transaction_may_meet_another_server_session(world, destination, rows):
    """As behind a pooler in transaction mode: nothing is left in a session, or asked of it."""

    class Pooled(Destination):
        def _transaction(self):
            with psycopg.connect(world.shop.dsn, autocommit=True, prepare_threshold=None) as fresh:
                self._connection = fresh
                with super()._transaction() as connection:
                    yield connection

        import contextlib

        _transaction = contextlib.contextmanager(_transaction)

    pooled = Pooled(destination._connection, destination._settings, "public")
    first = write(pooled, rows((1, "a")))
    for number in range(2, 9):  # more than the five after which psycopg would prepare
        first = write(pooled, rows((1, "b"), (number, "c")), first.place, number * 10)
    assert world.rows("SELECT count(*) FROM teas") == [(8,)]
    assert pooled.place("teas") == first.place
