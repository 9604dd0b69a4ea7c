"""A connection that a loop listens to: what it hears, also of a database that goes away."""

import selectors
import time

import psycopg
import pytest
from django.db import connection

from sanderling.postgres import conversing
from sanderling.postgres.conversing import Conversation, connect, numbered

ADD = numbered("SELECT %(a)s::int + %(b)s::int, NULL", ["a", "b"])
pytestmark = pytest.mark.django_db(transaction=True)


class Loop:
    """A loop with one conversation, and what was heard in it."""

    def __init__(self):
        self.poller = selectors.DefaultSelector()
        self.heard = []
        self.lost = []
        self.raw = connect()
        self.talk = Conversation(self.raw, self.poller, self.lost.append)

    def ask(self, statement, *params):
        self.talk.ask(statement, params, lambda rows, error: self.heard.append((rows, error)))

    def turn_until(self, is_so):
        enough = time.monotonic() + 20
        while not is_so() and time.monotonic() < enough:
            for key, _ in self.poller.select(0.1):
                key.data(key.fileobj)
        assert is_so()

    def answer_to(self, statement, *params):
        self.heard.clear()
        self.ask(statement, *params)
        self.turn_until(lambda: self.heard)
        ((rows, error),) = self.heard
        return rows, error


@pytest.fixture
def loop():
    loop = Loop()
    yield loop
    loop.talk.close()
    loop.poller.close()


def test_a_statement_is_answered_in_the_loop(loop):
    assert loop.talk.is_idle
    loop.ask(ADD, b"1", b"2")
    assert not loop.talk.is_idle
    loop.turn_until(lambda: loop.heard)
    assert loop.heard == [([(b"3", None)], None)]
    assert loop.talk.is_idle
    assert loop.answer_to(ADD, b"4", b"5") == ([(b"9", None)], None)


def test_a_refused_statement_says_why_and_the_next_one_is_answered(loop):
    rows, error = loop.answer_to(ADD, b"x", b"2")
    assert rows == []
    assert isinstance(error, psycopg.errors.InvalidTextRepresentation)
    assert loop.answer_to(ADD, b"1", b"1") == ([(b"2", None)], None)
    assert isinstance(loop.answer_to(b"SELECT nothing")[1], psycopg.errors.UndefinedColumn)
    assert loop.lost == []


def test_a_long_statement_is_sent_as_the_socket_takes_it(loop):
    long = b"x" * 8_000_000
    assert loop.answer_to(b"SELECT length($1::text)", long) == ([(b"8000000",)], None)


def test_where_a_pooler_gives_us_another_session_the_statement_is_run_all_the_same(loop):
    assert loop.answer_to(ADD, b"1", b"2") == ([(b"3", None)], None)
    loop.raw.pgconn.exec_(b"DEALLOCATE ALL")
    assert loop.answer_to(ADD, b"3", b"4") == ([(b"7", None)], None)
    assert loop.answer_to(ADD, b"5", b"6") == ([(b"11", None)], None)


def test_a_database_that_goes_while_nothing_is_asked_is_noticed(loop):
    assert loop.answer_to(ADD, b"1", b"2")[1] is None
    end_session(loop.raw)
    loop.turn_until(lambda: loop.lost)
    assert loop.lost == [loop.talk]
    assert not loop.talk.is_idle
    assert len(loop.heard) == 1


def test_who_waits_hears_that_the_database_went(loop):
    loop.ask(b"SELECT pg_sleep(60)")
    end_session(loop.raw)
    loop.turn_until(lambda: loop.heard)
    ((rows, error),) = loop.heard
    assert rows == []
    assert isinstance(error, psycopg.OperationalError)
    assert loop.lost == [loop.talk]


def test_a_database_that_never_answers_is_given_up(loop):
    process = loop.raw.info.backend_pid
    loop.ask(b"SELECT pg_sleep(60)")
    loop.talk.look_at_the_clock(time.monotonic() + conversing.PATIENCE - 5)
    assert loop.heard == []
    loop.talk.look_at_the_clock(time.monotonic() + conversing.PATIENCE + 1)
    assert isinstance(loop.heard[0][1], conversing.Broken)
    assert loop.lost == [loop.talk]
    end(process)  # it does not know that nobody listens


def end_session(raw):
    end(raw.info.backend_pid)


def end(process):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [process])
