"""Loops drain ledgers, and one that fails leaves the others and the log alone."""

import logging

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from sanderling.lib.errors import SanderlingError
from sanderling.worker import loops, tidying
from sanderling.worker.failing import LONGEST_PAUSE, Patience
from sanderling.worker.loops import LOOPS, Loop, drain

calls: list[str] = []


def three_pieces_of_work() -> int:
    calls.append("turn")
    return 1 if len(calls) % 4 else 0


class Clock:
    """A clock that is turned by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Loop:
    calls.clear()
    monkeypatch.setattr(loops, "ensure_partitions", three_pieces_of_work)
    return Loop("partitions", "worker.loops:ensure_partitions", "")


def test_a_loop_turns_until_nothing_is_due(db, counting):
    assert drain(counting) == 3
    assert len(calls) == 4


def test_a_loop_that_is_being_drained_in_this_process_is_left_alone(db, counting):
    with loops._busy["partitions"]:
        assert drain(counting) == 0
    assert calls == []


def test_a_loop_stops_between_two_pieces_when_the_worker_stops(db, counting):
    assert drain(counting, stopping=lambda: len(calls) == 2) == 2
    assert len(calls) == 2


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.name)
def test_every_loop_finds_its_verb_and_nothing_to_do_in_an_empty_database(db, loop):
    assert drain(loop) == 0


def test_looking_at_all_ledgers_is_cheap_when_nothing_is_due(db):
    with CaptureQueriesContext(connection) as queries:
        loops.drain_all()
    # Every loop looks every few seconds on every worker, for ever.
    assert len(queries) < 80


def test_a_failing_loop_is_told_with_one_trace_and_then_one_line_each(clock, caplog):
    patience = Patience("sending", clock)
    with caplog.at_level(logging.INFO):
        for _ in range(4):
            patience.attempt(lambda: 1 / 0)
            clock.now += LONGEST_PAUSE
    assert [bool(record.exc_info) for record in caplog.records] == [True, False, False, False]
    assert caplog.records[1].getMessage() == (
        "sending failed (2 in a row), again in 2 s: ZeroDivisionError: division by zero"
    )


@pytest.mark.parametrize("error", [OperationalError("gone\nmore"), SanderlingError("gone")])
def test_an_error_that_says_all_in_its_message_needs_no_trace(clock, caplog, error):
    def fail() -> None:
        raise error

    Patience("sending", clock).attempt(fail)
    (record,) = caplog.records
    assert record.exc_info is None
    assert record.getMessage().endswith("Error: gone")


def test_a_failing_loop_rests_longer_and_longer_up_to_five_minutes(clock):
    patience = Patience("sending", clock)
    rests = []
    for _ in range(12):
        patience.attempt(lambda: 1 / 0)
        rests.append(patience.not_before - clock.now)
        clock.now = patience.not_before
    assert rests == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_a_resting_loop_does_not_even_try(clock):
    patience = Patience("sending", clock)
    patience.attempt(lambda: 1 / 0)
    tried: list[int] = []
    patience.attempt(lambda: tried.append(1))
    assert tried == []
    clock.now = patience.not_before
    patience.attempt(lambda: tried.append(1))
    assert tried == [1]
    assert (patience.failures, patience.not_before) == (0, 0.0)


def test_wake_ups_of_dead_workers_are_forgotten_and_those_of_the_living_kept(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now()), (now() - interval '2 minutes') RETURNING id"
        )
        (living,), (dead,) = cursor.fetchall()
        for worker in (living, dead, None):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id)"
                " VALUES ('sending', 'sending', '{}', 'doing', %s)",
                [worker],
            )
        assert tidying.forget_stalled_wake_ups() == 0
        cursor.execute("SELECT worker_id FROM procrastinate_jobs WHERE status = 'doing'")
        assert cursor.fetchall() == [(living,)]
