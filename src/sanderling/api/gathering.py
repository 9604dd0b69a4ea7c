"""Many single events, one commit: calls that arrive together are written together.

A commit waits for the disk, and a dozen round trips cost more than the row.  So a call leaves
its event in a tray; whatever lies there when a connection is free is written by one statement,
and then every call of the tray is answered.  Alone, a call finds its tray empty and waits for
nobody; under load trays fill by themselves while the one before is being written.
No answer goes out before the commit of its event.

Only the plain case goes this way.  Whatever is odd (an unknown key, a new type or contact, a
mistake in the body) goes the ordinary road, which knows all the answers.  Measured by
``bench/api.py``; the whole way of a call is told in ``docs/design/api.md``.
"""

import functools
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from functools import partial
from selectors import BaseSelector
from typing import Any

import psycopg
from django.db import connection

from sanderling.api import logging_calls
from sanderling.api.limiting import LIMITS, Verdict
from sanderling.api.operations import Operation
from sanderling.api.rights import Group, opens
from sanderling.events import plain
from sanderling.events.plain import Key, Plain
from sanderling.events.recording import WAKE_EVERY, wake_workflows
from sanderling.lib.turns import Turns
from sanderling.postgres.conversing import Conversation, Rows, connect, numbered
from sanderling.postgres.statements import Statements

LOG = logging.getLogger(__name__)
STATEMENTS = Statements(__package__)
SELECT_KEYS = numbered(STATEMENTS["select_keys"], ["digests"])
MOST_AT_ONCE = 100
WRITERS = 2  # connections: while one waits for its commit the other takes what has come
KEYS_KEPT = 5.0  # seconds; what a key opens is checked again by the statement that writes
MOST_KEYS = 10_000
IDLE = 30.0  # seconds without an event until the connections are given back
PATIENCE = 30.0  # seconds that an event waits for a connection


class Outcome(Enum):
    """How a wish ended."""

    WRITTEN = "written"
    LIMITED = "limited"
    ODD = "odd"  # nothing was written: the ordinary road knows the answer
    DOWN = "down"  # the database does not answer


