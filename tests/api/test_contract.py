"""Every method of the contract once, with all members of its request; the answer's shape is the
contract's: members, letter case, types, collapsed singletons, no nulls (R1 to R6 of api.md §1.5).
"""

import datetime as dt
import re
from typing import Any

import customer
import pytest
from contract import Contract
from programs import program_of

from sanderling.activities.models import Activity
from sanderling.contacts import consent, fields, importing
from sanderling.contacts.models import Field
from sanderling.sending import tokens as delivery_tokens
from sanderling.sending.models import Delivery, Gateway
from sanderling.sources import loading
from sanderling.workflows.models import Workflow

LEFT_OUT = {  # the guide for those who move names them
    ("POST", "/api/v1/shopify/token"), ("DELETE", "/api/v1/shopify/token"),
}  # fmt: skip
NO_BODY = {  # R6
    ("POST", "/api/v1/event"), ("POST", "/api/v2/event"), ("POST", "/api/v3/event"),
    ("PUT", "/api/v1/interactions/{interaction_id}/status"),
    ("POST", "/api/v1/emails/unsubscribed/add"), ("POST", "/api/v1/emails/unsubscribed/delete"),
    ("DELETE", "/api/v1/broadcast/{broadcast_id}"), ("DELETE", "/api/v1/contact"),
    ("DELETE", "/api/v1/past_events"), ("POST", "/api/v1/orders"), ("DELETE", "/api/v1/orders"),
}  # fmt: skip
BARE_TEXT = {  # R5: the exact text is known and stands without quotes
    ("PUT", "/api/v1/contact/{id}"), ("DELETE", "/api/v1/contact/{id}"),
    ("POST", "/api/v1/auth/token"),
}  # fmt: skip
COUNTED = {"/api/v1/contacts", "/api/v1/group/{id}/contacts"}  # R4, and every GET messages/…
CHANNELS = ("email", "sms", "viber", "mobilepush", "appinbox", "telegram")
EMAIL = {"type": "email", "value": "olena@shop.example"}
SMS = {"type": "sms", "value": "380670001122"}
HANDED = dt.datetime(2025, 3, 2, 10, tzinfo=dt.UTC)
APP = "6fd2a1c0-0000-4000-8000-000000000001"
RECOMMENDED = """
    DROP TABLE IF EXISTS recoms;
    CREATE TABLE recoms (id int, email text, name text, url text, price numeric, descr text,
                         brand text, category text[], is_in_stock boolean);
    CREATE INDEX ON recoms (email);
    INSERT INTO recoms VALUES (7, 'kozak@example.com', 'Cup', 'https://shop.example/7', 12.5,
                               'Blue', 'Kolo', '{Cups,Blue}', true),
                              (8, 'other@example.com', 'Mug', '', 1, '', '', '{}', false)
"""
PARAMS = [{"name": "externalCustomerId", "value": "C-1001"}, {"name": "cartId", "value": "K-17"}]


class Walk:
    """Calls methods by their names in the contract and compares every answer with it."""

    def __init__(self, program: Any, contract: Contract) -> None:
        self.program = program
        self.contract = contract
        self.called: set[tuple[str, str]] = set()

    def call(self, method: str, path: str, body: Any = None, query: str = "", **values: Any) -> Any:
        address = re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), path)
        got = self.program.call(method, f"{address}{query and '?'}{query}", body)
        shown = (method, address, got.status_code, got.content[:600])
        is_new = (method, path) == ("POST", "/api/v1/site/domains")
        assert got.status_code == (201 if is_new else 200), shown
        self.called.add((method, path))
        return self._read(got, method, path, shown)

    def _read(self, got: Any, method: str, path: str, shown: Any) -> Any:
        key = (method, path)
        if key in NO_BODY:
            assert got.content == b"", shown
            assert "Content-Type" not in got, shown
            return None
        schema, media_type = self.contract.answer_schema(*key)
        if media_type:
            assert got["Content-Type"] == media_type, shown
        if (method == "GET" and path in COUNTED) or (method == "GET" and path[13:] in CHANNELS):
            assert got.headers["TotalCount"].isdecimal(), shown
        if key in BARE_TEXT:
            assert not got.content.startswith(b'"'), shown
            return got.content.decode()
        read = got.json()
        if schema:
            assert self.contract.problems(read, schema) == [], shown
        return read


@pytest.fixture(scope="session")
def contract(shared) -> Contract:
    return Contract(shared / "reference" / "api-contract.json")


