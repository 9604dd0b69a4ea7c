"""A conversation on a non-blocking socket: moves bytes, counts them, keeps deadlines."""

import selectors
import socket
import ssl
import time

from sanderling.channels.email.conversing import Conversation
from sanderling.channels.email.opening import Opened
from sanderling.channels.email.servers import Server

# One TLS record. A larger write may fail with its first half, final dot and all, already sent.
RECORD = 16_384


class Lost(Exception):
    """The connection is gone; the message says how."""


class Connection:
    """One line to the server; `moved` whenever the selector says that it is ready."""

    def __init__(self, opened: Opened, conversation: Conversation, *, server: Server) -> None:
        self.sock = opened.sock
        self.conversation = conversation
        self.deadline = 0.0
        self.events = selectors.EVENT_READ
        self._server = server
        self._pending: list[memoryview] = []
        self._record = b""
        self.sock.setblocking(False)
        # The last commands of a group must not wait for the acknowledgement of the body.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.renew()

    @property
    def busy(self) -> bool:
        """Whether a message is under way."""
        return self.conversation.busy

    def renew(self) -> None:
        """Start the wait for the next answer afresh."""
        verdict = self.conversation.awaits_verdict
        wait = self._server.verdict_timeout if verdict else self._server.reply_timeout
        self.deadline = time.monotonic() + wait

    def is_quiet(self) -> bool:
        """Whether an idle connection is still open and the server has said nothing on it."""
        if isinstance(self.sock, ssl.SSLSocket):
            try:
                return not self._read()
            except Lost:
                return False
        try:
            self.sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def begin(self) -> None:
        """Take a message, where there is one, and start on it; raises Lost."""
        self.conversation.begin()
        self.renew()
        self.flush()

    def moved(self, events: int) -> None:
        """Read and write what can be; raises Lost or BrokenConversation.

        Only a whole answer or bytes taken count as progress: half a line does not buy time.
        """
        before = self.conversation.heard, self.conversation.sent
        if events & selectors.EVENT_READ and (arrived := self._read()):
            self.conversation.feed(arrived)
        self.flush()
        if before != (self.conversation.heard, self.conversation.sent):
            self.renew()

    def flush(self) -> None:
        """Write what the network takes now; `events` then says what to wait for."""
        conversation = self.conversation
        if conversation.outbox:
            self._pending += map(memoryview, conversation.outbox)
            conversation.outbox.clear()
        while self._pending and (count := self._write()):
            conversation.sent += count
            self._forget(count)
        writing = selectors.EVENT_WRITE if self._pending else 0
        self.events = selectors.EVENT_READ | writing

    def close(self) -> None:
        """Say QUIT where nothing is under way, and go without waiting for the answer."""
        try:
            if not self.busy and not self._pending:
                self.sock.send(b"QUIT\r\n")
        except OSError:
            pass  # It was closed from the other side already, which is what we came for.
        finally:
            self.sock.close()

    def _forget(self, count: int) -> None:
        done = 0
        for chunk in self._pending:
            if count < len(chunk):
                self._pending[done] = chunk[count:]
                break
            count -= len(chunk)
            done += 1
        del self._pending[:done]

    def _read(self) -> bytes:
        try:
            arrived = self.sock.recv(65_536)
            while arrived and isinstance(self.sock, ssl.SSLSocket) and self.sock.pending():
                arrived += self.sock.recv(65_536)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return b""
        except OSError as error:
            raise Lost(f"The connection to {self._server.host} broke: {error}.") from error
        if not arrived:
            raise Lost(f"{self._server.host} closed the connection.")
        return arrived

    def _write(self) -> int:
        try:
            if isinstance(self.sock, ssl.SSLSocket):
                return self._write_record(self.sock)
            return self.sock.sendmsg(self._pending)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0
        except OSError as error:
            raise Lost(f"The connection to {self._server.host} broke: {error}.") from error

    def _write_record(self, sock: ssl.SSLSocket) -> int:
        # After "want write" OpenSSL insists on the very same record, so it is kept until taken.
        if not self._record:
            self._record = b"".join(self._pending)[:RECORD]
        record = self._record
        try:
            count = sock.send(record)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError:
            # It may have left nevertheless, so count it as sent: UNKNOWN rather than twice.
            self.conversation.sent += len(record)
            raise
        self._record = b""
        return count
