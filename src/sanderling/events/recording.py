"""Take events in: one call is one transaction and a handful of statements, however many events.

The worker is told that there is something to read; higher rooms (workflows) read on from
their own cursor, so nothing here knows what an event will start.
"""

import datetime as dt
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from sanderling.accounts.actors import Actor
from sanderling.contacts.models import Source
from sanderling.contacts.recognising import recognise, recognise_or_add
from sanderling.events import types
from sanderling.events.identifying import identity_of
from sanderling.lib.errors import Invalid
from sanderling.postgres.statements import Statements
from sanderling.postgres.waking import wake

STATEMENTS = Statements(__package__)
LONGEST_KEY_VALUE = 300
LONGEST_NAME = 100
WAKE_EVERY = 0.5  # seconds; a wake-up is a row, and the loop looks by itself every few seconds
_woken_at = 0.0


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to record.

    ``contact_id`` None: the parameters say who it is.  ``occurred_at`` None: now.
    ``is_past``: history; it starts nothing.
    """

    type_key: str
    key_value: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    occurred_at: dt.datetime | None = None
    contact_id: int | None = None
    is_past: bool = False


class EventRefused(Invalid):
    """The event lacks parameters that its type requires."""

    def __init__(self, declared: list[dict[str, Any]]) -> None:
        self.declared = declared
        shown = json.dumps(declared, ensure_ascii=False)
        super().__init__(f"The event should have the following params: {shown}")


def record(
    organisation_id: int, events: Sequence[NewEvent], *, by: Actor, creates: bool = True
) -> list[int]:
    """Write events and return their ids, in order; all of them or none.

    ``creates``: an identifier that nobody bears makes a new contact (source Event); otherwise
    the event is nobody's.  Raises Invalid for an event that cannot be taken, EventRefused when
    its type requires parameters that are missing.
    """
    if not events:
        return []
    for event in events:
        check(event)
    with transaction.atomic():
        declared = types.of_keys(organisation_id, (event.type_key for event in events))
        for event in events:
            require_params(declared[event.type_key], event)
        contact_ids = _contacts_of(organisation_id, events, by=by, creates=creates)
        ids = _insert(organisation_id, events, declared=declared, contact_ids=contact_ids)
        if any(not event.is_past for event in events):
            wake_workflows()
    return ids


def forget_past(organisation_id: int, *, first: dt.datetime, last: dt.datetime) -> int:
    """Delete the history sent for a period, both ends included; return how many events."""
    return STATEMENTS.run(
        "delete_past_events",
        {"organisation_id": organisation_id, "first": first, "last": last},
    )


def key_value_of(event: NewEvent) -> str:
    """Return the event's key; without one, the strongest identifier among its parameters."""
    if event.key_value:
        return event.key_value
    who = identity_of(event.params)
    return next((value for _, value in who.names()), str(event.contact_id or ""))


def check(event: NewEvent) -> None:
    """Raise Invalid when an event cannot be taken, whoever it is about."""
    check_named(event, key_value_of(event))


def check_named(event: NewEvent, key_value: str) -> None:
    """Raise Invalid when an event cannot be taken; its key is known already."""
    types.check_key(event.type_key)
    if len(event.key_value) > LONGEST_KEY_VALUE:
        raise Invalid(problems={"keyValue": [f"keyValue is longer than {LONGEST_KEY_VALUE}."]})
    if not key_value:
        raise Invalid(
            problems={"keyValue": ["Give keyValue, or a parameter that identifies the contact."]}
        )
    for name in event.params:
        if not name or len(name) > LONGEST_NAME:
            raise Invalid(problems={"params": [f"A name has 1 to {LONGEST_NAME} characters."]})


def require_params(declared: types.Declared, event: NewEvent) -> None:
    """Raise EventRefused when the event lacks what its type requires."""
    if declared.missing_from(event.params):
        raise EventRefused(declared.parameters)


def _contacts_of(
    organisation_id: int, events: Sequence[NewEvent], *, by: Actor, creates: bool
) -> list[int]:
    """Return whose each event is; 0 where nobody is known."""
    unknown = [at for at, event in enumerate(events) if event.contact_id is None]
    identities = [identity_of(events[at].params) for at in unknown]
    if creates:
        found = recognise_or_add(organisation_id, identities, source=Source.EVENT, by=by)
    else:
        found = recognise(organisation_id, identities)
    answers = dict(zip(unknown, found, strict=True))
    return [answers.get(at, event.contact_id or 0) for at, event in enumerate(events)]


def _insert(
    organisation_id: int,
    events: Sequence[NewEvent],
    *,
    declared: dict[str, types.Declared],
    contact_ids: list[int],
) -> list[int]:
    rows = STATEMENTS.rows(
        "insert_events",
        {
            "organisation_id": organisation_id,
            "type_ids": [declared[event.type_key].id for event in events],
            "contact_ids": contact_ids,
            "key_values": [key_value_of(event) for event in events],
            "params": [as_json(event.params) for event in events],
            "occurred": [event.occurred_at for event in events],
            "past": [event.is_past for event in events],
        },
    )
    return sorted(row[0] for row in rows)


def as_json(params: dict[str, Any]) -> str:
    """Return the text to store; PostgreSQL's text cannot hold NUL or half a surrogate pair."""
    text = json.dumps(params, ensure_ascii=False)
    if "\\u0000" in text or (not text.isascii() and _is_broken(text)):
        raise Invalid(problems={"params": ["A parameter holds a character that is no text."]})
    return text


def _is_broken(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def wake_workflows() -> None:
    """Wake the workflows at most twice a second: 350 events a second need no 350 wake-ups."""
    global _woken_at
    now = time.monotonic()
    if now - _woken_at >= WAKE_EVERY:
        _woken_at = now
        wake("workflows")
