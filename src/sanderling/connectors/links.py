"""Fetch a file from an address that a caller gave, without being led into our own network.

The address is resolved once, judged, and connected to as it was judged; redirections are
judged again.  Time and size are bounded.
"""

import base64
import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from django.conf import settings

from sanderling.lib import hosts
from sanderling.lib.errors import Invalid, SanderlingError

LARGEST_FILE = 100 * 1024 * 1024
CHUNK = 256 * 1024
PATIENCE = 15.0  # seconds of silence
LONGEST = 120.0  # seconds altogether
MOST_HOPS = 3
REDIRECTED = frozenset({301, 302, 303, 307, 308})


class NotFetched(SanderlingError):
    """The file could not be fetched from this link."""

    status = 400


def name_of(link: str) -> str:
    """Return a name for the file of a link, without what the link may hold of a password."""
    return unquote(_parts_of(link).path.rpartition("/")[2])[-100:] or "upload.csv"


def chunks_of(link: str, *, limit: int) -> Iterator[bytes]:
    """Yield the file of a link; raises NotFetched with the reason, HostRefused for inner hosts."""
    until = time.monotonic() + LONGEST
    with closing(_opened(link)) as response:
        size = 0
        while chunk := _read(response):
            size += len(chunk)
            if size > limit:
                raise NotFetched(f"The file is larger than {limit // 1024 // 1024} MB.")
            if time.monotonic() > until:
                raise NotFetched("The server takes too long to send the file.")
            yield chunk


def _opened(link: str) -> http.client.HTTPResponse:
    for _ in range(MOST_HOPS + 1):
        response = _asked(_parts_of(link))
        if response.status not in REDIRECTED:
            break
        link = urljoin(link, response.headers.get("Location", ""))
        response.close()
    if response.status != http.client.OK:
        status = response.status
        response.close()
        raise NotFetched(f"The server of the link answered {status}.")
    return response


def _parts_of(link: str) -> SplitResult:
    try:
        parts = urlsplit(link)
        _ = parts.port
    except ValueError as error:
        raise Invalid("link is not an address.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid("link must begin with http:// or https://.")
    return parts


def _asked(parts: SplitResult) -> http.client.HTTPResponse:
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    allowed = hosts.Allowed.from_words(settings.ALLOWED_PRIVATE_HOSTS)
    address = hosts.checked_address(host, port, allowed=allowed)
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    try:
        connection = _connected(parts.scheme, host, address, port)
        connection.request("GET", target, headers=_headers(parts))
        return connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotFetched(f"The server of the link cannot be reached: {error}.") from error


def _connected(scheme: str, host: str, address: str, port: int) -> http.client.HTTPConnection:
    """Return a connection to the judged address that still speaks to the host by its name."""
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    plain = socket.create_connection((address, port), timeout=PATIENCE)
    if scheme == "https":
        connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    else:
        connection.sock = plain
    return connection


def _headers(parts: SplitResult) -> dict[str, str]:
    shown = {"User-Agent": "Sanderling", "Accept": "*/*", "Accept-Encoding": "identity"}
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        shown["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return shown


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise NotFetched("The connection broke while the file was being fetched.") from error
