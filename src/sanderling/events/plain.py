"""Write a tray of plain events: one statement, one round trip, one commit for all of them.

Plain is what needs nothing new: the key works, the type is there and wants no parameters, the
person is known.  What is not plain is left unwritten, and said so; ``recording`` knows the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from sanderling.events import recording
from sanderling.events.identifying import identity_of
from sanderling.events.recording import NewEvent
from sanderling.postgres.conversing import numbered
from sanderling.postgres.statements import Statements

STATEMENT = numbered(Statements(__package__)["insert_plain_events"], ["keys", "events", "names"])
_json = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a program, as it was when it was looked up."""

    digest: str
    rights: str


class Name(msgspec.Struct):
    """A name of an event's person, as the statement takes it."""

    rank: int
    kind: str
    value: str
    place: int = 0
    key: int = 0


class Row(msgspec.Struct):
    """An event as the statement takes it; ``alone`` where it may be nobody's."""

    type_key: str
    key_value: str
    params: msgspec.Raw
    alone: bool
    place: int = 0
    key: int = 0


class Plain(msgspec.Struct):
    """An event that waits to be written, and the names of its person."""

    row: Row
    names: list[Name]


def plain(event: NewEvent, *, creates: bool) -> Plain:
    """Return an event, checked and ready to be written.

    Raises Invalid when it cannot be taken, ValueError or OverflowError where the parameters are
    not what JSON can say.
    """
    found = list(identity_of(event.params).names())
    names = [Name(rank, kind, value) for rank, (kind, value) in enumerate(found)]
    key_value = event.key_value or (names[0].value if names else "")
    recording.check_named(event, key_value)
    params = msgspec.Raw(_json(event.params))
    return Plain(Row(event.type_key, key_value, params, not creates or not names), names)


def params_of(sent: Sequence[tuple[Key, Plain]]) -> list[bytes]:
    """Return what ``STATEMENT`` takes: the keys, the events and the names of their people.

    It answers with the places in ``sent`` of what it has written; all of it or, on an error,
    nothing.  Outside of any transaction: its end is the promise.
    """
    places: dict[Key, int] = {}
    names = []
    for place, (key, one) in enumerate(sent):
        number = places.setdefault(key, len(places))
        one.row.place, one.row.key = place, number
        for name in one.names:
            name.place, name.key = place, number
            names.append(name)
    keys = [
        {"place": place, "digest": key.digest, "rights": key.rights}
        for key, place in places.items()
    ]
    return [_json(keys), _json([one.row for _, one in sent]), _json(names)]
