"""Locks by name, for as long as a transaction lasts.

Never for the session: behind a transaction pooler a session's lock stays with a server
connection that somebody else gets next.
"""

from sanderling.postgres.statements import fetch_value


def lock(name: str) -> None:
    """Wait for the lock of this name; it is let go at the end of the transaction."""
    _require_transaction()
    fetch_value("SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))", {"name": name})


def try_lock(name: str) -> bool:
    """Take the lock of this name if it is free; return whether we have it."""
    _require_transaction()
    return bool(
        fetch_value(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%(name)s, 0))", {"name": name}
        )
    )


def _require_transaction() -> None:
    from django.db import connection

    assert connection.in_atomic_block, "without a transaction the lock would be gone at once"