NOTED = {Outcome.WRITTEN: 200, Outcome.LIMITED: 429}


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
    """Where events wait for a connection; ``tell`` hears of all that ended.

    All of it happens in the loop whose ``poller`` this is.  What would make the loop wait is an
    errand for a thread; ``soon`` brings its end back into the loop.
    """

    def __init__(
        self,
        tell: Callable[[Sequence[Wish]], None],
        poller: BaseSelector,
        soon: Callable[..., None],
    ) -> None:
        self._tell = tell
        self._poller = poller
        self._soon = soon
        self._waiting: Turns[Wish] = Turns()
        self._known: dict[str, Known] = {}
        self._writers: list[Conversation] = []
        self._opens = False
        self._used_at = time.monotonic()
        self._woken_at = 0.0
        self._writing: Future[None] | None = None
        self._errands = ThreadPoolExecutor(1, "events")

    @property
    def is_empty(self) -> bool:
        """Whether all that was put has been dealt with."""
        return not self._waiting and all(one.is_idle for one in self._writers)

    def put(self, wishes: Sequence[Wish]) -> None:
        """Leave events to be written."""
        for wish in wishes:
            known = self._known.get(wish.digest)
            self._waiting.put(known.organisation_id if known else wish.digest, wish)
        self._go_on()

    def look_at_the_clock(self) -> None:
        """Give up what takes too long, and give back connections that nobody needs."""
        now = time.monotonic()
        for one in list(self._writers):
            one.look_at_the_clock(now)
        if self._opens and self._waiting and now - self._used_at > PATIENCE:
            self._refuse_all()
        if self.is_empty and now - self._used_at > IDLE and self._writers:
            self.close()
            self._errands.submit(connection.close)

    def stop(self) -> None:
        """Close everything; return when the errands are done."""
        self.close()
        self._errands.submit(connection.close)
        self._errands.shutdown()

    def close(self) -> None:
        """Give the connections back; what was asked on them nobody hears any more."""
        for one in self._writers:
            one.close()
        self._writers.clear()

    def _go_on(self) -> None:
        """Give what waits to the connections that are free; open one when none is."""
        while self._waiting:
            writer = next((one for one in self._writers if one.is_idle), None)
            if writer is None:
                self._open()
                return
            self._used_at = time.monotonic()
            self._begin(writer, self._waiting.take(MOST_AT_ONCE))

    def _open(self) -> None:
        if not self._opens and len(self._writers) < WRITERS:
            self._opens = True
            self._used_at = time.monotonic()
            opening = self._errands.submit(connect)
            opening.add_done_callback(lambda done: self._soon(self._hear_opened, done))

    def _hear_opened(self, opening: Future[psycopg.Connection[Any]]) -> None:
        self._opens = False
        try:
            raw = opening.result()
        except psycopg.OperationalError as error:
            LOG.warning("The database does not answer: %s", error)
            if not self._writers:
                self._refuse_all()
        else:
            self._writers.append(Conversation(raw, self._poller, self._writers.remove))
            self._go_on()

    def _refuse_all(self) -> None:
        waiting = self._waiting.take(len(self._waiting))
        for wish in waiting:
            wish.outcome = Outcome.DOWN
        self._end(waiting)

    def _begin(self, writer: Conversation, batch: list[Wish]) -> None:
        """Write events, after a look at the keys that are not known just now."""
        now = time.monotonic()
        unknown = {
            wish.digest
            for wish in batch
            if (known := self._known.get(wish.digest)) is None or known.until < now
        }
        if unknown:
            digests = f"{{{','.join(unknown)}}}".encode()
            writer.ask(SELECT_KEYS, [digests], partial(self._hear_keys, writer, batch, unknown))
        else:
            self._write(writer, batch)

    def _hear_keys(
        self,
        writer: Conversation,
        batch: list[Wish],
        asked: set[str],
        rows: Rows,
        error: psycopg.Error | None,
    ) -> None:
        if error is not None:
            self._hear_failure(batch, error)
            return
        if len(self._known) > MOST_KEYS:
            self._known.clear()
        for digest in asked:
            self._known.pop(digest, None)
        self._known.update(_known_of(rows))
        self._write(writer, batch)

    def _write(self, writer: Conversation, batch: list[Wish]) -> None:
        try:
            taken = self._let_in(batch)
            params = plain.params_of([(known.key, wish.event) for wish, known in taken])
        except Exception:  # the loop must outlive what nobody thought of
            LOG.exception("A tray of %d events was not written.", len(batch))
            self._end(batch)
            return
        if taken:
            wishes = [wish for wish, _ in taken]
            writer.ask(plain.STATEMENT, params, partial(self._hear_written, batch, wishes))
        else:
            self._end(batch)

    def _let_in(self, batch: Sequence[Wish]) -> list[tuple[Wish, Known]]:
        """Return the wishes whose key opens their method, within the limits."""
        taken = []
        for wish in batch:
            known = self._known.get(wish.digest)
            if known is None or not _opens(known.key.rights, wish.operation.group):
                continue
            wish.caller = (known.organisation_id, known.identity)
            wish.verdict = LIMITS.take(known.organisation_id, wish.operation.bucket)
            if wish.verdict.allowed:
                taken.append((wish, known))
            else:
                wish.outcome = Outcome.LIMITED
        return taken

    def _hear_written(
        self,
        batch: Sequence[Wish],
        taken: Sequence[Wish],
        rows: Rows,
        error: psycopg.Error | None,
    ) -> None:
        if error is not None:
            self._hear_failure(batch, error)
            return
        for (place,) in rows:
            taken[int(place or 0)].outcome = Outcome.WRITTEN
        self._go_on()  # first the next tray, then the answers: the database need not wait for them
        self._end(batch)
        if rows:
            self._wake()

    def _hear_failure(self, batch: Sequence[Wish], error: psycopg.Error) -> None:
        """Refuse a tray, or send its events one by one where a mistake in them is possible.

        After an OperationalError, also in the middle of the statement, nobody knows whether it
        was committed: the caller is told to ask again, and nothing here tries it a second time.
        """
        if isinstance(error, psycopg.OperationalError):
            LOG.warning("The database does not answer; %d events were refused.", len(batch))
            for wish in batch:
                wish.outcome = Outcome.DOWN
        else:
            LOG.warning("A tray was refused, its events go one by one: %s", error)
        self._end(batch)
        self._go_on()

    def _end(self, batch: Sequence[Wish]) -> None:
        for wish in batch:
            if wish.outcome is Outcome.ODD and wish.caller is not None:
                LIMITS.put_back(wish.caller[0], wish.operation.bucket)
        try:
            self._tell(batch)
        except Exception:
            LOG.exception("The answers to %d events were not given.", len(batch))
        logging_calls.note_all(_noted(batch))
        self._write_down()

    def _wake(self) -> None:
        now = time.monotonic()
        if now - self._woken_at >= WAKE_EVERY:
            self._woken_at = now
            self._send_on(wake_workflows)

    def _write_down(self) -> None:
        if logging_calls.are_due() and (self._writing is None or self._writing.done()):
            self._writing = self._send_on(logging_calls.write_down)

    def _send_on(self, errand: Callable[[], Any]) -> Future[None]:
        return self._errands.submit(_run, errand)


@functools.cache
def _opens(right: str, group: Group) -> bool:
    return opens(frozenset({right}), group)


def _run(errand: Callable[[], Any]) -> None:
    """Do what would make the loop wait, on a connection that still works."""
    try:
        connection.close_if_unusable_or_obsolete()
        errand()
    except Exception:
        LOG.exception("An errand of the events was not done.")


def _known_of(rows: Rows) -> dict[str, Known]:
    """Return keys by their digests, as ``select_keys`` has found them."""
    until = time.monotonic() + KEYS_KEPT
    texts = [[(value or b"").decode() for value in row] for row in rows]
    return {
        digest: Known(Key(digest, rights), int(organisation_id), f"key {key_id}", until)
        for digest, key_id, organisation_id, rights in texts
    }


def _noted(batch: Sequence[Wish]) -> Iterator[logging_calls.Noted]:
    """Yield what the log of calls says; what goes the ordinary road is noted there."""
    now = time.perf_counter()
    for wish in batch:
        if wish.caller is not None and wish.outcome in NOTED:
            yield (*wish.caller, wish.operation, NOTED[wish.outcome], (now - wish.began) * 1000)
