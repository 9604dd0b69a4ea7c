"""One connection to a provider, kept between messages; its address is judged before it opens.

What matters is *when* it breaks.  Before the request has left nothing has happened; afterwards
the provider may have the message, and only it knows.
"""

import http.client
import ipaddress
import select
import socket
import ssl
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from sanderling.lib.errors import SanderlingError
from sanderling.lib.hosts import is_public

Resolve = Callable[[str, int], str]
"""Returns the IP address to connect to for a host and port, or raises a SanderlingError."""

LARGEST_ANSWER = 256 * 1024
CONNECT_TIMEOUT = 10.0
ANSWER_TIMEOUT = 30.0
LONGEST_IDLE = 20.0  # seconds; few servers hang up sooner, and a break would be a doubt


class NotReached(SanderlingError):
    """Nobody answered at the gateway; nothing was handed over."""


class AnswerLost(SanderlingError):
    """The gateway got the message and its answer was lost."""


class Answer(NamedTuple):
    """What came back; at most ``LARGEST_ANSWER`` bytes of it."""

    status: int
    body: bytes


class Connection:
    """Speaks to the host of one address, one request after the other."""

    def __init__(self, url: str, *, resolve: Resolve, ca_file: str = "") -> None:
        parts = urlsplit(url)
        self._is_tls = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._is_tls else 80)
        self._resolve = resolve
        self._ca_file = ca_file
        self._open: http.client.HTTPConnection | None = None
        self._used_at = 0.0

    def ask(self, method: str, target: str, *, body: bytes, headers: dict[str, str]) -> Answer:
        """Return the answer to one request.

        Raises NotReached when nothing was handed over, AnswerLost when perhaps something was.
        """
        connection = self._connected()
        try:
            connection.request(method, target, body=body or None, headers=headers)
            answer = connection.getresponse()
            found = Answer(answer.status, answer.read(LARGEST_ANSWER))
        except (OSError, http.client.HTTPException, ValueError) as trouble:
            self.close()
            raise AnswerLost(f"{self._host}: {trouble or type(trouble).__name__}") from trouble
        self._used_at = time.monotonic()
        if answer.will_close or not answer.isclosed():
            self.close()
        return found

    def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _connected(self) -> http.client.HTTPConnection:
        idle = time.monotonic() - self._used_at
        if self._open is not None and idle < LONGEST_IDLE and not _is_stale(self._open.sock):
            return self._open
        self.close()
        try:
            self._open = self._connect()
        except SanderlingError as refusal:
            raise NotReached(refusal.message) from refusal
        except OSError as trouble:
            raise NotReached(f"{self._host} does not answer: {trouble}") from trouble
        return self._open

    def _connect(self) -> http.client.HTTPConnection:
        address = self._resolve(self._host, self._port)
        if not self._is_tls and is_public(ipaddress.ip_address(address)):
            raise NotReached("Credentials may not cross the internet in the clear: use https.")
        plain = socket.create_connection((address, self._port), CONNECT_TIMEOUT)
        plain.settimeout(ANSWER_TIMEOUT)
        connection = http.client.HTTPConnection(self._host, self._port)
        connection.auto_open = 0  # never by name: the address was judged
        try:
            connection.sock = self._protected(plain) if self._is_tls else plain
        except BaseException:
            plain.close()
            raise
        return connection

    def _protected(self, plain: socket.socket) -> socket.socket:
        context = ssl.create_default_context(cafile=self._ca_file or None)
        return context.wrap_socket(plain, server_hostname=self._host)


def _is_stale(sock: socket.socket | None) -> bool:
    """Whether the other side has hung up meanwhile: then nothing may be written into it.

    Nobody speaks unasked in HTTP, so whatever there is to read is the end.
    """
    if sock is None:
        return True
    poll = select.poll()
    poll.register(sock, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))
