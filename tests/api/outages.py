"""Ways in which a database lets us down, for tests on the wire."""

import contextlib
from collections.abc import Iterator, Sequence

from django.db import connection, transaction

from sanderling.site.waiting import until

PATIENCE = 30.0


@contextlib.contextmanager
def held(table: str) -> Iterator[None]:
    """Let nobody else read or write a table, so that calls stay where they are."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


@contextlib.contextmanager
def full() -> Iterator[None]:
    """Let nobody else connect, after everybody else has gone."""
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 1")
        try:
            end_all_others()
            yield
        finally:
            cursor.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")


def waiting() -> list[int]:
    """Return the sessions that wait for a lock."""
    return _sessions("SELECT DISTINCT pid FROM pg_locks WHERE NOT granted ORDER BY pid")


def end(sessions: Sequence[int]) -> None:
    """End sessions as an administrator does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", [sessions])


def end_all_others() -> None:
    """End all sessions but our own, and return when they have ended; others may have come since."""
    ended = set(_others())
    end(list(ended))
    until(lambda: not ended & set(_others()), "the end of the sessions", seconds=PATIENCE)


def _others() -> list[int]:
    return _sessions(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )


def _sessions(query: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [pid for (pid,) in cursor.fetchall()]
