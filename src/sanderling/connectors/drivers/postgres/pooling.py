"""At most a few connections to each customer's database, kept for the next batch.

A pool of our own and not psycopg's: every opening must pass the guard of hosts, there are
hundreds of databases with one connection each, and no thread should live for them.
"""

import contextlib
import os
import select
import threading
import time
from collections.abc import Iterator

import psycopg

from sanderling.connectors.drivers.outages import Breaker, Cause, SourceUnavailable
from sanderling.connectors.drivers.postgres import explaining
from sanderling.connectors.drivers.postgres.deadlines import deadline
from sanderling.connectors.drivers.postgres.opening import Connection, connect
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings

MOST = 2
KEPT_SECONDS = 60.0
POOLS_KEPT = 200


class Pool:
    """The connections to one database, and what we learned of its health."""

    def __init__(self, settings: ConnectionSettings, *, most: int = MOST) -> None:
        self.breaker = Breaker()
        self.used_at = time.monotonic()
        self._settings = settings
        self._places = threading.BoundedSemaphore(most)
        self._idle: list[tuple[float, Connection]] = []

    @contextlib.contextmanager
    def place(self, *, patience: float) -> Iterator[None]:
        """Wait for one of our few places at this database.

        Outside the breaker: that we are many is no failure of the database.
        """
        if not self._places.acquire(timeout=patience):
            raise SourceUnavailable(Cause.BUSY, "All connections to this database are in use.")
        try:
            yield
        finally:
            self._places.release()

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection; one that broke or was left in the middle is not kept."""
        self.used_at = time.monotonic()
        connection = self._kept() or connect(self._settings)
        try:
            yield connection
        finally:
            self._keep(connection)

    def close(self) -> None:
        """Close what is idle."""
        while kept := self._popped():
            kept[1].close()

    def _kept(self) -> Connection | None:
        """Return the connection used last; those that were idle for long are closed."""
        oldest = time.monotonic() - KEPT_SECONDS
        while kept := self._popped():
            since, connection = kept
            if since >= oldest and not _was_closed(connection):
                return connection
            connection.close()
        return None

    def _popped(self) -> tuple[float, Connection] | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _keep(self, connection: Connection) -> None:
        if connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            self._idle.append((time.monotonic(), connection))
        else:
            connection.close()


_pools: dict[ConnectionSettings, Pool] = {}
_pools_lock = threading.Lock()


def pool_of(settings: ConnectionSettings) -> Pool:
    """Return the pool of these settings; other settings (a new password) have another."""
    with _pools_lock:
        pool = _pools.get(settings)
        if pool is None:
            _forget_old_pools()
            pool = _pools[settings] = Pool(settings)
        return pool


def close_all() -> None:
    """Close every idle connection."""
    with _pools_lock:
        for pool in _pools.values():
            pool.close()
        _pools.clear()


@contextlib.contextmanager
def reading(
    settings: ConnectionSettings, *, statement_timeout: float = 30.0, lock_timeout: float = 2.0
) -> Iterator[Connection]:
    """Lend a connection inside a read-only transaction with limits of time.

    ``SET LOCAL``, because a pooler between us and the server gives the session to others.

    Raises SourceUnavailable for whatever goes wrong, with the cause.
    """
    pool = pool_of(settings)
    limits = _limits(statement_timeout, lock_timeout)
    with (
        pool.place(patience=statement_timeout),
        pool.breaker.guard(),
        pool.connection() as connection,
        deadline(connection, seconds=statement_timeout),
    ):
        try:
            connection.execute(limits)
            yield connection
        except psycopg.Error as error:
            raise explaining.of_query(error) from error
        finally:
            _end(connection)


def _limits(statement_timeout: float, lock_timeout: float) -> bytes:
    """Return one message for all of it: the round trip to a customer may take 50 ms."""
    return (
        b"BEGIN READ ONLY;"
        b"SET LOCAL statement_timeout = %d;"
        b"SET LOCAL lock_timeout = %d;"
        b"SET LOCAL idle_in_transaction_session_timeout = 60000;"
        b"SET LOCAL timezone = 'UTC';"
        b"SET LOCAL datestyle = 'ISO, YMD';"
        b"SET LOCAL intervalstyle = 'iso_8601';"
        b"SET LOCAL bytea_output = 'hex'"
    ) % (round(statement_timeout * 1000), round(lock_timeout * 1000))


def _end(connection: Connection) -> None:
    """Leave the transaction; a connection that cannot is closed by whoever keeps it."""
    with contextlib.suppress(psycopg.Error):
        connection.execute("ROLLBACK")


def _was_closed(connection: Connection) -> bool:
    """Whether the server hung up meanwhile; a look at the socket, no round trip."""
    if connection.closed:
        return True
    socket = select.poll()
    socket.register(connection.fileno(), select.POLLIN)
    return bool(socket.poll(0))  # nothing is expected on an idle connection but its end


def _forget_old_pools() -> None:
    """Drop the pools that were not used for long when there are very many."""
    if len(_pools) < POOLS_KEPT:
        return
    for settings, pool in sorted(_pools.items(), key=lambda item: item[1].used_at)[
        : POOLS_KEPT // 2
    ]:
        pool.close()
        del _pools[settings]


def _forget_in_child() -> None:
    """After a fork the connections are the parent's (psycopg does not end them from here)."""
    global _pools_lock
    _pools.clear()
    _pools_lock = threading.Lock()


os.register_at_fork(after_in_child=_forget_in_child)