@pytest.fixture
def walk(cast, contract) -> Walk:
    fields.create_defaults(cast.organisation.pk)
    return Walk(program_of(cast.owner), contract)


def general(walk: Walk) -> None:
    assert walk.call("GET", "/api/v1/version")["protocolVersion"] == "1.0"
    assert walk.call("GET", "/api/v2/version")["protocolVersion"] == "1.0"
    assert walk.call("GET", "/api/v1/account/info")["organisationName"] == "Sandpiper"
    assert walk.call("GET", "/api/v1/balance")["currency"] == "USD"
    assert walk.call("GET", "/api/v1/balance/history")["currency"] == "USD"
    assert walk.call("GET", "/api/v1/addressbooks")["addressBook"]["fieldGroups"]
    assert walk.call("GET", "/api/v1/interfaces/email") == [
        {"type": "email", "value": '"Demo Shop" <news@shop.example>'}
    ]
    walk.call("GET", "/api/v1/interfaces/sms")
    assert walk.call("GET", "/api/v1/callouts/sms", query="startindex=1&maxrows=10") == []
    assert walk.call("POST", "/api/v1/auth/token")


def contacts(walk: Walk, cast: Any) -> int:
    """Write and read contacts; return the id of Olena."""
    birthday = Field.objects.get(organisation=cast.organisation, key="BIRTHDAY")
    device = walk.contract.example(
        "Device", appId=APP, deviceModel="Pixel", os="ANDROID", locale="en_UK",
        clientVersion="native", appVersion="1.0", active=True,
    )  # fmt: skip
    push = {"type": "mobilepush", "value": "dev-token-1", "device": device}
    card = walk.contract.body(
        "POST", "/api/v1/contact", channels=[EMAIL, SMS, push], externalCustomerId="C-1001",
        fields=[{"id": birthday.pk, "value": "1990-04-17"}], addressBookId=1, id=1, groups=None,
        address=walk.contract.example("Address"),
    )  # fmt: skip
    olena = walk.call("POST", "/api/v1/contact", card)["id"]
    changed = {name: value for name, value in card.items() if name != "groups"}
    told = walk.call("PUT", "/api/v1/contact/{id}", {**changed, "firstName": "Olha"}, id=olena)
    assert told == f"Contact with id='{olena}' has been updated"
    shown = walk.call("GET", "/api/v1/contact/{id}", id=olena)
    assert (shown["firstName"], shown["address"]) == ("Olha", card["address"])
    assert shown["fields"] == [{"id": birthday.pk, "value": "1990-04-17"}]
    [found] = walk.call("GET", "/api/v1/contacts", query="email=olena@shop.example")
    assert found["id"] == olena
    one = walk.call("GET", "/api/v1/contacts/email", query=f"ids={olena}")
    assert one == {"results": {"contactId": olena, "email": "olena@shop.example"}}
    two = walk.call("GET", "/api/v1/contacts/email", query=f"ids={cast.dina.pk}, {olena}")
    assert isinstance(two["results"], list)
    return int(olena)


def subscriptions(walk: Walk, cast: Any, olena: int) -> None:
    consent.create_category(cast.organisation.pk, key="news", name="News", by=cast.owner)
    form = walk.contract.body(
        "POST", "/api/v1/contact/subscribe", groups=["Footer"], formType="footer",
        subscriptions=["news"],
        contact={"firstName": "Nia", "channels": [{"type": "email", "value": "n@shop.example"}]},
    )  # fmt: skip
    nia = walk.call("POST", "/api/v1/contact/subscribe", form)
    assert (nia["emailStatus"], nia["new"]) == ("NEED_CONFIRMATION", True)
    walk.call("PUT", "/api/v1/contact/{id}/subscriptions", {"subscriptions": ["news"]}, id=olena)
    [news] = walk.program.get(f"/v1/contact/{olena}/subscriptions").json()
    assert news["key"] == "news"
    item = walk.contract.answer_schema("GET", "/api/v1/contact/{id}/subscriptions")[0]
    assert walk.contract.problems(news, item) == []  # §10.4: an array of what the file describes
    walk.called.add(("GET", "/api/v1/contact/{id}/subscriptions"))
    assert walk.call("GET", "/api/v1/subscriptions")[0]["contactsCount"] == 2
    emails = {"emails": ["n@shop.example"]}
    walk.call("POST", "/api/v1/emails/unsubscribed/add", emails)
    walk.call("POST", "/api/v1/emails/unsubscribed/delete", emails)


