"""Handing many messages to an SMTP server over several connections from one thread.

`smtplib` waits for four answers per message, which on a real network is four round trips. Here
every connection pipelines (`conversing`), one selector serves them all, and rendering happens
inside the caller's iterable while answers are under way.

Messages of 26 kB a second, one process, 8 connections, a sink on the neighbouring core of two,
2026-11 (bench/smtp.py, the machine otherwise nearly idle; CPU of the sender for each beside it):

    ==============================  ======  ======
    bare loop without any error     11,300   24 us
    `Pool`                          11,800   76 us
    composed of pieces, `Pool`      10,000   96 us
    … and signed with Ed25519        5,000  200 us
    … and signed with RSA-2048       2,100  480 us
    smtplib                          1,700  310 us
    ==============================  ======  ======

A message that never got beyond its envelope when a connection died goes to another connection
once; whatever came further has its receipt and is not tried again here.
"""

import selectors
import socket
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Self

from sanderling.channels.email.connection import Connection, Lost
from sanderling.channels.email.conversing import BrokenConversation, Conversation, Turn
from sanderling.channels.email.letters import Outgoing
from sanderling.channels.email.opening import CannotConnect, Opened, open_connection
from sanderling.channels.email.servers import Server
from sanderling.channels.receipts import Receipt, Status

# Servers and firewalls forget idle connections, many after a minute though RFC 5321 says five.
IDLE_SECONDS = 50.0

Verdicts = deque[tuple[Outgoing, Receipt]]


class Pool:
    """Up to `connections` connections to one server, opened when needed and kept between calls.

    For one thread at a time. Close it, or use it as a context manager.
    """

    def __init__(self, server: Server, *, connections: int = 8) -> None:
        self.server = server
        self._most = connections
        self._idle: list[tuple[float, Connection]] = []
        self._opening: set[Future[Opened]] = set()
        self._openers = ThreadPoolExecutor(connections, thread_name_prefix="smtp-opening")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def send_many(self, messages: Iterable[Outgoing]) -> Iterator[tuple[Outgoing, Receipt]]:
        """Hand over every message; yields each with its receipt as answers arrive, in any order.

        Never raises for the network: where no connection can be opened the messages are DEFERRED
        with the reason. An exception of `messages` itself is raised after the receipts of all
        that went before it. Leaving the iteration early cuts the connections in use.
        """
        handover = _Handover(self.server, messages, most=self._most, openers=self._openers)
        try:
            for connection in self._still_good():
                handover.adopt(connection)
            handover.expect(self._opening)
            yield from handover.run()
        finally:
            now = time.monotonic()
            self._idle = [(now, connection) for connection in handover.leave()]
            self._opening = handover.opening
        handover.raise_error()

    def close(self) -> None:
        """Take leave of the server."""
        for _, connection in self._idle:
            connection.close()
        self._idle = []
        self._openers.shutdown(cancel_futures=True)
        for future in self._opening:
            if not future.cancelled() and not future.exception():
                future.result().sock.close()
        self._opening = set()

    def _still_good(self) -> list[Connection]:
        """The kept connections on which the server has not spoken: all it could say is goodbye."""
        kept, self._idle = self._idle, []
        for future in [future for future in self._opening if future.done()]:
            self._opening.discard(future)
            if not future.exception():
                kept.append((time.monotonic(), _connection(future.result(), self.server)))
        good = []
        for since, connection in kept:
            if time.monotonic() - since < IDLE_SECONDS and connection.is_quiet():
                good.append(connection)
            else:
                connection.close()
        return good


class Session(Pool):
    """One connection to a server; receipts come in the order of the messages."""

    def __init__(self, server: Server) -> None:
        super().__init__(server, connections=1)


