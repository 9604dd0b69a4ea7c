"""An end to waiting for a server that says nothing at all.

``statement_timeout`` is kept by the server's own process: when that hangs (a stopped machine, a
disk that does not answer) while its kernel still acknowledges our packets, neither it nor TCP
ends the wait.  So a timer of ours cuts the wire.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator

import psycopg

from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.postgres.opening import Connection

# The server's own timeout should come first: its connection can be kept.
GRACE_SECONDS = 10.0


@contextlib.contextmanager
def deadline(connection: Connection, *, seconds: float) -> Iterator[None]:
    """Cut the connection when the block takes longer.

    The socket is duplicated beforehand: a number looked up by the timer could by then belong to
    somebody else's connection.

    Raises SourceUnavailable (TIMEOUT) when it was cut.
    """
    with socket.socket(fileno=os.dup(connection.fileno())) as wire:
        has_passed = threading.Event()
        timer = threading.Timer(seconds + GRACE_SECONDS, _cut, (wire, has_passed))
        timer.daemon = True
        timer.start()
        try:
            yield
        except (psycopg.Error, SourceUnavailable) as error:
            if has_passed.is_set():
                raise SourceUnavailable(
                    Cause.TIMEOUT, "The database does not answer; the connection was cut."
                ) from error
            raise
        finally:
            timer.cancel()


def _cut(wire: socket.socket, has_passed: threading.Event) -> None:
    has_passed.set()
    with contextlib.suppress(OSError):  # the block has just ended
        wire.shutdown(socket.SHUT_RDWR)