def bulk(walk: Walk) -> None:
    sent = walk.contract.body(
        "POST", "/api/v1/contacts", dedupeOn="email", fieldId=1, restoreDeleted=False,
        contacts=[{"firstName": "Ann", "channels": [{"type": "email", "value": "a@shop.example"}]},
                  {"channels": [{"type": "email", "value": "nonsense"}]}],
        contactFields=["firstName", "email"], customFieldsIDs=[], groupNames=["March"],
        groupNamesExclude=["April"], eventKeyForNewContacts="newContact",
    )  # fmt: skip
    answer = walk.call("POST", "/api/v1/contacts", sent)
    assert (answer["id"], set(answer["failedContacts"])) == (0, {"channels", "error"})
    session = answer["asyncSessionId"]
    queued = walk.call("GET", "/api/v1/importstatus/{sessionId}", sessionId=session)
    assert set(queued) == {"status", "timestamp"}
    importing.run_due()
    done = walk.call("GET", "/api/v1/importstatus/{sessionId}", sessionId=session)
    assert (done["status"], done["mapping"][0]["dedupeValue"]) == ("FINISHED", "a@shop.example")


def upload(walk: Walk, file_server: Any) -> None:
    sent = walk.contract.body(
        "POST", "/api/v1/contacts/upload", dedupeOn="email", groupNames=["From a file"],
        link=file_server.link("people.csv", b"First name,Email\nUna,u@shop.example\n"),
        groupNamesExclude=["April"], restoreDeleted=True, eventKeyForNewContacts="newContact",
    )  # fmt: skip
    answer = walk.call("POST", "/api/v1/contacts/upload", sent)
    assert (answer["importId"], answer["valid"]) == (answer["asyncSessionId"], True)
    importing.run_due()
    done = walk.program.get(f"/v1/importstatus/{answer['importId']}").json()
    assert done["status"] == "FINISHED"


def prepared_files(walk: Walk, file_server: Any) -> None:
    link = file_server.link("offers.json", b'{"recommendations": [{"name": "Cup"}]}')
    sent = walk.contract.body(
        "POST", "/api/v1/preprocessor/file/upload", link=link, preprocessorType="Random",
        ttlHours=24,
    )  # fmt: skip
    answer = walk.call("POST", "/api/v1/preprocessor/file/upload", sent)
    number = answer["fileId"]
    assert loading.run_due() == 1
    status = walk.call("GET", "/api/v1/preprocessor/file/{id}/status", id=number)
    assert (status["status"], status["rows"], status["valid"]) == ("FINISHED", 1, True)
    anew = {"link": link, "ttlHours": 48}
    again = walk.call("POST", "/api/v1/preprocessor/file/{id}", anew, id=number)
    assert again["asyncSessionId"] != answer["importId"]


def groups(walk: Walk, olena: int) -> int:
    """Fill and empty a segment; return its id."""
    [march] = walk.call("GET", "/api/v1/groups", query="name=March")
    assert march["type"] == "Static"
    at = {"id": march["id"]}
    walk.call("POST", "/api/v1/group/{id}/contacts/attach", {"contactIds": [olena]}, **at)
    shown = walk.call("GET", "/api/v1/group/{id}/contacts", query="orderByTs=true", **at)
    assert olena in [one["id"] for one in shown]
    hers = {"externalCustomerIds": ["C-1001"]}
    walk.call("POST", "/api/v1/group/{id}/contacts/detach", hers, **at)
    left = walk.call("GET", "/api/v1/group/{id}/contacts", **at)
    assert olena not in [one["id"] for one in left]
    walk.call("POST", "/api/v1/group/{id}/contacts/attach", {"contactIds": [olena]}, **at)
    return int(march["id"])


def tokens(walk: Walk, olena: int) -> None:
    at = {"app_uuid": APP, "token_id": "dev-token-1"}
    path = "/api/v1/contact/token/activated/{app_uuid}/{token_id}"
    assert walk.call("GET", path, **at) == {"active": True}
    assert walk.call("PUT", path, {"active": False}, **at) == {"active": False}
    assert walk.call("GET", path, **at) == {"active": False}
    owner = walk.call("GET", "/api/v1/contact/token/{app_uuid}/{token_id}/contactId", **at)
    assert owner == {"id": olena}


