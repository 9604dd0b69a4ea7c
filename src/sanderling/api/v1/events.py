"""Events, past events (api.md §5.7).

v1 and v2 send parameters as pairs, v3 as an object; every version takes both (api.md §10.16).
"""

import datetime as dt
from typing import Any

from sanderling.api.answering import EMPTY, Answer
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Shape
from sanderling.api.times import Unclear, moment_of
from sanderling.api.v1 import event_contacts
from sanderling.events.recording import EventRefused, NewEvent, forget_past, record
from sanderling.lib.errors import Invalid, SanderlingError

LARGEST_BODY = 20 * 1024
MOST_PAST = 500
OLDEST = dt.timedelta(days=366 * 20)


class Event(Shape):
    """An event; ``params`` are pairs or an object."""

    event_type_key: str | None = None
    key_value: str | None = None
    params: Any = None


class PastEvent(Event):
    """An event of the past."""

    occurred: str | None = None


class PastEvents(Shape):
    """Up to 500 events of the past."""

    events: list[PastEvent] | None = None


class Period(Shape, rename={"first": "from", "last": "to"}):
    """A period, both ends included."""

    first: str | None = None
    last: str | None = None


class EventTooLarge(SanderlingError):
    """The event is larger than 20 KB."""

    status = 413


@operation("POST", "/v1/event", summary="Register an event", bucket="event")
def register_event_v1(call: Call, body: Event) -> Answer:
    """Store an event; v1 makes no contacts."""
    return _register(call, body, creates=False)


@operation("POST", "/v2/event", summary="Register an event", bucket="event")
def register_event_v2(call: Call, body: Event) -> Answer:
    """Store an event; an identifier that nobody bears makes a contact."""
    return _register(call, body, creates=True)


@operation("POST", "/v3/event", summary="Register an event", bucket="event")
def register_event_v3(call: Call, body: Event) -> Answer:
    """Store an event; a refusal for missing parameters is JSON."""
    try:
        return _register(call, body, creates=True)
    except EventRefused as error:
        required = {one["name"]: {"required": bool(one.get("required"))} for one in error.declared}
        return Answer({"params": required}, status=400)


@operation("POST", "/v1/past_events", summary="Send past events", bucket="past events")
@operation("POST", "/v2/past_events", summary="Send past events", bucket="past events")
@operation("POST", "/v3/past_events", summary="Send past events", bucket="past events")
def past_events(call: Call, body: PastEvents) -> dict[str, Any]:
    """Store history: it starts nothing and makes no contacts; a verdict per row, in order."""
    sent = body.events or []
    if len(sent) > MOST_PAST:
        raise Invalid(f"A call takes at most {MOST_PAST} events, this one has {len(sent)}.")
    verdicts, taken = _judged(call, sent)
    record(call.organisation_id, taken, by=call.actor, creates=False)
    accepted = sum(verdict == "ACCEPTED" for verdict in verdicts)
    return {
        "results": [{"status": verdict} for verdict in verdicts],
        "successCount": accepted,
        "errorCount": len(verdicts) - accepted,
    }


@operation("DELETE", "/v1/past_events", summary="Delete past events", bucket="delete past events")
def delete_past_events(call: Call, body: Period) -> Answer:
    """Delete the history of a period; events that came live stay."""
    first, last = _bound(call, body.first), _bound(call, body.last)
    if first > last:
        raise Invalid("from must be before to.")
    forget_past(call.organisation_id, first=first, last=last)
    return EMPTY


def params_of(sent: Any) -> dict[str, Any]:
    """Return parameters by name, from pairs or from an object."""
    if sent is None:
        return {}
    if isinstance(sent, dict) and not _is_pair(sent):
        return {_name(name): value for name, value in sent.items()}
    if isinstance(sent, dict):
        pairs = [(sent["name"], sent["value"])]
    elif isinstance(sent, list) and all(isinstance(one, dict) and "name" in one for one in sent):
        pairs = [(one["name"], one.get("value")) for one in sent]
    else:
        raise Invalid("params must be pairs of name and value, or an object.")
    params = {_name(name): value for name, value in pairs}
    if len(params) < len(pairs):
        raise Invalid("params: every name may stand once only.")
    return params


def _register(call: Call, body: Event, *, creates: bool) -> Answer:
    if len(call.request.body) > LARGEST_BODY:
        raise EventTooLarge
    event = event_of(body)
    if creates:  # as v2 does; v1 hands on whatever it is given
        event_contacts.check(call.organisation_id, event.params)
    record(call.organisation_id, [event], by=call.actor, creates=creates)
    return EMPTY


def event_of(sent: Event, *, at: dt.datetime | None = None, is_past: bool = False) -> NewEvent:
    """Return an event as the room takes it."""
    return NewEvent(
        type_key=sent.event_type_key or "",
        key_value=(sent.key_value or "").strip(),
        params=params_of(sent.params),
        occurred_at=at,
        is_past=is_past,
    )


def _judged(call: Call, sent: list[PastEvent]) -> tuple[list[str], list[NewEvent]]:
    verdicts, taken = [], []
    for one in sent:
        verdict, at = _when(call, one.occurred)
        verdicts.append(verdict)
        if verdict == "ACCEPTED":
            taken.append(event_of(one, at=at, is_past=True))
    return verdicts, taken


def _when(call: Call, occurred: str | None) -> tuple[str, dt.datetime | None]:
    """Return the contract's word for a row's date, and the moment when it is usable."""
    if not occurred:
        return "OCCURRED_DATE_IS_REQUIRED", None
    try:
        moment = moment_of(occurred, call.organisation.zone)
    except Unclear:
        return "INCORRECT_OCCURRED_DATE_FORMAT", None
    now = dt.datetime.now(dt.UTC)
    if moment > now:
        return "OCCURRED_TIME_IN_FUTURE", None
    if moment < now - OLDEST:
        return "OCCURRED_TIME_TOO_DEPTH", None
    return "ACCEPTED", moment


def _bound(call: Call, given: str | None) -> dt.datetime:
    if not given:
        raise Invalid("Give both from and to.")
    return moment_of(given, call.organisation.zone)


def _is_pair(sent: dict[str, Any]) -> bool:
    return sent.keys() == {"name", "value"} and isinstance(sent["name"], str)


def _name(name: Any) -> str:
    if not isinstance(name, str) or not name.strip():
        raise Invalid("params: every parameter needs a name.")
    return name
