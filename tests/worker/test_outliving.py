"""A worker outlives its database, and says so in one line instead of a hundred."""

import contextlib
import logging
import signal
import subprocess
import sys
import time

import psycopg
import pytest
from another_process import environment
from django.db import connection
from procrastinate.exceptions import ConnectorException

from sanderling.worker.running import is_news


@pytest.mark.slow
def test_a_worker_waits_for_a_database_that_is_away_and_goes_on(transactional_db, tmp_path):
    log = tmp_path / "log"
    told = {**environment(), "SANDERLING_LOG_LEVEL": "INFO"}
    with log.open("wb") as out:
        worker = subprocess.Popen(
            [sys.executable, "-m", "sanderling", "worker"], env=told, stdout=out, stderr=out
        )
    try:
        until(workers_there)
        connection.close()
        with away():
            until(lambda: "Our database went away" in log.read_text())
        until(lambda: "Our database is back; the worker goes on." in log.read_text())
        until(workers_there)
        assert worker.poll() is None
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    finally:
        worker.kill()
        worker.wait(60)
    lines = [line for line in log.read_text().splitlines() if " failed (" not in line]
    assert [line.split(" ", 3)[3][:8] for line in lines] == ["Our data"] * 2 + [
        "Stopping",
        "Stopped.",
    ]


def test_only_what_an_absent_database_makes_others_say_is_hushed():
    gone = ConnectorException()
    try:
        raise ConnectorException from psycopg.OperationalError("gone")
    except ConnectorException as error:
        gone = error
    assert not is_news(record("procrastinate.worker", "Side task failed", gone))
    assert not is_news(record("psycopg.pool", "error connecting in 'pool-1': refused", None))
    assert not is_news(record("psycopg", "query cancellation failed: it is gone", None))
    assert is_news(record("psycopg", "a notice of the server", None))
    assert is_news(record("procrastinate.worker", "Job failed", ValueError("a bug")))
    assert is_news(record("sanderling.worker.failing", "sending failed", gone))


def record(name, words, error):
    told = (type(error), error, None) if error else None
    return logging.LogRecord(name, logging.ERROR, __file__, 1, words, None, told)


def workers_there():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        return cursor.fetchone()[0] == 1


@contextlib.contextmanager
def away():
    """Close the database of this test to everybody, as a server that is down would."""
    own = connection.get_connection_params()
    wanted = {k: own[k] for k in ("user", "host", "port")}
    name = connection.settings_dict["NAME"]
    with psycopg.connect(**wanted, dbname="postgres", autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND backend_type = 'client backend'",
                [name],
            )
            yield
        finally:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def until(is_so):
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