def stored_messages(walk: Walk, channel: str) -> int:
    """Store, read, change and delete a message of a channel; return the id of one that stays."""
    path = f"/api/v1/messages/{channel}"
    extra: dict[str, Any] = {}
    if channel == "mobilepush":
        extra = {"buttons": [{"actionId": "a-1", "label": "Go"}], "badgeCount": 1}
    if channel == "telegram":
        extra = {"buttons": [{"text": "Go", "link": "https://shop.example/"}]}
    sent = walk.contract.body("POST", path, **extra)
    stays = walk.call("POST", path, sent)["id"]
    number = walk.call("POST", path, {**sent, "name": "Second"})["id"]
    at = {"id": number}
    walk.call("PUT", f"{path}/{{id}}", {**sent, "name": "Third"}, **at)
    french = {**sent, "subject" if channel == "email" else "text": "Bonjour"}
    walk.call("PUT", f"{path}/{{id}}/{{language}}", french, language="fr", **at)
    shown = walk.call("GET", f"{path}/{{id}}", **at)
    assert (shown["name"], shown["languages"], shown["tags"]) == ("Third", ["fr"], ["welcome"])
    assert [one["languageCode"] for one in shown["translations"]] == ["fr"]
    readable = {name: value for name, value in sent.items() if name not in ("name", "id")}
    assert {name: shown.get(name) for name in readable} == readable
    listed = walk.call("GET", path, query="search=Third&startindex=1&maxrows=500")
    assert [one["id"] for one in listed] == [number]
    walk.call("DELETE", f"{path}/{{id}}/{{language}}", language="fr", **at)
    assert "languages" not in walk.call("GET", f"{path}/{{id}}", **at)
    walk.call("DELETE", f"{path}/{{id}}", **at)
    assert walk.program.get(f"{path}/{number}").status_code == 404
    return int(stays)


def events(walk: Walk) -> None:
    told = {"eventTypeKey": "AbandonedCart", "keyValue": "C-1001"}
    walk.call("POST", "/api/v1/event", {**told, "params": PARAMS})
    nested = [*PARAMS, {"name": "items", "value": [{"name": "Cup", "price": 12.5}]}]
    walk.call("POST", "/api/v2/event", {**told, "params": nested})
    as_object = {one["name"]: one["value"] for one in nested}
    walk.call("POST", "/api/v3/event", {**told, "params": as_object})
    for version in ("v1", "v2", "v3"):
        past = {"events": [{**told, "params": PARAMS, "occurred": "2024-12-31T18:00"}]}
        answer = walk.call("POST", f"/api/{version}/past_events", past)
        assert isinstance(answer["results"], list)  # §1.5, R1: not collapsed
    year = {"from": "2024-01-01T00:00", "to": "2024-12-31T23:59"}
    walk.call("DELETE", "/api/v1/past_events", year)


def orders(walk: Walk) -> None:
    item = {"externalItemId": "P-1", "name": "Cup", "quantity": 2, "cost": 12.5, "category": "Cups",
            "url": "https://shop.example/1", "imageUrl": "https://shop.example/1.png",
            "description": "Blue"}  # fmt: skip
    order = walk.contract.example(
        "Order", externalOrderId="O-1", totalCost=25, status="DELIVERED", items=[item], shipping=1,
        externalCustomerId="C-1001", email="olena@shop.example", additionalInfo={"a": "b"},
    )  # fmt: skip
    walk.call("POST", "/api/v1/orders", {"orders": [order]})
    bad = walk.program.post("/v1/orders", {"orders": [{**order, "currency": "dollars"}, order]})
    schema, media_type = walk.contract.answer_schema("POST", "/api/v1/orders")
    assert (bad.status_code, bad["Content-Type"]) == (200, media_type)
    assert walk.contract.problems(bad.json(), schema) == []
    assert len(bad.json()["failedOrders"]) == 1
    walk.call("DELETE", "/api/v1/orders", query="externalOrderId=O-1")


