"""Sixteen programs tell us of the same new person at once; we end with one contact.

By external ID, by e-mail, by both; through one method and through all of them mixed.  No
answer is a 5xx, and nobody waits for another crosswise (a deadlock would be a 5xx or an error).
"""

from functools import partial

import pytest
from together import at_once

from sanderling.contacts import importing
from sanderling.contacts.models import Contact, ContactKey
from sanderling.events.models import Event

THREADS = 16
EMAIL = "same@example.com"
NAMED = {
    "external id": {"externalCustomerId": "S-1"},
    "e-mail": {"channels": [{"type": "email", "value": EMAIL}]},
    "both": {"externalCustomerId": "S-1", "channels": [{"type": "email", "value": EMAIL}]},
}
PARAMS = {
    "external id": {"externalCustomerId": "S-1"},
    "e-mail": {"email": "Same@Example.com"},
    "both": {"externalCustomerId": "S-1", "email": EMAIL},
}


def add(api, number, by):
    return api.post("/v1/contact", {**NAMED[by], "town": f"Town {number}"})


def add_many(api, number, by):
    others = [
        {"externalCustomerId": f"X-{number}-{n}", "firstName": "Ann"} for n in range(5)
    ]  # in another order in every call
    people = [{**NAMED[by], "town": f"Town {number}"}, *others]
    people = people[number % 6 :] + people[: number % 6]
    answer = api.post("/v1/contacts", {"contacts": people, "dedupeOn": "email"})
    importing.run_due()
    return answer


def tell(api, number, by):
    body = {"eventTypeKey": "seen", "keyValue": f"k{number}", "params": PARAMS[by]}
    return api.post("/v3/event", body)


def buy(api, number, by):
    order = {
        "externalOrderId": f"O-{number}",
        "totalCost": 10,
        "status": "DELIVERED",
        "date": "2025-03-01T10:00:00Z",
        "currency": "USD",
        **PARAMS[by],
    }
    return api.post("/v1/orders", {"orders": [order]})


def subscribe(api, number, by):
    contact = {**NAMED[by], "town": f"Town {number}"}
    return api.post("/v1/contact/subscribe", {"contact": contact, "formType": f"f{number}"})


WAYS = {
    "single": [add],
    "bulk": [add_many],
    "subscribe": [subscribe],
    "event": [tell],
    "order": [buy],
    "mixed": [add, add_many, tell, buy, subscribe],
}


def call_at_once(api, ways, by):
    """Call from sixteen threads at the same moment; return the answers."""
    return at_once(*(partial(ways[n % len(ways)], api, n, by) for n in range(THREADS)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", NAMED)
@pytest.mark.parametrize("way", WAYS)
def test_sixteen_at_once_make_one_contact(api, cast, way, by):
    before = set(Contact.objects.values_list("pk", flat=True))
    answers = call_at_once(api, WAYS[way], by)
    importing.run_due()
    assert [
        (answer.status_code, answer.content) for answer in answers if answer.status_code != 200
    ] == []
    assert len(answers) == THREADS
    made = Contact.objects.exclude(pk__in=before).exclude(external_id__startswith="X-")
    assert made.count() == 1
    [contact] = made
    wanted = {"external id": ("S-1", ""), "e-mail": ("", EMAIL), "both": ("S-1", EMAIL)}[by]
    assert (contact.external_id, contact.email.lower()) == wanted
    keys = {
        (kind, value) for kind, value in [("EXTERNAL_ID", wanted[0]), ("EMAIL", wanted[1])] if value
    }
    owned = ContactKey.objects.filter(contact_id=contact.pk)
    assert set(owned.values_list("kind", "value")) == keys
    assert set(Event.objects.values_list("contact_id", flat=True)) <= {contact.pk}


@pytest.mark.django_db(transaction=True)
def test_an_external_id_given_by_sixteen_updates_stays_with_one(api, cast):
    ids = [
        api.post("/v1/contact", {"channels": [{"type": "email", "value": f"p{n}@example.com"}]})
        .json()["id"]
        for n in range(THREADS)
    ]  # fmt: skip

    def give(api, number, by):
        return api.put(f"/v1/contact/{ids[number]}", {"externalCustomerId": "S-1"})

    answers = call_at_once(api, [give], "")
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * (THREADS - 1)
    assert Contact.objects.filter(external_id="S-1").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_device_signing_in_sixteen_times_ends_with_one_owner(api, cast):
    token = {"type": "mobilepush", "value": "tok", "device": {"appId": "7"}}
    api.post("/v1/contact", {"channels": [token]})

    def sign_in(api, number, by):
        person = {"externalCustomerId": f"S-{number % 2}", "town": f"T{number}"}
        return api.post("/v1/contact", {**person, "channels": [token]})

    answers = call_at_once(api, [sign_in], "")
    assert {answer.status_code for answer in answers} == {200}
    people = Contact.objects.filter(external_id__startswith="S-", deleted_at=None)
    assert people.count() == 2
    owner = ContactKey.objects.get(kind="TOKEN").contact_id
    from sanderling.contacts.models import Device

    assert Device.objects.get().contact_id == owner
