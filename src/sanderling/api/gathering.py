"""Many single events, one commit: calls that arrive together are written together.

A commit waits for the disk, and a dozen round trips cost more than the row.  So a call leaves
its event in a tray; one thread of the process takes whatever lies there, writes it by one
statement, and then every call of the tray is answered.  Alone, a call finds its tray empty and
waits for nobody; under load trays fill by themselves while the one before is being written.
No answer goes out before the commit of its event.

Only the plain case goes this way.  Whatever is odd (an unknown key, a new type or contact, a
mistake in the body) goes the ordinary road, which knows all the answers.  Measured by
``bench/api.py``; the whole way of a call is told in ``docs/design/api.md``.
"""

import logging
import queue
import select
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from sanderling.api import logging_calls
from sanderling.api.limiting import LIMITS, Verdict
from sanderling.api.operations import Operation
from sanderling.api.rights import opens
from sanderling.events import plain
from sanderling.events.plain import Key, Plain
from sanderling.postgres.statements import Statements, own_connection

LOG = logging.getLogger(__name__)
STATEMENTS = Statements(__package__)
MOST_AT_ONCE = 100  # the statement looks at every pair of an event and a person
KEYS_KEPT = 5.0  # seconds; what a key opens is checked again by the statement that writes
MOST_KEYS = 10_000
IDLE = 30.0  # seconds without an event until the writer gives its connection back


class Outcome(Enum):
    """How a wish ended."""

    WRITTEN = "written"
    LIMITED = "limited"
    ODD = "odd"  # nothing was written: the ordinary road knows the answer
    DOWN = "down"  # the database does not answer


@dataclass(slots=True)
class Wish:
    """An event in the tray: what is known of it, and how it ended."""

    digest: str
    event: Plain
    operation: Operation
    began: float
    request_id: str = ""
    path: str = ""
    closes: bool = False  # the caller wants no other answer on this connection
    asker: Any = None  # who waits for the answer; the tray only hands it on
    outcome: Outcome = Outcome.ODD
    caller: tuple[int, str] | None = None  # organisation and identity
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A working key, for some seconds."""

    key: Key
    organisation_id: int
    identity: str
    until: float


class Tray:
    """Where events wait for the one thread that writes; ``tell`` hears of all that ended.

    ``tell`` is called in the writer's thread and must not block.
    """

    def __init__(self, tell: Callable[[Sequence[Wish]], None]) -> None:
        self._tell = tell
        self._waiting: queue.SimpleQueue[Sequence[Wish] | None] = queue.SimpleQueue()
        self._known: dict[str, Known] = {}
        self._writer: threading.Thread | None = None

    def put(self, wishes: Sequence[Wish]) -> None:
        """Leave events to be written; the first ones start the writer."""
        self._waiting.put(wishes)
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_on, name="events", daemon=True)
            self._writer.start()

    def stop(self) -> None:
        """Return when all that was put has been dealt with and the connection is closed."""
        if self._writer is not None:
            self._waiting.put(None)
            self._writer.join()
            self._writer = None

    def _write_on(self) -> None:
        goes_on = True
        while goes_on:
            batch, goes_on = self._gathered()
            if batch:
                self._deal_with(batch)
        connection.close()

    def _gathered(self) -> tuple[list[Wish], bool]:
        """Return what waits, at least something, and whether more may come."""
        batch: list[Wish] = []
        more = self._first()
        while more is not None:
            batch.extend(more)
            if len(batch) >= MOST_AT_ONCE or self._waiting.empty():
                return batch, True
            more = self._waiting.get()
        return batch, False

    def _first(self) -> Sequence[Wish] | None:
        try:
            return self._waiting.get(timeout=IDLE)
        except queue.Empty:
            connection.close()
            return self._waiting.get()

    def _deal_with(self, batch: Sequence[Wish]) -> None:
        try:
            self._write(batch)
        except Exception:  # the writer must outlive what nobody thought of
            LOG.exception("A tray of %d events was not written.", len(batch))
        try:
            self._tell(batch)
        except Exception:
            LOG.exception("The answers to %d events were not given.", len(batch))
        for wish in batch:
            _note(wish)

    def _write(self, batch: Sequence[Wish]) -> None:
        try:
            _renew_lost_connection()
            taken = self._let_in(batch)
            written = plain.write([(known.key, wish.event) for wish, known in taken])
        except (psycopg.OperationalError, OperationalError, InterfaceError):
            # Also in the middle of the statement: whether it was committed is not known, so the
            # caller is told to ask again, and nothing here tries it a second time.
            LOG.warning("The database does not answer; %d events were refused.", len(batch))
            connection.close()
            for wish in batch:
                wish.outcome = Outcome.DOWN
        except (psycopg.Error, DatabaseError):
            LOG.warning("A tray was refused; its events go one by one.", exc_info=True)
            for wish in batch:
                wish.outcome = Outcome.ODD
        else:
            for place, (wish, _) in enumerate(taken):
                if place in written:
                    wish.outcome = Outcome.WRITTEN
        for wish in batch:
            if wish.outcome is Outcome.ODD and wish.caller is not None:
                LIMITS.put_back(wish.caller[0], wish.operation.bucket)

    def _let_in(self, batch: Sequence[Wish]) -> list[tuple[Wish, Known]]:
        """Return the wishes whose key opens their method, within the limits."""
        self._look_up({wish.digest for wish in batch})
        taken = []
        for wish in batch:
            known = self._known.get(wish.digest)
            if known is None or not opens(frozenset({known.key.rights}), wish.operation.group):
                continue
            wish.caller = (known.organisation_id, known.identity)
            wish.verdict = LIMITS.take(known.organisation_id, wish.operation.bucket)
            if wish.verdict.allowed:
                taken.append((wish, known))
            else:
                wish.outcome = Outcome.LIMITED
        return taken

    def _look_up(self, digests: set[str]) -> None:
        """Know the keys of these digests as they are now, or were some seconds ago."""
        now = time.monotonic()
        asked = [d for d in digests if d not in self._known or self._known[d].until < now]
        if not asked:
            return
        if len(self._known) > MOST_KEYS:
            self._known.clear()
            asked = list(digests)
        for digest in asked:
            self._known.pop(digest, None)
        for digest, key_id, organisation_id, rights in STATEMENTS.rows(
            "select_keys", {"digests": asked}
        ):
            self._known[digest] = Known(
                Key(digest, rights), organisation_id, f"key {key_id}", now + KEYS_KEPT
            )


def _renew_lost_connection() -> None:
    """Close a connection that the other end has closed while nobody used it.

    What an idle connection has to read is its end; asking it a question would cost a round trip.
    """
    if connection.connection is None:
        return
    raw = own_connection()
    waiting = select.poll()
    if not raw.closed:
        waiting.register(raw.fileno(), select.POLLIN)
    if raw.closed or waiting.poll(0):
        connection.close()


def _note(wish: Wish) -> None:
    """Write the log of calls; what went the ordinary road is noted there."""
    if wish.caller is not None and wish.outcome in (Outcome.WRITTEN, Outcome.LIMITED):
        status = 200 if wish.outcome is Outcome.WRITTEN else 429
        milliseconds = (time.perf_counter() - wish.began) * 1000
        logging_calls.note_as(*wish.caller, wish.operation, status, milliseconds)