def sending(walk: Walk, cast: Any, message: int) -> None:
    person = walk.contract.example(
        "ParametrizedLocator", locator="kozak@example.com", jsonParam='{"a": 1}'
    )
    smart = {"recipients": [person], "email": True, "fromName": "Shop"}
    one = walk.call("POST", "/api/v1/message/{id}/smartsend", smart, id=message)["results"]
    smart["recipients"] = [person, {"locator": "bad"}]
    two = walk.call("POST", "/api/v1/message/{id}/smartsend", smart, id=message)["results"]
    assert [row["status"] for row in two] == ["OK", "ERROR"]
    assert two[1]["message"] == "'bad' is not valid email"
    old = {"recipients": ["kozak@example.com"], "params": [{"key": "a", "value": "1"}]}
    walk.call("POST", "/api/v1/message/{id}/send", old, id=message)
    walk.call("POST", "/api/v1/message/email", walk.contract.body("POST", "/api/v1/message/email"))
    for channel, more in (("sms", {}), ("viber", {"iosExpirityText": "x"})):
        path = f"/api/v1/message/{channel}"
        walk.call("POST", path, walk.contract.body("POST", path, **more))
    wrapper = {"$ref": "#/components/schemas/InstantMessagesStatusDto"}
    channels = ("", "/email", "/sms", "/viber")
    for path in (f"/v1/message{channel}/status" for channel in channels):
        got = walk.program.get(f"{path}?ids={one['requestId']}").json()
        assert walk.contract.problems(got, wrapper) == []  # §5.8.6: one wrapper, not an array
        assert got["results"]["status"] == "IN_QUEUE"
        walk.called.add(("GET", f"/api{path}"))


def broadcasts(walk: Walk, message: int, group: int) -> None:
    wanted = walk.contract.body(
        "POST", "/api/v1/broadcast", messageId=str(message), groups=[group], excludedGroups=[],
        startDate="2035-03-05T14:00", batchSize=500, batchIntervalUnit="HOUR", title="March sale",
    )  # fmt: skip
    made = walk.call("POST", "/api/v1/broadcast", wanted)
    assert (made["messageId"], made["groupId"]) == (str(message), str(group))
    assert made["startDate"] == "2035-03-05T14:00:00"
    at = {"broadcast_id": made["broadcastId"]}
    assert walk.call("GET", "/api/v1/broadcast/{broadcast_id}", **at) == made
    assert walk.call("GET", "/api/v1/broadcasts", query="startindex=1&maxrows=10") == [made]
    walk.call("DELETE", "/api/v1/broadcast/{broadcast_id}", **at)


def activity(walk: Walk, cast: Any) -> None:
    delivery = Delivery.objects.filter(contact_id=cast.dina.pk).first()
    signed = delivery_tokens.sign(
        delivery_tokens.Token(cast.organisation.pk, cast.dina.pk, delivery.id),
        delivery_tokens.Purpose.OPEN,
    )
    Delivery.objects.filter(contact_id=cast.dina.pk).update(
        status="SENT", reported="DELIVERED", handed_at=HANDED
    )
    opened = {"token": "t", "status": "OPENED", "time": "2025-03-01T10:15:00+02:00"}
    path = "/api/v1/interactions/{interaction_id}/status"
    walk.call("PUT", path, opened, interaction_id=signed)
    period = "dateFrom=2025-01-01&dateTo=2025-03-01"
    [row] = walk.call("GET", "/api/v2/contacts/activity", query=period)
    assert (row["activityStatus"], row["activityDateTime"]) == ("READ", "2025-03-01T10:15:00")
    person = f"dateFrom=2025-03-02&dateTo=2025-03-02&contactId={cast.dina.pk}"
    sent = walk.call("GET", "/api/v2/contacts/messages", query=f"{person}&channelTypes=email")
    assert {one["messageId"] == 0 for one in sent} == {True, False}
    assert sent[0]["sentDateTime"] == "2025-03-02T12:00:00"
    Activity.objects.create(
        organisation=cast.organisation, contact_id=cast.dina.pk, status="SENT", occurred_at=HANDED
    )
    spent = walk.call(
        "GET", "/api/v1/balance/history", query="dateFrom=2025-03-01&dateTo=2025-03-02"
    )
    assert spent["dailyCosts"][0]["channelDetails"][0]["totalSent"] == 1


def catalogues(walk: Walk, cast: Any) -> None:
    codes = walk.contract.body(
        "POST", "/api/v1/promocodes", promocodes=["A-1"], expirationDate="2035-12-31T23:59",
        discount=10, type="spring", inUse=False,
    )  # fmt: skip
    assert walk.call("POST", "/api/v1/promocodes", codes) == codes
    assert walk.call("GET", "/api/v1/promocodes/count", query="type=spring") == 1
    # §5.10.2 says "JSON string": the JSON itself is sent, an array of codes.
    listed = walk.program.get("/v1/promocodes?type=spring&inUse=false&activeDueDays=1")
    assert [one["code"] for one in listed.json()] == ["A-1"]
    walk.called.add(("GET", "/api/v1/promocodes"))
    Workflow.objects.create(organisation=cast.organisation, name="Welcome series")
    [flow] = walk.call("GET", "/api/v1/workflows", query="name=welcome")
    assert (flow["name"], flow["status"]) == ("Welcome series", "inactive")


