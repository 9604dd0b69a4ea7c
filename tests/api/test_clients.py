"""A client of another author, as published, against our server on a real socket.

It puts a slash behind every address, sends a body with every request and repeats list parameters;
all of its 27 calls must do what they say.
"""

import pytest
from cast import assemble

from sanderling.accounts import keys
from sanderling.contacts import fields, importing, lists
from sanderling.contacts.models import Contact, ListMember, Suppression
from sanderling.events.models import Event
from sanderling.messages.models import Message
from sanderling.orders.models import Order
from sanderling.sending.models import Delivery

esputnik = pytest.importorskip("esputnik.esputnik", reason="ok-esputnik is not installed")

PERSON = {
    "first_name": "Ann", "last_name": "Lee",
    "channels": [{"type": "email", "value": "ann@example.com"}],
}  # fmt: skip
ITEM = {
    "id": "P-1", "name": "Cup", "quantity": 2, "cost": 12.5, "url": "https://a.example/1",
    "image_url": "https://a.example/1.png", "category": "Cups",
}  # fmt: skip
ORDER = {
    "id": "O-1", "user_id": "C-1", "total_cost": 25.0, "status": "DELIVERED",
    "date": "2025-03-01T09:30:00", "email": "kozak@example.com", "currency": "USD", "items": [ITEM],
}  # fmt: skip


@pytest.fixture
def cast(transactional_db):
    people = assemble()
    fields.create_defaults(people.organisation.pk)
    return people


@pytest.fixture
def client(live_server, cast):
    _, secret = keys.create(cast.organisation.pk, rights="full", description="", by=cast.owner)
    return esputnik.ESputnikAPIAdaptor("any", secret, host=f"{live_server.url}/api/")


@pytest.fixture
def message(cast):
    return Message.objects.create(
        organisation=cast.organisation, name="Hi", subject="Hi", html="<p>Hi</p>",
        sender_email="news@shop.example",
    )  # fmt: skip


def test_it_reads_the_account(client, cast):
    assert client.version().data["protocolVersion"] == "1.0"
    assert client.account_info().data["organisationName"] == "Sandpiper"
    assert client.balance().data["currency"] == "USD"
    assert client.addressbooks().data["addressBook"]["fieldGroups"]["name"] == "Personal"


def test_it_adds_changes_finds_and_deletes_contacts(client, cast):
    number = client.add_contact(PERSON).data["id"]
    changed = client.update_contact(str(number), {**PERSON, "first_name": "Anna"})
    assert changed.data.decode() == f"Contact with id='{number}' has been updated"
    assert client.get_contact(str(number)).data["firstName"] == "Anna"
    found = client.get_contacts({"email": "ann@example.com", "max_rows": 5})
    assert [one["id"] for one in found.data] == [number]
    assert client.get_contacts().status_code == 200
    deleted = client.delete_contact(str(number))
    assert deleted.data.decode() == f"Contact with id='{number}' has been deleted"
    assert client.get_contact(str(number)).status_code == 404


def test_it_subscribes_and_unsubscribes(client, cast):
    answer = client.contact_subscribe(
        {"contact": PERSON, "groups": ["Footer"], "form_type": "footer"}
    )
    assert answer.data["new"] is True
    assert Event.objects.get().type.key == "subscribeFromApi-footer"
    assert client.emails_unsubscribed_add("ann@example.com").status_code == 200
    assert Suppression.objects.get().address == "ann@example.com"
    assert client.emails_unsubscribed_delete(["ann@example.com"]).status_code == 200
    assert Suppression.objects.count() == 0


def test_it_sends_many_contacts_at_once(client, cast):
    answer = client.add_contacts(
        {"contacts": [PERSON], "dedupe_on": "email", "contact_fields": ["firstName", "email"],
         "custom_fields_ids": [], "group_names": ["Bulk"], "restore_deleted": False}
    )  # fmt: skip
    assert answer.status_code == 200, answer.data
    assert answer.data["asyncSessionId"]
    importing.run_due()
    assert Contact.objects.get(email="ann@example.com").first_name == "Ann"
    refused = client.contacts_upload(
        {"dedupe_on": "email", "link": "http://127.0.0.1:9/x.csv", "group_names": ["F"]}
    )
    assert refused.status_code == 400


def test_it_tells_of_events_and_orders(client, cast):
    told = client.event(
        {"event_type_key": "Cart", "key_value": "C-1", "params": [{"name": "n", "value": 1}]}
    )
    assert (told.status_code, told.data) == (200, b"")
    ordered = client.orders({"orders": [ORDER]})
    assert (ordered.status_code, ordered.data) == (200, b"")
    assert Order.objects.get().contact_id == cast.dina.pk
    assert set(Event.objects.values_list("type__key", flat=True)) == {"Cart", "orderDELIVERED"}


def test_it_reads_and_empties_segments(client, cast):
    group = lists.create(cast.organisation.pk, "News", by=cast.owner)
    lists.add_members(cast.organisation.pk, group.pk, [cast.dina.pk], by=cast.owner)
    assert client.groups().data == [{"id": group.pk, "name": "News", "type": "Static"}]
    assert client.group_contacts(group.pk).data[0]["id"] == cast.dina.pk
    assert client.group_contacts_detach(group.pk).status_code == 200
    assert ListMember.objects.count() == 0


def test_it_sends_messages_and_asks_for_their_status(client, cast, message):
    person = {"locator": "kozak@example.com", "json_param": '{"a": 1}'}
    smart = client.message_smartsend(str(message.pk), {"recipients": [person]}).data["results"]
    old = client.message_send(
        str(message.pk),
        {"params": [{"key": "a", "value": "1"}], "recipients": ["kozak@example.com"]},
    ).data["results"]
    own = client.message_email(
        {"from": '"Shop" <news@shop.example>', "subject": "Hi", "html_text": "<p>Hi</p>",
         "plain_text": "Hi", "emails": ["kozak@example.com"]}
    ).data["results"]  # fmt: skip
    assert [one["status"] for one in (smart, old, own)] == ["OK"] * 3
    assert Delivery.objects.count() == 3
    ids = [one["requestId"] for one in (smart, old, own)]
    statuses = client.message_status(ids).data["results"]
    assert [one["status"] for one in statuses] == ["IN_QUEUE"] * 3
    text = {"from": "SHOP", "text": "Hi", "phone_numbers": ["380670001122"]}
    assert client.message_sms(text).data["results"]["status"] == "ERROR"
    viber = {
        "text": "Hi", "caption": "Go", "action": "https://a.example/", "ios_expirity_text": "x",
        "phone_numbers": ["380670001122"],
    }  # fmt: skip
    assert client.message_viber(viber).data["results"]["status"] == "ERROR"
