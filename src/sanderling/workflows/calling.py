"""Call an address of the customer's choice over HTTPS.

The name is resolved once and judged; the connection goes to the address that was judged, under the
name that was asked for.  Redirects are not followed: they would lead past the judgement.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sanderling.lib.errors import SanderlingError
from sanderling.lib.hosts import Allowed, checked_address

SILENCE = 10.0  # seconds without a byte
DEADLINE = 20.0  # seconds for the whole call; a server that drips would else hold us for ever
LARGEST_ANSWER = 256 * 1024


class BadAddress(SanderlingError):
    """This is no https address."""


class NoAnswer(SanderlingError):
    """Nobody answered."""


@dataclass(frozen=True)
class Answer:
    """What came back; at most ``LARGEST_ANSWER`` bytes of it."""

    status: int
    body: bytes


def call(
    method: str, url: str, *, body: bytes, headers: Mapping[str, str], allowed: Allowed
) -> Answer:
    """Return the answer to one request.

    Raises BadAddress, HostRefused and HostNotFound for the address, NoAnswer for silence.
    """
    host, port, target = parts_of(url)
    address = checked_address(host, port, allowed=allowed)
    connection = _Pinned(host, port, address)
    alarm = threading.Timer(DEADLINE, connection.cut)
    alarm.start()
    try:
        connection.request(method, target, body=body or None, headers=dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, answer.read(LARGEST_ANSWER))
    except (OSError, http.client.HTTPException, ValueError) as trouble:
        raise NoAnswer(f"{host} did not answer: {trouble or type(trouble).__name__}") from trouble
    finally:
        alarm.cancel()
        connection.close()


def parts_of(url: str) -> tuple[str, int, str]:
    """Return host, port, and path with query; raise BadAddress."""
    try:
        parts = urlsplit(url)
        port = parts.port or http.client.HTTPS_PORT
    except ValueError:
        raise BadAddress from None
    if parts.scheme != "https" or not parts.hostname:
        raise BadAddress("The address must begin with https://.")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("The address must not hold a name or password.")
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    if not target.isascii() or any(sign <= " " or sign == "\x7f" for sign in target):
        raise BadAddress("The address holds signs that must be percent-encoded.")
    return parts.hostname, port, target


class _Pinned(http.client.HTTPSConnection):
    """A connection to one address, whatever the name would resolve to by now."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, timeout=SILENCE, context=self._tls)
        self._address = address

    def connect(self) -> None:
        """Connect there, and let the certificate be that of the name."""
        plain = socket.create_connection((self._address, self.port), SILENCE)
        try:
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise

    def cut(self) -> None:
        """Break off, from another thread."""
        sock = self.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # over already
