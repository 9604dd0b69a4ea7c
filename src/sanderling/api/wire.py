"""The thin door: a plain event read from the bytes of its request, and its answer as bytes.

Django takes a millisecond for a request that asks for nothing of what it offers.  This door
reads only what is beyond doubt: ``POST /api/v1..3/event`` with HTTP Basic, a length, and a body
in UTF-8.  For everything else it says None, and the same bytes go through Django, which refuses
or reads leniently.  So nothing is decided here that could be decided differently there.
"""

import base64
import binascii
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from random import getrandbits

import msgspec
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from sanderling.accounts import keys
from sanderling.api.answering import ANY_ORIGIN, JSON, PLAIN
from sanderling.api.gathering import Outcome, Wish
from sanderling.api.operations import OPERATIONS, Operation
from sanderling.api.v1 import event_contacts
from sanderling.api.v1.events import LARGEST_BODY, Event, event_of
from sanderling.events import plain
from sanderling.lib.errors import SanderlingError

LARGEST_HEAD = 4096
MOST_HEADS = 2_000  # of some 400 bytes; they hold secrets, as the buffers do that they came in
MOST_HOSTS = 100  # a stranger may send any name: it must not fill the memory
# One line per header, one space or none after the colon, plain signs only: what the parsers of
# proxies and servers read in different ways does not get through here.
HEAD = re.compile(
    rb"POST /*api/+(v[123])/+event/* HTTP/1\.1\r\n"
    rb"((?:[A-Za-z0-9-]+: ?[\x21-\x7e][\x20-\x7e]*\r\n)+)\r\n"
)
KNOWN = frozenset(
    {b"host", b"authorization", b"content-length", b"content-type", b"connection", b"accept",
     b"accept-encoding", b"accept-language", b"user-agent", b"x-request-id", b"x-forwarded-for",
     b"x-forwarded-host", b"x-forwarded-port", b"x-forwarded-proto", b"x-real-ip", b"cookie",
     b"cache-control", b"pragma", b"origin", b"referer", b"via", b"forwarded"}
)  # fmt: skip
TYPE = re.compile(rb"[\w.+/-]+(?:; ?charset=\"?utf-8\"?)?", re.IGNORECASE)
LENGTH = re.compile(rb"0|[1-9][0-9]{0,6}")
REQUEST_ID = re.compile(rb"[A-Za-z0-9-]{1,64}")
_decode = msgspec.json.Decoder(Event, strict=False).decode
_methods: dict[bytes, Operation] = {}
_hosts: set[bytes] = set()


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a request says, read once: a client repeats it, but for the length."""

    digest: str
    operation: Operation
    length: int
    path: str
    request_id: str
    creates: bool
    closes: bool


_heads: dict[bytes, Head] = {}


def read(head: bytes, body: bytes) -> Wish | None:
    """Return the event that these bytes are, or None when it is not plain beyond doubt."""
    if (told := _heads.get(head)) is None:
        told = _told(head)
        if told is None:
            return None
        if not told.request_id:  # with an id of its own it does not come again
            if len(_heads) >= MOST_HEADS:
                _heads.clear()
            _heads[head] = told
    if told.length != len(body) or b"\\u0000" in body:
        return None
    event = _event(body, creates=told.creates)
    if event is None:
        return None
    return Wish(
        told.digest, event, told.operation, time.perf_counter(), told.request_id or _new_id(),
        told.path, told.closes,
    )  # fmt: skip


def length_of(head: bytes) -> int | None:
    """Return how long the body behind a head is that was read before; None for others."""
    told = _heads.get(head)
    return None if told is None else told.length


def _told(head: bytes) -> Head | None:
    """Return what a head says; None when it is not plain beyond doubt."""
    if len(head) > LARGEST_HEAD:
        return None
    found = HEAD.fullmatch(head)
    headers = _headers(found[2]) if found else None
    if found is None or headers is None or not _is_plain(headers):
        return None
    secret = _secret(headers.get(b"authorization", b""))
    length = headers.get(b"content-length", b"")
    if not secret or not LENGTH.fullmatch(length) or int(length) > LARGEST_BODY:
        return None
    given = headers.get(b"x-request-id", b"")
    return Head(
        keys.digest_of(secret),
        _operation(found[1]),
        int(length),
        head[5 : head.index(b" ", 5)].decode(),
        given.decode() if REQUEST_ID.fullmatch(given) else "",
        creates=found[1] != b"v1",
        closes=headers.get(b"connection", b"").lower() == b"close",
    )


def shown(headers: Mapping[str, str]) -> str:
    """Return the lines of the headers that the answers of this moment have alike."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


