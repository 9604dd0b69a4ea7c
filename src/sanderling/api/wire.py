"""The thin door: a plain event read from the bytes of its request, and its answer as bytes.

Django takes a millisecond for a request that asks for nothing of what it offers.  This door
reads only what is beyond doubt: ``POST /api/v1..3/event`` with HTTP Basic, a length, and a body
in UTF-8.  For everything else it says None, and the same bytes go through Django, which refuses
or reads leniently.  So nothing is decided here that could be decided differently there.
"""

import base64
import binascii
import re
import secrets
import time
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from sanderling.accounts import keys
from sanderling.api.answering import ANY_ORIGIN, JSON, PLAIN
from sanderling.api.gathering import Outcome, Wish
from sanderling.api.operations import OPERATIONS, Operation
from sanderling.api.v1 import event_contacts
from sanderling.api.v1.events import LARGEST_BODY, Event, event_of
from sanderling.events import plain, recording
from sanderling.lib.errors import SanderlingError

LARGEST_HEAD = 4096
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
REQUEST_ID = re.compile(rb"[A-Za-z0-9-]{1,64}")
_decode = msgspec.json.Decoder(Event, strict=False).decode
_methods: dict[bytes, Operation] = {}
_hosts: set[bytes] = set()


def read(head: bytes, body: bytes) -> Wish | None:
    """Return the event that these bytes are, or None when it is not plain beyond doubt."""
    if len(head) > LARGEST_HEAD or len(body) > LARGEST_BODY:
        return None
    shown = HEAD.fullmatch(head)
    headers = _headers(shown[2]) if shown else None
    if shown is None or headers is None or not _is_plain(headers, body):
        return None
    secret = _secret(headers.get(b"authorization", b""))
    operation = _operation(shown[1])
    event = _event(body, creates=shown[1] != b"v1")
    if not secret or event is None:
        return None
    return Wish(
        keys.digest_of(secret),
        event,
        operation,
        time.perf_counter(),
        _request_id(headers.get(b"x-request-id", b"")),
        head[5 : head.index(b" ", 5)].decode(),
        headers.get(b"connection", b"").lower() == b"close",
    )


def answer(wish: Wish, headers: Mapping[str, str]) -> bytes:
    """Return the bytes of the answer; ``headers`` are those that every answer bears."""
    outcome, verdict = wish.outcome, wish.verdict
    status, kind, body = ANSWERS[outcome]
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in (*headers.items(), *ANY_ORIGIN.items())]
    if kind:
        lines.append(f"Content-Type: {kind}")
    if verdict is not None and outcome is not Outcome.DOWN:
        lines += [f"{name}: {value}" for name, value in verdict.headers().items()]
    if outcome is Outcome.DOWN:
        lines.append("Retry-After: 5")
    lines.append(f"X-Request-Id: {wish.request_id}")
    lines.append(f"Content-Length: {len(body)}\r\n\r\n")
    return "\r\n".join(lines).encode() + body


def _headers(block: bytes) -> dict[bytes, bytes] | None:
    """Return the headers by their names; None when one is unknown to us or stands twice."""
    lines = block.split(b"\r\n")[:-1]
    headers = {}
    for line in lines:
        name, _, value = line.partition(b":")
        headers[name.lower()] = value.strip()
    return headers if len(headers) == len(lines) and headers.keys() <= KNOWN else None


def _is_plain(headers: dict[bytes, bytes], body: bytes) -> bool:
    if headers.get(b"content-length") != str(len(body)).encode():
        return False
    kind = headers.get(b"content-type")
    if kind is not None and not TYPE.fullmatch(kind):
        return False
    if headers.get(b"connection", b"keep-alive").lower() not in (b"keep-alive", b"close"):
        return False
    return b"\\u0000" not in body and _is_ours(headers.get(b"host", b""))


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
        recording.check(event)
        return plain.plain(event, creates=creates)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError, SanderlingError):
        return None


def _operation(version: bytes) -> Operation:
    if not _methods:
        _methods.update(
            (one.path[1:3].encode(), one) for one in OPERATIONS if one.bucket == "event"
        )
    return _methods[version]


def _request_id(given: bytes) -> str:
    """Return the proxy's id when it is harmless, else a new one (as ``web.tracing`` does)."""
    return given.decode() if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _as_json(status: HTTPStatus, message: str) -> bytes:
    return msgspec.json.encode({"status": status.value, "error": status.phrase, "message": message})


ANSWERS = {
    Outcome.WRITTEN: (HTTPStatus.OK, "", b""),
    Outcome.LIMITED: (HTTPStatus.TOO_MANY_REQUESTS, PLAIN, b"Too many requests"),
    Outcome.DOWN: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        JSON,
        _as_json(HTTPStatus.SERVICE_UNAVAILABLE, "The database does not answer. Try again later."),
    ),
}