def products(walk: Walk, cast: Any, shop: Any) -> None:
    feeds = {"feeds": [{"url": "https://shop.example/f.xml", "language": "en", "default": True}]}
    walk.call("POST", "/api/v1/products/config", feeds)
    assert walk.call("GET", "/api/v1/products/config") == feeds
    shop.run(RECOMMENDED)
    source = customer.source(customer.connector(shop, cast.owner), cast.owner, table="recoms")
    path = "/api/v2/contacts/recoms/{dataSourceId}"
    [cup] = walk.call("GET", path, query="externalCustomerId=C-1", dataSourceId=source.pk)
    assert cup == {
        "id": "7", "name": "Cup", "url": "https://shop.example/7", "price": 12.5, "descr": "Blue",
        "brand": "Kolo", "category": ["Cups", "Blue"], "isInStock": 1,
    }  # fmt: skip


def others_apps(walk: Walk) -> None:
    person = {"token": "t-2", "externalCustomerId": "C-1001"}
    walk.call("POST", "/api/v1/apps/{app_uuid}/tokens", {"tokens": [person]}, app_uuid=APP)
    muted = {"token": "t-2", "duration": 3600}
    walk.call("POST", "/api/v1/apps/{app_uuid}/token/mute", muted, app_uuid=APP)
    walk.call("POST", "/api/v1/apps/{app_uuid}/token/unmute", {"token": "t-2"}, app_uuid=APP)
    whose = {"externalCustomerId": "C-1001", "email": None, "cookie": None}
    assert walk.call("POST", "/api/v1/auth/contact/token", whose)["token"]


def website(walk: Walk) -> None:
    added = walk.call("POST", "/api/v1/site/domains", {"domain": "https://shop.example"})
    assert added["siteId"]
    assert walk.call("GET", "/api/v1/site/domains") == [{"domain": "shop.example"}]
    script = walk.program.get("/v1/site/script")
    assert (script.status_code, script["Content-Type"]) == (200, "text/plain; charset=UTF-8")
    walk.called.add(("GET", "/api/v1/site/script"))
    push = walk.contract.example(
        "WebPushDomain", domain="https://shop.example", serviceWorkerName="push.js",
        serviceWorkerPath="/", serviceWorkerScope="/",
    )  # fmt: skip
    walk.call("POST", "/api/v1/site/webpush/domains", {"domains": [push]})
    walk.call("POST", "/api/v1/site/webpush/domain", push)
    assert walk.call("GET", "/api/v1/site/webpush/domains")
    shown = walk.call("GET", "/api/v1/site/webpush/script", query="domain=shop.example")
    assert set(shown) == {"script", "serviceWorker"}
    walk.call("DELETE", "/api/v1/site/webpush/domains", query="domain=shop.example")


def deletions(walk: Walk, olena: int) -> None:
    walk.call("DELETE", "/api/v1/contact", query="externalCustomerId=C-1001&erase=false")
    walk.call("PUT", "/api/v1/contact/{id}", {"firstName": "Back"}, id=olena)
    gone = walk.call("DELETE", "/api/v1/contact/{id}", query="erase=true", id=olena)
    assert gone == f"Contact with id='{olena}' has been deleted"
    assert walk.program.get(f"/v1/contact/{olena}").status_code == 404


def test_every_method_of_the_contract_answers_in_its_shape(walk, cast, contract, file_server, shop):
    Gateway.objects.create(
        organisation=cast.organisation, sender_name="Demo Shop", sender_email="news@shop.example"
    )
    general(walk)
    olena = contacts(walk, cast)
    subscriptions(walk, cast, olena)
    bulk(walk)
    upload(walk, file_server)
    prepared_files(walk, file_server)
    group = groups(walk, olena)
    tokens(walk, olena)
    stays = {channel: stored_messages(walk, channel) for channel in CHANNELS}
    walk.call("GET", "/api/v1/messages/email/{id}/viewLink", id=stays["email"])
    events(walk)
    orders(walk)
    sending(walk, cast, stays["email"])
    broadcasts(walk, stays["email"], group)
    activity(walk, cast)
    catalogues(walk, cast)
    products(walk, cast, shop)
    others_apps(walk)
    website(walk)
    deletions(walk, olena)
    assert set(contract.operations) - walk.called - LEFT_OUT == set()