def answer(wish: Wish, common: str, *, closes: bool) -> bytes:
    """Return the bytes of the answer."""
    status, kind, body = ANSWERS[wish.outcome]
    own = f"Content-Type: {kind}\r\n" if kind else ""
    if wish.outcome is Outcome.DOWN:
        own += "Retry-After: 5\r\n"
    elif wish.verdict is not None:
        own += wish.verdict.lines()
    return (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n{common}{ORIGIN}{own}"
        f"Connection: {'close' if closes else 'keep-alive'}\r\n"
        f"X-Request-Id: {wish.request_id}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def _headers(block: bytes) -> dict[bytes, bytes] | None:
    """Return the headers by their names; None when one is unknown to us or stands twice."""
    lines = block.split(b"\r\n")[:-1]
    headers = {}
    for line in lines:
        name, _, value = line.partition(b":")
        headers[name.lower()] = value.strip()
    return headers if len(headers) == len(lines) and headers.keys() <= KNOWN else None


def _is_plain(headers: dict[bytes, bytes]) -> bool:
    kind = headers.get(b"content-type")
    if kind is not None and not TYPE.fullmatch(kind):
        return False
    if headers.get(b"connection", b"keep-alive").lower() not in (b"keep-alive", b"close"):
        return False
    return _is_ours(headers.get(b"host", b""))


def _is_ours(host: bytes) -> bool:
    """Whether Django would serve this host; the answer for a few good ones is remembered."""
    if host in _hosts:
        return True
    domain, _ = split_domain_port(host.decode("latin-1"))
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    if len(_hosts) < MOST_HOSTS:
        _hosts.add(host)
    return True


def _secret(shown: bytes) -> str:
    """Return the password of HTTP Basic; "" when something else is shown."""
    scheme, _, credentials = shown.partition(b" ")
    if scheme.lower() != b"basic":
        return ""
    try:
        decoded = base64.b64decode(credentials, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return decoded.decode("utf-8", "replace").partition(":")[2]


def _event(body: bytes, *, creates: bool) -> plain.Plain | None:
    try:
        event = event_of(_decode(body))
        if event_contacts.NAME in event.params:  # to be checked against the organisation's fields
            return None
        return plain.plain(event, creates=creates)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError, SanderlingError):
        return None


def _operation(version: bytes) -> Operation:
    if not _methods:
        _methods.update(
            (one.path[1:3].encode(), one) for one in OPERATIONS if one.bucket == "event"
        )
    return _methods[version]


def _new_id() -> str:
    """Return an id for a request that came without one; nobody has to guess it in vain."""
    return f"{getrandbits(64):016x}"  # as web.tracing's, without a call of the system


def _as_json(status: HTTPStatus, message: str) -> bytes:
    return msgspec.json.encode({"status": status.value, "error": status.phrase, "message": message})


ORIGIN = shown(ANY_ORIGIN)
ANSWERS = {
    Outcome.WRITTEN: (HTTPStatus.OK, "", b""),
    Outcome.LIMITED: (HTTPStatus.TOO_MANY_REQUESTS, PLAIN, b"Too many requests"),
    Outcome.DOWN: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        JSON,
        _as_json(HTTPStatus.SERVICE_UNAVAILABLE, "The database does not answer. Try again later."),
    ),
}
