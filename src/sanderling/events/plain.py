"""Write a tray of plain events: one statement, one round trip, one commit for all of them.

Plain is what needs nothing new: the key works, the type is there and wants no parameters, the
person is known.  What is not plain is left unwritten, and said so; ``recording`` knows the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg

from sanderling.events.identifying import identity_of
from sanderling.events.recording import NewEvent, key_value_of, wake_workflows
from sanderling.postgres.statements import Statements, own_connection

STATEMENTS = Statements(__package__)
_json = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a program, as it was when it was looked up."""

    digest: str
    rights: str


@dataclass(frozen=True, slots=True)
class Plain:
    """An event as the statement takes it: its person's names, and its parameters as JSON."""

    event: NewEvent
    names: tuple[tuple[str, str], ...]
    params: msgspec.Raw
    may_be_nobodys: bool


def plain(event: NewEvent, *, creates: bool) -> Plain:
    """Return a checked event, ready to be written.

    Raises ValueError or OverflowError where the parameters are not what JSON can say.
    """
    names = tuple(identity_of(event.params).names())
    params = msgspec.Raw(_json(event.params))
    return Plain(event, names, params, may_be_nobodys=not creates or not names)


def write(sent: Sequence[tuple[Key, Plain]]) -> set[int]:
    """Write what is plain and commit; return the places in ``sent`` of what was written.

    All of it or, on an error, nothing.  Outside of any transaction: its end is the promise.
    """
    places = {key: place for place, key in enumerate(dict.fromkeys(key for key, _ in sent))}
    params = {
        "keys": _text(
            {"place": place, "digest": key.digest, "rights": key.rights}
            for key, place in places.items()
        ),
        "events": _text(_row(at, places[key], one) for at, (key, one) in enumerate(sent)),
        "names": _text(
            {"place": at, "key": places[key], "rank": rank, "kind": kind, "value": value}
            for at, (key, one) in enumerate(sent)
            for rank, (kind, value) in enumerate(one.names)
        ),
    }
    # Bound by the server, unlike our other statements: three long texts are not quoted twice.
    with psycopg.Cursor(own_connection()) as cursor:
        written = {place for (place,) in cursor.execute(STATEMENTS["insert_plain_events"], params)}
    if written:
        wake_workflows()
    return written


def _row(at: int, key: int, one: Plain) -> dict[str, Any]:
    return {
        "place": at,
        "key": key,
        "type_key": one.event.type_key,
        "key_value": key_value_of(one.event),
        "params": one.params,
        "alone": one.may_be_nobodys,
    }


def _text(rows: Any) -> str:
    return _json(list(rows)).decode()
