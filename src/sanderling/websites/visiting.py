"""A visitor did something: an event of its contact, or a hit that waits until it has one.

Every hit locks its visitor's row first, so one browser's events are taken one after the other:
of two that both say who it is, the second finds the visitor bound already.  Two browsers of one
new person meet at the keys of the contact (``contacts.adding``).
"""

from dataclasses import replace
from typing import Any

from sanderling.accounts.actors import Actor
from sanderling.contacts import adding, joining
from sanderling.contacts.models import Contact, EmailStatus, Source
from sanderling.contacts.recognising import NOBODY, Identity, person_of, recognise
from sanderling.events import recording, types
from sanderling.events.recording import NewEvent
from sanderling.lib.errors import Conflict, Invalid
from sanderling.postgres.statements import Statements
from sanderling.websites import tickets
from sanderling.websites.hits import Hit
from sanderling.websites.models import Visitor

STATEMENTS = Statements(__package__)
MOST_HELD = 500  # hits of one nobody; the oldest go first
MOST_TYPES = 300  # of an organisation; above it strangers cannot make new event types
CLAIMS = ("external_id", "email", "phone")


def receive(organisation_id: int, hit: Hit, *, creates: bool) -> int:
    """Take what a visitor did; return whose it is, ``NOBODY`` when it waits for an owner.

    ``creates``: who is named and unknown becomes a contact, unconfirmed.  What exists is never
    changed by a page: anybody can say anything there.  Raises Invalid for what is no event.
    """
    event = _event_of(organisation_id, hit)
    return adding.until_no_race(lambda: _received(organisation_id, hit, event, creates=creates))


def _received(organisation_id: int, hit: Hit, event: NewEvent, *, creates: bool) -> int:
    by = Actor.system(organisation_id)
    if not hit.cookie:
        owner = _named(organisation_id, hit.who, creates=creates, by=by)
    else:
        owner = identify(
            organisation_id, hit.cookie, hit.who, ticket=hit.ticket, creates=creates, by=by
        )
    if owner != NOBODY:
        recording.record(organisation_id, [replace(event, contact_id=owner)], by=by)
    elif hit.cookie:
        _hold(organisation_id, hit, event)
    return owner


def identify(
    organisation_id: int,
    cookie: str,
    who: Identity,
    *,
    ticket: str = "",
    creates: bool = False,
    by: Actor,
) -> int:
    """Return whose a browser is, now that it said this; locks the visitor.

    Its history joins a contact that was not known before.
    """
    visitor = {"organisation_id": organisation_id, "cookie": cookie}
    bound, said = STATEMENTS.rows("see_visitor", visitor)[0]
    if contact_id := tickets.read(organisation_id, ticket):
        who = Identity(contact_id=contact_id)
    elif not any(who.names()):
        if bound or not said:
            return int(bound)
        who = Identity(**said)  # perhaps a contact has these names by now
    owner = _named(organisation_id, who, creates=creates, by=by)
    if owner == NOBODY:
        _remember(visitor, who, said)
        return int(bound)
    if owner != bound:
        _join(organisation_id, int(bound), owner, by=by)
        bind(organisation_id, cookie, owner, by=by)
    return owner


def bind(organisation_id: int, cookie: str, contact_id: int, *, by: Actor) -> None:
    """Give a browser to a contact, with all that waited."""
    visitor = {"organisation_id": organisation_id, "cookie": cookie}
    STATEMENTS.run("bind_visitor", visitor | {"contact_id": contact_id})
    waited = [
        NewEvent(type_key, key_value, params, occurred_at, contact_id=contact_id, is_past=True)
        for type_key, key_value, params, occurred_at in STATEMENTS.rows("take_hits", visitor)
    ]
    declared = types.of_keys(organisation_id, {event.type_key for event in waited})
    # History that its type would refuse today is left out.
    taken = [one for one in waited if not declared[one.type_key].missing_from(one.params)]
    recording.record(organisation_id, taken, by=by)


def owner_of(organisation_id: int, cookies: list[str]) -> int:
    """Return the contact of the first of these browsers that has one, or ``NOBODY``."""
    ours = Visitor.objects.filter(organisation_id=organisation_id, contact_id__gt=NOBODY)
    rows = dict(ours.filter(cookie__in=cookies).values_list("cookie", "contact_id"))
    return next((rows[cookie] for cookie in cookies if cookie in rows), NOBODY)


def _join(organisation_id: int, former: int, contact_id: int, *, by: Actor) -> None:
    """Make a contact that was nothing but this browser's pushes a part of the known one."""
    contact = Contact.objects.filter(organisation_id=organisation_id, pk=former).first()
    if contact is not None and not joining.is_named(contact):
        words = "The browser's visitor said who it is."
        joining.join(organisation_id, former, contact_id, reason=words, by=by)


def _event_of(organisation_id: int, hit: Hit) -> NewEvent:
    event = NewEvent(hit.type_key, hit.key_value, hit.params, hit.occurred_at)
    recording.check(event)
    recording.as_json(event.params)
    if not types.has_room_for(organisation_id, hit.type_key, most=MOST_TYPES):
        raise Invalid(f"There are {MOST_TYPES} event types already; this one is unknown.")
    return event


def _named(organisation_id: int, who: Identity, *, creates: bool, by: Actor) -> int:
    """Return the contact that bears these names, perhaps a new one."""
    if not any(who.names()):
        return NOBODY
    (found,) = recognise(organisation_id, [who])
    person = person_of(who) if creates and found == NOBODY else None
    if person is None:
        return found
    try:
        return adding.upsert(
            organisation_id,
            person,
            by=by,
            source=Source.SITE_AUTOMATED,
            email_status=EmailStatus.UNCONFIRMED,
            restore=False,
            lenient=True,
        ).contact_id
    except (Conflict, Invalid):  # it was deleted, or the names are no names
        return NOBODY


def _remember(visitor: dict[str, Any], who: Identity, said: dict[str, str]) -> None:
    claims = {name: getattr(who, name)[:254] for name in CLAIMS if getattr(who, name)}
    if claims and claims != said:
        STATEMENTS.run("remember_claims", visitor | {"said": claims})


def _hold(organisation_id: int, hit: Hit, event: NewEvent) -> None:
    declared = types.of_keys(organisation_id, [event.type_key])[event.type_key]
    recording.require_params(declared, event)
    params = {
        "organisation_id": organisation_id,
        "cookie": hit.cookie,
        "type_key": event.type_key,
        "key_value": event.key_value,
        "params": recording.as_json(event.params),
        "occurred_at": event.occurred_at,
        "most": MOST_HELD,
    }
    ((held,),) = STATEMENTS.rows("hold_hit", params)
    if held > MOST_HELD:
        STATEMENTS.run("drop_oldest_hits", params)
