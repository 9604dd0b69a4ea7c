"""Many single events, one commit: calls that arrive together are written together.

A commit waits for the disk, and a dozen round trips cost more than the row.  So a call leaves
its event in a tray; one of the waiting calls takes the tray, asks once for all keys, types and
contacts, inserts once and commits once, and then every call of the tray is answered.  Alone, a
call finds its tray empty and waits for nobody; under load trays fill by themselves while the
one before is being written.  No answer goes out before the commit of its event.

Only the plain case goes this way.  Whatever is odd (a token, an unknown key, a type that wants
parameters, a mistake in the body) goes the ordinary road, which knows all the answers.
Measured by ``bench/api.py``.
"""

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse

from sanderling.accounts import keys
from sanderling.accounts.actors import Actor
from sanderling.api import answering, authenticating
from sanderling.api.limiting import LIMITS, Verdict
from sanderling.api.operations import Operation
from sanderling.api.rights import opens, permissions_of
from sanderling.api.v1.events import LARGEST_BODY, Event, event_of
from sanderling.events import recording
from sanderling.events.recording import NewEvent
from sanderling.lib.errors import SanderlingError
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
MOST_AT_ONCE = 500
PATIENCE = 30.0
_decode = msgspec.json.Decoder(Event, strict=False).decode


@dataclass(slots=True)
class Wish:
    """An event in the tray: what is known of it, and how it ended."""

    digest: str
    event: NewEvent
    creates: bool
    operation: Operation
    turn: threading.Event = field(default_factory=threading.Event)
    is_leader: bool = False
    caller: tuple[int, str] | None = None  # organisation and identity, once it is written
    verdict: Verdict | None = None


class Tray:
    """Where calls wait for one of them to write for all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Wish] = []
        self._is_busy = False

    def put(self, wish: Wish) -> None:
        """Return when the wish has been dealt with, by this thread or by another."""
        with self._lock:
            self._waiting.append(wish)
            if not self._is_busy:
                self._is_busy = wish.is_leader = True
        if not wish.is_leader and not wish.turn.wait(PATIENCE):
            return
        if wish.is_leader:
            self._lead(wish)

    def _lead(self, own: Wish) -> None:
        """Write what has gathered, then hand the lead to one who came meanwhile."""
        with self._lock:
            batch = self._waiting[:MOST_AT_ONCE]
            del self._waiting[:MOST_AT_ONCE]
        try:
            _write(batch)
        finally:
            self._hand_over()
            for wish in batch:
                if wish is not own:
                    wish.turn.set()

    def _hand_over(self) -> None:
        with self._lock:
            if not self._waiting:
                self._is_busy = False
                return
            heir = self._waiting[0]
            heir.is_leader = True
            heir.turn.set()


TRAY = Tray()


def answer(request: HttpRequest, operation: Operation) -> HttpResponse | None:
    """Return the answer to a plain event, or None: then the ordinary road must be taken."""
    if connection.in_atomic_block:
        return None
    wish = _wish_of(request, operation)
    if wish is None:
        return None
    TRAY.put(wish)
    if wish.verdict is None:
        return None
    if not wish.verdict.allowed:
        response = answering.sentence(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests")
    elif wish.caller is None:
        return None
    else:
        response = answering.response_of(answering.EMPTY)
    for name, value in wish.verdict.headers().items():
        response.headers[name] = value
    return response


def _wish_of(request: HttpRequest, operation: Operation) -> Wish | None:
    """Read a call that is as plain as can be."""
    secret = authenticating.password_of(request)
    body = request.body
    if not secret or len(body) > LARGEST_BODY or b"\\u0000" in body:
        return None
    if (request.content_params or {}).get("charset", "utf-8").lower() != "utf-8":
        return None
    try:
        event = event_of(_decode(body))
        recording.check(event)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, SanderlingError):
        return None
    creates = not operation.path.startswith("/v1/")
    return Wish(keys.digest_of(secret), event, creates, operation)


def _write(batch: Sequence[Wish]) -> None:
    """Write a tray in one transaction; what cannot be written so is left as it is."""
    try:
        with transaction.atomic():
            known = _keys_of(batch)
            groups: dict[tuple[Any, ...], list[Wish]] = defaultdict(list)
            for wish in batch:
                key = known.get(wish.digest)
                if key and opens(frozenset({key[2]}), wish.operation.group):
                    wish.verdict = LIMITS.take(key[1], wish.operation.bucket)
                    if wish.verdict.allowed:
                        groups[(*key, wish.creates)].append(wish)
            for group, wishes in groups.items():
                _record(group, wishes)
        for (key_id, organisation_id, *_), wishes in groups.items():
            for wish in wishes:
                wish.caller = (organisation_id, f"key {key_id}")
    except (SanderlingError, DatabaseError):
        # One of them spoils the batch; each goes the ordinary road and gets its own answer.
        for wish in batch:
            if wish.verdict is not None and wish.verdict.allowed:
                wish.verdict = None


def _record(group: tuple[Any, ...], wishes: Sequence[Wish]) -> None:
    _, organisation_id, rights, start, creates = group
    held = frozenset({rights})
    by = Actor(organisation_id, f"key {start}…", permissions_of(held), key_rights=held)
    recording.record(organisation_id, [wish.event for wish in wishes], by=by, creates=creates)


def _keys_of(batch: Sequence[Wish]) -> dict[str, tuple[int, int, str, str]]:
    """Return id, organisation, rights and start of each working key, by its hash."""
    digests = list({wish.digest for wish in batch})
    rows = STATEMENTS.rows("select_keys", {"digests": digests})
    return {digest: tuple(key) for digest, *key in rows}