class _Handover:
    """One call of `send_many`: its messages, its connections, its selector."""

    def __init__(
        self,
        server: Server,
        messages: Iterable[Outgoing],
        *,
        most: int,
        openers: ThreadPoolExecutor,
    ) -> None:
        self._server = server
        self._backlog = _Backlog(messages)
        self._verdicts: Verdicts = deque()
        self._connections: dict[Connection, int] = {}
        self.opening: set[Future[Opened]] = set()
        self._openers = openers
        self._most = self._ceiling = most
        self._barren = 0
        self._reason = ""
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)

    def run(self) -> Iterator[tuple[Outgoing, Receipt]]:
        """Serve all connections until every message has its receipt."""
        while True:
            self._occupy_idle()
            self._open_more()
            if not self._connections and not self.opening:
                self._backlog.defer_all(self._verdicts, self._reason)
            while self._verdicts:
                yield self._verdicts.popleft()
            if not self._unfinished():
                return
            self._serve()

    def leave(self) -> list[Connection]:
        """End the call: cut what is under way, return the connections that can be kept."""
        kept = [connection for connection in self._connections if not connection.busy]
        for connection in self._connections:
            if connection.busy:
                connection.close()
        self._selector.close()
        self._wake.close()
        self._woken.close()
        return kept

    def raise_error(self) -> None:
        """Raise what the caller's iterable raised, now that its messages have their receipts."""
        if self._backlog.error:
            raise self._backlog.error

    def adopt(self, connection: Connection) -> None:
        """Serve a connection and give it its first message."""
        connection.conversation.attend(self._backlog.take, self._verdicts)
        self._selector.register(connection.sock, selectors.EVENT_READ, connection)
        self._connections[connection] = selectors.EVENT_READ
        self._step(connection, 0)

    def expect(self, opening: set[Future[Opened]]) -> None:
        """Adopt these connections too, once they are open."""
        self.opening |= opening
        for future in opening:
            future.add_done_callback(self._ring)

    def _unfinished(self) -> bool:
        return bool(self._backlog.waiting(1)) or any(c.busy for c in self._connections)

    def _occupy_idle(self) -> None:
        """Give what another connection returned to one that has nothing to do."""
        for connection in [c for c in self._connections if not c.busy]:
            if not self._backlog.waiting(1):
                return
            self._step(connection, 0)

    def _open_more(self) -> None:
        """Open a connection for every waiting message that has none, up to the ceiling."""
        room = self._ceiling - len(self._connections) - len(self.opening)
        if room <= 0:
            return
        wanted = self._backlog.waiting(room + len(self.opening)) - len(self.opening)
        for _ in range(wanted):
            self.expect({self._openers.submit(open_connection, self._server)})

    def _ring(self, _: Future[Opened]) -> None:
        # Where the call is over already, the pool finds the connection at its next one.
        with suppress(OSError):
            self._wake.send(b"!")

    def _serve(self) -> None:
        """Wait for the network once, and act on all that it brings."""
        deadline = min((c.deadline for c in self._connections if c.busy), default=None)
        wait = None if deadline is None else max(0.0, deadline - time.monotonic())
        for key, events in self._selector.select(wait):
            if key.data is None:
                self._woken.recv(1024)
                self._collect_opened()
            else:
                self._step(key.data, events)
        now = time.monotonic()
        if deadline is not None and now >= deadline:
            for connection in [c for c in self._connections if c.busy and c.deadline <= now]:
                self._drop(connection, f"{self._server.host} did not answer in time.")

    def _collect_opened(self) -> None:
        for future in [future for future in self.opening if future.done()]:
            self.opening.discard(future)
            try:
                opened = future.result()
            except CannotConnect as error:
                # No more than it lets in; with none at all the call ends.
                self._reason = error.message
                self._ceiling = len(self._connections) + len(self.opening)
            else:
                self.adopt(_connection(opened, self._server))

    def _step(self, connection: Connection, events: int) -> None:
        conversation = connection.conversation
        try:
            connection.moved(events)
            if not conversation.busy and not conversation.spent:
                connection.begin()
        except (Lost, BrokenConversation) as error:
            self._drop(connection, str(error))
            return
        if conversation.closing:
            self._drop(connection, f"{self._server.host} ended the connection.")
        elif conversation.spent and not conversation.busy:
            self._drop(connection, "")
        elif self._connections[connection] != connection.events:
            self._connections[connection] = connection.events
            self._selector.modify(connection.sock, connection.events, connection)

    def _drop(self, connection: Connection, reason: str) -> None:
        self._barren = 0 if connection.conversation.judged else self._barren + 1
        if self._barren > 2 * self._most:
            # It lets us in and throws us out each time; asking on would be an attack.
            self._ceiling, self._reason = 0, reason
        self._selector.unregister(connection.sock)
        del self._connections[connection]
        connection.close()
        self._backlog.put_back(connection.conversation.lost(reason))


class _Backlog:
    """The messages that no connection has yet: those returned, those read ahead, the rest."""

    def __init__(self, messages: Iterable[Outgoing]) -> None:
        self.error: Exception | None = None
        self._ready: deque[Turn] = deque()
        self._rest: Iterator[Outgoing] | None = iter(messages)

    def take(self) -> Turn | None:
        """The next turn, or None when there is none (for now)."""
        return self._ready.popleft() if self.waiting(1) else None

    def waiting(self, count: int) -> int:
        """How many turns wait, reading ahead to `count`."""
        while len(self._ready) < count and self._rest is not None:
            self._read()
        return min(len(self._ready), count)

    def put_back(self, turns: list[Turn]) -> None:
        """Turns that may go to another connection."""
        self._ready.extendleft(reversed(turns))

    def defer_all(self, verdicts: Verdicts, reason: str) -> None:
        """Nobody will take any more: DEFERRED, with the reason, for every one that is left."""
        while turn := self.take():
            verdicts.append((turn.message, Receipt(Status.DEFERRED, 0, reason)))

    def _read(self) -> None:
        assert self._rest is not None
        try:
            message = next(self._rest, None)
        except Exception as error:
            self.error, message = error, None
        if message is None:
            self._rest = None
        else:
            self._ready.append(Turn(message))


def _connection(opened: Opened, server: Server) -> Connection:
    conversation = Conversation(opened.offers, limit=server.messages_per_connection)
    return Connection(opened, conversation, server=server)
