"""Another process of the product, at work on the database of a test: one that can be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connection

from sanderling.exports.models import Export
from sanderling.postgres.statements import fetch, fetch_value

LIVES = (
    "EXISTS (SELECT FROM pg_stat_activity WHERE pid = lease_pid AND backend_start = lease_since)"
)
PATIENCE = 60.0  # seconds for anything that another process does
WORK = "import django\ndjango.setup()\n"


def environment() -> dict[str, str]:
    """Return what makes another process work on the database of this test."""
    own = connection.get_connection_params()
    url = (
        f"postgresql://{own['user']}@/{own['dbname']}"
        f"?host={quote(str(own['host']), safe='')}&port={own['port']}"
    )
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "sanderling.site.settings",
        "SANDERLING_HOME": str(settings.HOME),
    }


def begin(work: str, *words: str) -> "subprocess.Popen[bytes]":
    """Begin to run some Python with Django set up."""
    return subprocess.Popen([sys.executable, "-c", WORK + work, *words], env=environment())


def kill(worker: "subprocess.Popen[bytes]") -> None:
    """``kill -9``; return when it is gone."""
    worker.kill()
    worker.wait(PATIENCE)


def kill_one_that_waits(work: str, *, table: str, mode: str = "EXCLUSIVE") -> None:
    """Begin the work and kill it where it first wants the table, which we hold.

    So the place of its death is exact: everything before that statement was done, and nothing
    after it.
    """
    before = sessions()
    own = connection.get_connection_params()
    wanted = {name: own[name] for name in ("dbname", "user", "host", "port")}
    with psycopg.connect(**wanted) as holder:
        holder.execute(f"LOCK TABLE {table} IN {mode} MODE")
        worker = begin(work)
        try:
            _wait_for_its_lock(table, worker)
        finally:
            kill(worker)
    # The dead worker's session notices that nobody listens.
    until(lambda: not sessions() - before, "the end of the dead worker's session")


def _wait_for_its_lock(table: str, worker: "subprocess.Popen[bytes]") -> None:
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %(table)s::regclass"

    def waits() -> bool:
        assert worker.poll() is None, "the worker ended without a wait"
        return bool(fetch_value(query, {"table": table}))

    until(waits, f"a worker that wants {table}")


def sessions() -> set[int]:
    """Return the other sessions of this database."""
    rows = fetch(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return {pid for (pid,) in rows}


def until(is_so: Callable[[], bool], what: str, *, seconds: float = PATIENCE) -> None:
    """Wait until it is so; fail when that takes longer than anything should."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.02)


def until_free(export: Export) -> None:
    """Wait until our server has seen that the session of a killed process is gone."""
    rows = Export.objects.filter(pk=export.pk).extra(where=[LIVES])
    until(lambda: not rows.exists(), "the lease of a killed worker to end")
