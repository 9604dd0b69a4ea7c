import datetime as dt
from functools import partial

import pytest
from cast import assemble
from together import at_once

from sanderling.contacts.models import Contact
from sanderling.events.models import Event, EventType
from sanderling.events.recording import EventRefused, NewEvent, forget_past, record
from sanderling.events.types import declare
from sanderling.lib.errors import Invalid


def test_an_event_finds_its_contact_by_its_parameters(cast):
    named = {
        "contactId": str(cast.dina.pk),
        "externalcustomerid": "C-1",
        "EmailAddress": "KOZAK@example.com",
        "SMS": "+380 67 000 00 01",
    }
    for name, value in named.items():
        record(cast.organisation.pk, [NewEvent("seen", params={name: value})], by=cast.owner)
    assert set(Event.objects.values_list("contact_id", flat=True)) == {cast.dina.pk}
    assert EventType.objects.get().key == "seen"


def test_the_strongest_identifier_wins_wherever_it_stands(cast):
    params = {"email": "ivan@приклад.укр", "externalCustomerId": "C-1"}
    record(cast.organisation.pk, [NewEvent("seen", params=params)], by=cast.owner)
    assert Event.objects.get().contact_id == cast.dina.pk


def test_an_empty_or_null_external_id_names_nobody(cast):
    for nothing in ("", "  ", "null", "NULL", None):
        params = {"externalCustomerId": nothing, "email": "kozak@example.com"}
        record(cast.organisation.pk, [NewEvent("seen", params=params)], by=cast.owner)
    assert set(Event.objects.values_list("contact_id", flat=True)) == {cast.dina.pk}


def test_parameters_keep_the_order_they_came_in(cast):
    params = {"zeta": 1, "a": {"y": [1, 2], "b": None}, "email": "kozak@example.com", "Ї": "т"}
    record(cast.organisation.pk, [NewEvent("seen", params=params)], by=cast.owner)
    stored = Event.objects.get().params
    assert list(stored) == ["zeta", "a", "email", "Ї"]
    assert list(stored["a"]) == ["y", "b"]


def test_ids_come_back_in_the_order_of_the_call(cast):
    events = [NewEvent("seen", key_value=f"k{n}", contact_id=cast.dina.pk) for n in range(50)]
    ids = record(cast.organisation.pk, events, by=cast.owner)
    stored = dict(Event.objects.values_list("id", "key_value"))
    assert [stored[number] for number in ids] == [f"k{n}" for n in range(50)]


def test_an_unknown_address_makes_a_contact_unless_told_not_to(cast):
    before = Contact.objects.count()
    new = NewEvent("seen", params={"email": "new@example.com"})
    record(cast.organisation.pk, [new], by=cast.owner, creates=False)
    assert (Contact.objects.count(), Event.objects.get().contact_id) == (before, 0)
    record(cast.organisation.pk, [new, new], by=cast.owner)
    made = Contact.objects.get(email="new@example.com")
    assert made.source == "EVENT"
    assert Event.objects.filter(contact_id=made.pk).count() == 2


def test_without_a_key_the_identifier_is_the_key(cast):
    record(
        cast.organisation.pk, [NewEvent("seen", params={"email": "Kozak@Example.com"})],
        by=cast.owner,
    )  # fmt: skip
    assert Event.objects.get().key_value == "kozak@example.com"
    with pytest.raises(Invalid, match="identifies the contact"):
        record(cast.organisation.pk, [NewEvent("seen", params={"cart": 7})], by=cast.owner)
    assert Event.objects.count() == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 101, "a<b", "a;b", "a’b", "a\\b", "a,b"])
def test_a_key_with_forbidden_signs_is_refused(cast, key):
    with pytest.raises(Invalid, match="eventTypeKey"):
        record(cast.organisation.pk, [NewEvent(key, key_value="k")], by=cast.owner)
    assert EventType.objects.count() == 0


def test_a_declared_type_refuses_what_lacks_a_required_parameter(cast):
    record(cast.organisation.pk, [NewEvent("cart", key_value="1")], by=cast.owner)
    kind = EventType.objects.get()
    declared = [{"name": "cartId", "required": True}, {"name": "total", "required": False}]
    declare(cast.organisation.pk, kind.pk, parameters=declared, by=cast.owner)
    with pytest.raises(EventRefused, match='"cartId", "required": true'):
        record(cast.organisation.pk, [NewEvent("cart", key_value="2")], by=cast.owner)
    assert Event.objects.count() == 1
    record(
        cast.organisation.pk, [NewEvent("cart", key_value="2", params={"cartId": 7})],
        by=cast.owner,
    )  # fmt: skip
    assert Event.objects.count() == 2


def test_text_that_postgresql_cannot_hold_is_refused(cast):
    for broken in ("a\x00b", "\ud800"):
        with pytest.raises(Invalid, match="no text"):
            record(
                cast.organisation.pk, [NewEvent("seen", "k", params={"x": broken})], by=cast.owner
            )
    assert Event.objects.count() == 0


def test_a_strangers_contact_is_not_recognised(cast):
    record(
        cast.elsewhere.pk, [NewEvent("seen", params={"contactId": cast.dina.pk})],
        by=cast.stranger,
    )  # fmt: skip
    assert Event.objects.get().contact_id == 0


def test_history_can_be_forgotten_and_live_events_stay(cast):
    when = dt.datetime(2024, 1, 10, 12, tzinfo=dt.UTC)
    record(
        cast.organisation.pk,
        [
            NewEvent("seen", "old", occurred_at=when, contact_id=cast.dina.pk, is_past=True),
            NewEvent("seen", "live", occurred_at=when, contact_id=cast.dina.pk),
        ],
        by=cast.owner,
    )
    assert forget_past(cast.elsewhere.pk, first=when, last=when) == 0
    assert forget_past(cast.organisation.pk, first=when, last=when) == 1
    assert Event.objects.get().key_value == "live"


@pytest.mark.django_db(transaction=True)
def test_sixteen_events_of_one_new_person_make_one_contact():
    cast = assemble()

    def teller(number: int) -> None:
        event = NewEvent("seen", f"k{number}", params={"email": "many@example.com"})
        record(cast.organisation.pk, [event], by=cast.owner)

    at_once(*(partial(teller, number) for number in range(16)))
    made = Contact.objects.get(email="many@example.com")
    assert Event.objects.filter(contact_id=made.pk).count() == 16
