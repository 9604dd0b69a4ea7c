"""A connection of a client, and how far its request has come.

A request is given to a thread, or to the thin door, only when it is there as a whole: a client
that sends a byte now and then costs a buffer, not a thread.
"""

import re
import socket
import struct
import time
from enum import Enum
from typing import Any

from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn

from sanderling.api import wire

HEAD_WITHIN = 10.0  # seconds from the first byte of a request to the end of its headers
SLOWEST = 16 * 1024  # bytes a second of a body, after the same grace
QUIET = 15.0  # seconds in which a client must take or give at least something
LARGEST_HEAD = 64 * 1024
LARGEST_WHOLE = 1024 * 1024  # a larger body is read by its thread, and there are few of these
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n")
# Whose turn it is: the first of these that stands in a head.
SENDER = re.compile(rb"\r\n(?:authorization|cookie):[^\r]*", re.IGNORECASE)
ODD = (b"\r\ntransfer-encoding:", b"\r\nexpect:", b"\r\nupgrade:")


class Stage(Enum):
    """How far a request has come."""

    PARTIAL = "partial"
    WHOLE = "whole"
    LARGE = "large"  # its body must be read by its thread
    TOO_LONG = "too long"  # no end of the headers in sight
    NO_HTTP = "no http"


class Line(TConn):  # type: ignore[misc]
    """A client's connection while the loop listens to it."""

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.buffer = bytearray()
        self.head_ends = 0  # where the body begins; 0 while that is not known
        self.ends: int | None = None  # where the request ends
        self.deadline = time.monotonic() + HEAD_WITHIN
        self.wish: Any = None  # the plain event that is being written
        self.raw = b""  # its bytes, for the ordinary road
        self.is_watched = False
        self.is_ended = False  # the client sends nothing more
        self.is_leaving = False  # answered for the last time; what still comes is dropped
        self.is_large = False
        self.is_broken = False  # what we said did not get through
        self.is_gone = False
        self.initialized = self.data_ready = True  # there is nothing left to wait for
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(QUIET), 0))

    def stage(self) -> Stage:
        """Say how far the request at the beginning of the buffer has come."""
        if not self.head_ends:
            found = self._find_head()
            if found is not Stage.WHOLE:
                return found
        if self.ends is None:
            return Stage.LARGE
        return Stage.WHOLE if len(self.buffer) >= self.ends else Stage.PARTIAL

    def take(self) -> bytes:
        """Take the whole request out of the buffer."""
        raw = bytes(self.buffer[: self.ends])
        del self.buffer[: self.ends]
        self._forget()
        return raw

    def say(self, answer: bytes) -> None:
        """Send a few bytes; a client that does not take even these is not waited for."""
        try:
            self.is_broken = self.sock.send(answer) < len(answer)
        except OSError:
            self.is_broken = True

    def sender(self) -> bytes:
        """Return by what its sender is told from others: credentials, cookies or the address."""
        found = SENDER.search(self.buffer, 0, self.head_ends)
        return bytes(found[0]) if found else str(self.client[:1]).encode()

    def give_to_thread(self) -> None:
        """Have gunicorn's parser begin with what has been read."""
        self.parser = RequestParser(self.cfg, self.sock, self.client)
        self.parser.unreader = Paced(self.sock)
        self.parser.unreader.unread(bytes(self.buffer))
        self.buffer.clear()
        self._forget()

    def take_back(self) -> None:
        """Keep what the thread has read beyond its request."""
        self.buffer += self.parser.unreader.take_buffered()
        self.parser = None
        self.is_large = False

    def _find_head(self) -> Stage:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            if not (self.buffer[:1].isalpha() or self.buffer[:1] == b"\r"):
                return Stage.NO_HTTP
            return Stage.TOO_LONG if len(self.buffer) > LARGEST_HEAD else Stage.PARTIAL
        self.head_ends = end + 4
        head = bytes(self.buffer[: self.head_ends])
        length = wire.length_of(head)
        self.ends = self._end_of(head[:-2].lower()) if length is None else end + 4 + length
        if self.ends is not None:
            self.deadline = time.monotonic() + HEAD_WITHIN + (self.ends - end) / SLOWEST
        return Stage.WHOLE

    def _end_of(self, head: bytes) -> int | None:
        """Return where the request ends; None where its own thread must find out."""
        if any(odd in head for odd in ODD):
            return None
        lengths = head.count(b"\r\ncontent-length:")
        if not lengths:
            return self.head_ends
        found = LENGTH.search(head)
        if lengths > 1 or found is None:
            return self.head_ends  # gunicorn's parser refuses it by its head alone
        length = int(found[1])
        return self.head_ends + length if length <= LARGEST_WHOLE else None

    def _forget(self) -> None:
        self.head_ends, self.ends = 0, None


class Paced(SocketUnreader):  # type: ignore[misc]
    """Reads the rest of a request in its thread, and no slower than the slowest we wait for."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._began = time.monotonic()
        self._came = 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Return what comes next; raise TimeoutError when the client takes too long over it."""
        left = self._began + HEAD_WITHIN + self._came / SLOWEST - time.monotonic()
        if left <= 0:
            raise TimeoutError("The client sends its request too slowly.")
        self.sock.settimeout(min(left, QUIET))
        try:
            came: bytes = super().chunk(size_hint)
        finally:
            self.sock.settimeout(None)
        self._came += len(came)
        return came
