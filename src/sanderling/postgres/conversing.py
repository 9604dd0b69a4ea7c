"""A connection whose answers a loop hears, so that no thread waits for them.

A thread that waits for the database wants the interpreter back the moment the answer is there,
and takes it from the loop that reads requests, at every answer and at every word it sends.  So
the loop watches the connection as it watches its clients.

Statements are bound by the server, each a transaction of its own, and prepared at first use: to
plan the one that writes events costs more than to run it.  A pooler in transaction mode may
give us another session than the one that prepared; then we go on without.
"""

import functools
import hashlib
import re
import time
from collections.abc import Callable, Sequence
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector
from typing import Any, cast

import psycopg
from psycopg import pq
from psycopg.errors import error_from_result

NAMED = re.compile(r"%\((\w+)\)s")
NOT_PREPARED = (psycopg.errors.InvalidSqlStatementName, psycopg.errors.DuplicatePreparedStatement)
PATIENCE = 30.0  # seconds for an answer; then the connection is taken for dead

Rows = list[tuple[bytes | None, ...]]
Heard = Callable[[Rows, psycopg.Error | None], None]


class Broken(psycopg.OperationalError):
    """The database does not answer."""


def connect() -> psycopg.Connection[Any]:
    """Return a new connection, as Django would make it; raises psycopg's OperationalError."""
    from django.db import connection

    return psycopg.connect(**connection.get_connection_params(), autocommit=True)


def numbered(statement: str, names: Sequence[str]) -> bytes:
    """Return a statement with ``$1``, ``$2``… for its named parameters, for the server to bind."""
    places = {name: place for place, name in enumerate(names, start=1)}
    return NAMED.sub(lambda found: f"${places[found[1]]}", statement).replace("%%", "%").encode()


class Conversation:
    """One connection: one statement at a time, and who hears its answer.

    ``lost`` is called when the connection has ended, before whoever was waiting hears so.
    """

    def __init__(
        self,
        raw: psycopg.Connection[Any],
        poller: BaseSelector,
        lost: Callable[["Conversation"], None],
    ) -> None:
        self._raw = raw
        self._pg = raw.pgconn
        self._number = raw.fileno()
        self._poller = poller
        self._lost = lost
        self._then: Heard | None = None
        self._results: list[pq.abc.PGresult] = []
        self._statement = b""
        self._params: Sequence[bytes] = ()
        self._prepared: set[bytes] = set()
        self._prepares = True
        self._asked_at = 0.0
        self._is_over = False  # libpq closes the socket of a broken connection by itself
        self._events = EVENT_READ
        poller.register(self._number, EVENT_READ, self._hear)

    @property
    def is_idle(self) -> bool:
        """Whether a statement may be asked now."""
        return self._then is None and not self._is_over

    def ask(self, statement: bytes, params: Sequence[bytes], then: Heard) -> None:
        """Send a statement; ``then`` hears its rows as text, or why there are none.

        A psycopg.OperationalError says that nobody knows what became of it.
        """
        self._then, self._asked_at = then, time.monotonic()
        self._statement, self._params = statement, params
        if self._prepares and statement not in self._prepared:
            self._say(self._pg.send_prepare, _name_of(statement), statement)
        elif self._prepares:
            self._say(self._pg.send_query_prepared, _name_of(statement), params)
        else:
            self._say(self._pg.send_query_params, statement, params)

    def look_at_the_clock(self, now: float) -> None:
        """Give up a server that has not answered for too long."""
        if self._then is not None and now - self._asked_at > PATIENCE:
            self._break(Broken(str(Broken.__doc__)))

    def close(self) -> None:
        """Leave; nobody hears anything any more."""
        if not self._is_over:
            self._is_over = True
            self._poller.unregister(self._number)
            self._raw.close()

    def _say(self, send: Callable[..., None], *words: Any) -> None:
        self._results = []
        try:
            send(*words)
            self._send()
        except psycopg.OperationalError as error:
            self._break(error)

    def _send(self) -> None:
        """Send what the socket takes; the rest when it takes more."""
        events = EVENT_READ | EVENT_WRITE if self._pg.flush() else EVENT_READ
        if events != self._events:
            self._events = events
            self._poller.modify(self._number, events, self._hear)

    def _hear(self, _number: int) -> None:
        if self._is_over:
            return  # in the same look
        if self._then is None:  # what a server says unasked is its farewell
            self._break(Broken(str(Broken.__doc__)))
            return
        try:
            self._pg.consume_input()
            if self._events != EVENT_READ:
                self._send()
            is_whole = self._gather()
        except psycopg.OperationalError as error:
            self._break(error)
            return
        if is_whole:
            self._answer()

    def _gather(self) -> bool:
        """Take the results that are there; say whether these are all."""
        while not self._pg.is_busy():
            result = self._pg.get_result()
            if result is None:
                return True
            self._results.append(result)
        return False

    def _answer(self) -> None:
        result = self._results[0]
        error = None
        if result.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            error = error_from_result(result)
        if self._pg.status == pq.ConnStatus.BAD:
            self._break(error or Broken(str(Broken.__doc__)))
        elif isinstance(error, NOT_PREPARED) and self._prepares:
            self._prepares = False
            self._ask_again()
        elif self._prepares and self._statement not in self._prepared and error is None:
            self._prepared.add(self._statement)
            self._ask_again()
        else:
            then, self._then = cast("Heard", self._then), None
            then(_rows(result), error)

    def _ask_again(self) -> None:
        """Ask what has only been prepared, or was not found: nothing has been run yet."""
        self.ask(self._statement, self._params, cast("Heard", self._then))

    def _break(self, error: psycopg.Error) -> None:
        then, self._then = self._then, None
        self.close()
        self._lost(self)
        if then is not None:
            then([], error)


@functools.cache
def _name_of(statement: bytes) -> bytes:
    """Return a name that no other statement bears, also none of an older release."""
    return b"s" + hashlib.sha256(statement).hexdigest()[:24].encode()


def _rows(result: pq.abc.PGresult) -> Rows:
    columns = range(result.nfields)
    return [tuple(result.get_value(row, n) for n in columns) for row in range(result.ntuples)]
