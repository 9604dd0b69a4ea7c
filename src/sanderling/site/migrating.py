"""Migrations: applied by one process at a time."""

import contextlib
import gc
import io
import time
from collections.abc import Iterator

from django.core.management import call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor

from sanderling.lib.errors import SanderlingError
from sanderling.postgres import schema

LOCK = 7_316_240_001  # any number, as long as nobody else takes it
AGAIN = 0.2  # seconds until the lock is asked for again


class NotMigrated(SanderlingError):
    """The tables are of an older version than this one."""

    status = 503
    code = "not_migrated"


def migrate() -> int:
    """Apply what is missing and return how many migrations that were.

    The lock makes many machines that start at once wait for the first of them.
    """
    with connection.cursor() as cursor:
        _take_lock(cursor)
        try:
            missing = len(plan())
            if missing:
                with _without_collecting():
                    call_command("migrate", interactive=False, verbosity=0, stdout=io.StringIO())
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return missing


def _take_lock(cursor: CursorWrapper) -> None:
    """Wait for the lock by asking again and again.

    A statement that waits holds a snapshot, and an index that is built concurrently by whoever has
    the lock waits for all snapshots: each waited for the other until PostgreSQL shot one of them.
    """
    while True:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if cursor.fetchone()[0]:
            return
        time.sleep(AGAIN)


@contextlib.contextmanager
def _without_collecting() -> Iterator[None]:
    """Keep Python's collector quiet: 102 migrations took 4.8 s of CPU with it and 3.4 s without.

    Django renders every model again for nearly every step, 6,500 classes in all, and the
    collector walks through all that are still alive again and again (the SQL is 0.9 s of it).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


def require() -> None:
    """Raise NotMigrated when tables are missing: a worker would fail at every turn."""
    missing = len(schema.missing())
    connection.close()  # the worker's loops have connections of their own
    if missing:
        raise NotMigrated(
            f"The database is older than this version (migrations missing: {missing})."
            " Run: sanderling migrate"
        )


def plan() -> list[object]:
    """Return the migrations that are not applied yet."""
    executor = MigrationExecutor(connection)
    return list(executor.migration_plan(executor.loader.graph.leaf_nodes()))
