"""What published programs of other authors send, request by request, and what they read of it.

Plugins of shops, form builders, clients in PHP, Ruby, TypeScript, Go and Python: each test is one
habit of theirs that the contract's page does not show.
"""

import json
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.test import Client
from programs import Program, program_of

from sanderling.activities.models import Activity
from sanderling.contacts import consent, fields, importing, lists
from sanderling.contacts.models import Contact, ContactKey, ListMember
from sanderling.events.models import Event, EventType
from sanderling.messages.models import Message
from sanderling.orders.models import Order
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Captured, Delivery


def bulk(api: Program, **body: object) -> None:
    answer = api.post("/v1/contacts", body)
    assert answer.status_code == 200, answer.content
    importing.run_due()


def person(**more: object) -> dict[str, object]:
    return {"channels": [{"type": "email", "value": "kozak@example.com"}], **more}


# Addresses and headers


@pytest.mark.parametrize(
    "path",
    ["/v1/version", "/v1/version/", "/version", "/version/", "//v1/version", "//v2/version/"],
)
def test_a_part_of_the_address_may_be_missing_or_doubled(api, path):
    assert api.get(path).json()["protocolVersion"] == "1.0"


@pytest.mark.parametrize("path", ["/v1/nothing", "/nothing", "/", "/v9/contact", "/docs/x"])
def test_what_is_no_method_is_a_404_that_a_program_reads(api, path):
    answer = api.get(path)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_a_landing_page_may_call_from_the_browser(api):
    asked = Client().options(
        "/api/v1/contact/subscribe",
        headers={
            "Origin": "https://land.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    found = api.get("/v1/contacts?email=kozak@example.com", Origin="https://land.example")
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert "TotalCount" in found.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in found.headers
    refused = Client().get("/api/v1/version", headers={"Origin": "https://land.example"})
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, "*")


def test_parameters_without_a_value_are_none(api):
    answer = api.get("/v1/contacts?startindex&maxrows")  # how Ruby's Faraday writes nil
    assert (len(answer.json()), answer.headers["TotalCount"]) == (3, "3")


def test_a_plugins_log_is_taken(cast):
    said = {"orgId": 1, "typeCMS": "Shop", "message": "ADD_DOMAIN_SUCCESS", "data": "{}"}
    answer = Client().post("/logs/v1/plugin", json.dumps(said), content_type="application/json")
    assert (answer.status_code, answer.content) == (200, b"")


# Contacts one by one


@pytest.mark.parametrize(
    "groups", [{"name": "Web Site"}, [{"name": "Web Site", "type": "Static"}], ["Web Site"]]
)
def test_a_contact_joins_the_segments_it_comes_with(api, cast, groups):
    assert api.post("/v1/contact", person(groups=groups, contactKey=17)).status_code == 200
    joined = ListMember.objects.get()
    assert (joined.contact_id, joined.list.name) == (cast.dina.pk, "Web Site")
    card = api.get(f"/v1/contact/{cast.dina.pk}").json()
    assert card["groups"] == [{"id": joined.list_id, "name": "Web Site", "type": "Static"}]
    assert card["contactKey"] == "17"


@pytest.mark.parametrize(
    "groups", [None, [], {}, [{"name": " "}, 5, {"name": "C", "type": "Dynamic"}]]
)
def test_groups_that_name_no_list_say_nothing(api, groups):
    assert api.post("/v1/contact", person(groups=groups)).status_code == 200
    assert ListMember.objects.count() == 0


def test_a_form_may_name_segments_in_the_contact_too(api, cast):
    contact = person(groups=[{"name": "Web Site"}, {"name": "Subscribers"}], id="17")
    answer = api.post("/v1/contact/subscribe", {"contact": contact, "groups": ["Subscribers"]})
    assert answer.json()["new"] is False
    names = lists.of_contact(cast.organisation.pk, cast.dina.pk)
    assert [one.name for one in names] == ["Subscribers", "Web Site"]


def test_a_form_builder_sends_one_channel_as_an_object(api):
    body = {"contact": {"channels": {"type": "email", "value": "form@example.com"}}, "groups": "A"}
    answer = api.post("/v1/contact/subscribe", body).json()
    assert Contact.objects.get(pk=answer["id"]).email == "form@example.com"
    event = {
        "eventTypeKey": "CrocoSubscribe",
        "keyValue": "form@example.com",
        "params": [{"name": "crocoblock", "value": True}, {"name": "phone", "value": None}],
    }
    assert api.post("/v1/event", event).status_code == 200
    assert Event.objects.get(type__key="CrocoSubscribe").params["crocoblock"] is True


def test_a_shop_sends_empty_channels_and_names_of_one_space(api):
    body = {
        "externalCustomerId": 42,
        "firstName": " ",
        "lastName": " ",
        "channels": [{"type": "email", "value": "w@example.com"}, {"type": "sms", "value": ""}],
        "address": {"region": "", "town": "", "address": " ", "postcode": ""},
        "languageCode": "en-US",
    }
    number = api.post("/v1/contact", body).json()["id"]
    [found] = api.get("/v1/contacts?externalCustomerId=42&startindex=1&maxrows=500").json()
    assert found["id"] == number
    card = api.get(f"/v1/contact/{number}").json()
    assert set(card) == {
        "id", "channels", "fields", "addressBookId", "externalCustomerId", "languageCode",
    }  # fmt: skip
    gone = api.delete("/v1/contact?externalCustomerId=42&erase=1")
    assert (gone.status_code, gone.content) == (200, b"")
    assert api.get(f"/v1/contact/{number}").status_code == 404


# Contacts in bulk


def test_a_shop_takes_a_phone_away(api, cast):
    """WooCommerce's plugin lists ``sms`` and sends none when a customer erases the number."""
    bulk(api, contacts=[person()], dedupeOn="email", contactFields=["sms"])
    cast.dina.refresh_from_db()
    assert (cast.dina.phone, cast.dina.email, cast.dina.first_name) == (
        "",
        "kozak@example.com",
        "Dina",
    )
    kinds = ContactKey.objects.filter(contact_id=cast.dina.pk).values_list("kind", flat=True)
    assert set(kinds) == {"EXTERNAL_ID", "EMAIL"}


@pytest.mark.parametrize(
    ("dedupe_on", "channels", "listed"),
    [
        ("email", [("email", "kozak@example.com"), ("sms", "380679999999")], ["firstName"]),
        ("sms", [("email", "other@example.com"), ("sms", "380670000001")], ["firstName", "sms"]),
        ("externalCustomerId", [("email", "other@example.com"), ("sms", "380679999999")],
         ["firstName"]),
    ],
)  # fmt: skip
def test_addresses_that_are_not_listed_stay(api, cast, dedupe_on, channels, listed):
    contact = {
        "externalCustomerId": "C-1",
        "firstName": "Dinara",
        "channels": [{"type": kind, "value": value} for kind, value in channels],
    }
    before = set(ContactKey.objects.values_list("kind", "value", "contact_id"))
    bulk(api, contacts=[contact], dedupeOn=dedupe_on, contactFields=listed)
    cast.dina.refresh_from_db()
    dina = cast.dina
    assert dina.first_name == "Dinara"
    assert (dina.email, dina.phone) == ("kozak@example.com", "380670000001")
    assert set(ContactKey.objects.values_list("kind", "value", "contact_id")) == before


def test_a_new_contact_has_its_addresses_also_when_they_are_not_listed(api):
    channels = [
        {"type": "email", "value": "n@example.com"},
        {"type": "sms", "value": "380671112233"},
    ]
    bulk(api, contacts=[{"channels": channels}], dedupeOn="email", contactFields=["firstName"])
    assert Contact.objects.get(email="n@example.com").phone == "380671112233"


def test_an_empty_list_of_fields_means_all_of_them(api, cast):
    """PHP's clients send their empty defaults with every call."""
    bulk(
        api,
        contacts=[person(firstName="Dinara", address={"town": "Lviv"})],
        dedupeOn="email", fieldId=None, contactFields=[], customFieldsIDs=[], groupNames=[],
        groupNamesExclude=[], restoreDeleted=False,
    )  # fmt: skip
    cast.dina.refresh_from_db()
    assert (cast.dina.first_name, cast.dina.town) == ("Dinara", "Lviv")


def test_ids_of_fields_may_be_texts(api, cast):
    fields.create_defaults(cast.organisation.pk)
    [birthday, _] = fields.catalogue(cast.organisation.pk)
    contact = person(fields=[{"id": str(birthday), "value": "1990-04-17"}])
    bulk(api, contacts=contact, dedupeOn="email", customFieldsIDs=[str(birthday)])
    cast.dina.refresh_from_db()
    assert cast.dina.fields == {str(birthday): "1990-04-17"}


# Messages, orders, sites


@pytest.fixture
def message(cast):
    return Message.objects.create(
        organisation=cast.organisation, name="Hi", subject="Hi", html="<p>Hi</p>",
        sender_email="news@shop.example",
    )  # fmt: skip


@pytest.mark.parametrize(
    "recipients",
    [
        [{"email": "kozak@example.com", "jsonParam": '{"a": 1}'}],
        {"email": "kozak@example.com", "locator": "kozak@example.com", "jsonParam": {"a": 1}},
        [{"locator": "kozak@example.com", "email": True, "jsonParam": '{"a": 1}'}],
    ],
)
def test_a_recipient_may_be_named_by_its_email(api, cast, message, recipients):
    body = {"recipients": recipients, "campaignId": None, "allowUnconfirmed": False}
    row = api.post(f"/v1/message/{message.pk}/smartsend", body).json()["results"]
    assert (row["status"], row["locator"]) == ("OK", "kozak@example.com")
    delivery = Delivery.objects.get()
    assert (delivery.contact_id, delivery.params) == (cast.dina.pk, {"a": 1})


def test_a_shop_names_the_contact_of_an_inbox_by_another_word(api):
    said = {"extid": "C-1", "email": "", "phone": ""}
    assert api.post("/v1/auth/contact/token", said).json()["token"]
    assert api.post("/v1/auth/contact/token", {"extid": "", "email": ""}).status_code == 400


def test_a_shops_order_has_empty_texts_where_there_is_nothing(api, cast):
    order = {
        "status": "DELIVERED", "externalOrderId": 7, "externalCustomerId": 3, "totalCost": "25.00",
        "email": "kozak@example.com", "date": "2025-03-01T09:30:00.000000+02:00", "currency": "UAH",
        "firstName": "Dina", "deliveryAddress": "", "phone": "", "shipping": "", "discount": "",
        "taxes": "", "source": "checkout", "paymentMethod": "", "additionalInfo": {"comment": "!"},
        "items": [{"externalItemId": 9, "name": "Cup", "category": "no category", "quantity": 2,
                   "cost": "12.5", "url": "", "imageUrl": "", "description": ""}],
    }  # fmt: skip
    answer = api.post("/v1/orders", {"orders": [order]})
    assert (answer.status_code, answer.content) == (200, b"")
    made = Order.objects.get()
    assert (made.external_order_id, made.total_cost) == ("7", 25)


def test_a_shop_registers_its_pushes(api):
    worker = {
        "domain": "shop.example", "serviceWorkerName": "sw.js", "serviceWorkerPath": "/",
        "serviceWorkerScope": "/",
    }  # fmt: skip
    site = api.post("/v1/site/domains", {"domain": "https://shop.example/wp"})
    assert (site.status_code, bool(site.json()["siteId"])) == (201, True)
    script = api.call("GET", "/v1/site/script", Accept="text/plain", content_type="")
    assert script.headers["Content-Type"].startswith("text/plain")
    assert api.post("/v1/site/webpush/domain", worker).status_code == 200
    got = api.get("/v1/site/webpush/script?domain=https%3A%2F%2Fshop.example").json()
    assert "importScripts(" in got["serviceWorker"]


def test_an_app_calls_with_a_token_and_without_a_version(cast):
    reader = program_of(cast.owner, rights="events-contacts")
    assert reader.get("/groups").json() == []
    sender = program_of(cast.owner, rights="messages")
    assert sender.get("/groups").status_code == 403


# The contact that an event brings along

GOOD = {
    "firstname": "Ivan", "lastname": "K", "sms": "380671234567", "town": "Kyiv",
    "timeZone": "Europe/Kyiv", "languageCode": "uk", "confirmed": True,
}  # fmt: skip


@pytest.fixture
def cart(cast):
    return EventType.objects.create(organisation=cast.organisation, key="Cart")


def event(name: str, contact: object) -> dict[str, object]:
    return {"eventTypeKey": "Cart", "params": {"externalCustomerId": "C-1", name: contact}}


@pytest.mark.parametrize("path", ["/v2/event", "/v3/event"])
@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ({"languageCode": "no such"}, "contactJson.languageCode: "),
        ({"profileInputs": [{"profileInputId": 99999999, "value": "x"}]}, "profileInputs."),
        ({"email": "no address"}, "contactJson.email: "),
        ("{", "contactJson is not JSON."),
        ([], "contactJson must be an object."),
    ],
)
def test_an_event_with_a_bad_contact_is_refused_by_name(api, cart, path, bad, named):
    contact = {**GOOD, **bad} if isinstance(bad, dict) else bad
    answer = api.post(path, event("contactJson", contact))
    assert answer.status_code == 400
    assert named in answer.content.decode()
    assert Event.objects.count() == 0


@pytest.mark.parametrize(
    ("path", "name", "contact"),
    [
        ("/v3/event", "contactJson", GOOD),
        ("/v2/event", "contactJson", json.dumps(GOOD)),
        ("/v1/event", "contactJson", {"email": "no address"}),
        ("/v3/event", "json", {"email": "no address"}),
    ],
)
def test_any_other_event_is_taken(api, cart, path, name, contact):
    answer = api.post(path, event(name, contact))
    assert (answer.status_code, answer.content) == (200, b"")
    assert list(Event.objects.get().params) == ["externalCustomerId", name]


# Subscription categories and their segments


def test_the_segment_of_a_category_holds_those_who_want_it(api, cast):
    made = consent.create_category(cast.organisation.pk, key="news", name="News", by=cast.owner)
    group = made.list_id

    def wanted(contact: Contact) -> list[str]:
        rows = api.get(f"/v1/contact/{contact.pk}/subscriptions").json()
        return [one["key"] for one in rows if one["groupId"] == group]

    ids = {"contactIds": [cast.dina.pk]}
    assert api.post(f"/v1/group/{group}/contacts/attach", ids).status_code == 200
    assert (wanted(cast.dina), wanted(cast.ivan)) == (["news"], [])
    [row] = api.get("/v1/subscriptions").json()
    assert (row["id"], row["key"], row["groupId"]) == (made.pk, "news", group)
    assert (row["contactsCount"], row["createdDate"]) == (1, row["updatedDate"])
    api.put(f"/v1/contact/{cast.ivan.pk}/subscriptions", {"subscriptions": ["news"]})
    assert {one["id"] for one in api.get(f"/v1/group/{group}/contacts").json()} == {
        cast.dina.pk,
        cast.ivan.pk,
    }
    assert api.post(f"/v1/group/{group}/contacts/detach", ids).status_code == 200
    assert (wanted(cast.dina), wanted(cast.ivan)) == ([], ["news"])


def test_a_bulk_call_that_joins_the_segment_wants_the_category(api, cast):
    consent.create_category(cast.organisation.pk, key="news", name="News", by=cast.owner)
    bulk(api, dedupeOn="email", contacts=[person()], groupNames=["News"])
    assert consent.wanted_by(cast.organisation.pk, cast.dina.pk) == ["news"]
    bulk(api, dedupeOn="email", contacts=[person()], groupNamesExclude=["News"])
    assert consent.wanted_by(cast.organisation.pk, cast.dina.pk) == []


# Letters whose text a program has written to the end

WRITTEN = (
    "<p>$!data.get('x') #if(1) 100% %FIRSTNAME% ##</p><a href='https://shop.example/$1'>go</a>"
)


def letter(api: Program, **more: object) -> str:
    body = {
        "from": "news@shop.example", "subject": "$5 off, #1", "htmlText": WRITTEN,
        "emails": ["kozak@example.com"], **more,
    }  # fmt: skip
    assert api.post("/v1/message/email", body).json()["results"]["status"] == "OK"
    while dispatch_once():
        pass
    sent = message_from_bytes(bytes(Captured.objects.get().raw), policy=policy.default)
    assert sent["Subject"] == body["subject"]
    return str(sent.get_body(("html",)).get_content())


def test_a_letter_may_be_sent_letter_by_letter(api, cast):
    html = letter(api, skipPersonalisation=True)
    assert html.startswith("<p>$!data.get('x') #if(1) 100% %FIRSTNAME% ##</p><a href='http")
    assert "https://shop.example/$1" not in html
    assert 'width="1"' in html or "<img" in html


def test_a_letter_may_leave_its_links_alone(api, cast):
    html = letter(
        api,
        subject="Hi",
        htmlText="<a href='https://shop.example/'>$!data.get('x')</a>",
        trackUrls=False,
    )
    assert html.startswith("<a href='https://shop.example/'></a>")


# A program's own names of its requests


def test_a_request_keeps_the_id_that_its_program_gave_it(api, cast, message):
    rows = [
        {"contactId": cast.dina.pk, "externalRequestId": "order 7/5~1%"},
        {"contactId": cast.ivan.pk},
        {"contactId": cast.ivan.pk, "externalRequestId": "x" * 300},
    ]
    answer = api.post(f"/v1/message/{message.pk}/smartsend", {"recipients": rows}).json()
    asked = [one["requestId"] for one in answer["results"]]
    body = {
        "from": "news@shop.example", "subject": "Hi", "htmlText": "<p>Hi</p>",
        "emails": ["kozak@example.com"], "externalRequestId": "R-1",
    }  # fmt: skip
    asked.append(api.post("/v1/message/email", body).json()["results"]["requestId"])
    for one in Delivery.objects.all():
        Activity.objects.create(
            organisation=cast.organisation, contact_id=one.contact_id, delivery_id=one.id,
            status="DELIVERED",
        )  # fmt: skip
    delivery = {str(one.request_id): one.id for one in Delivery.objects.all()}
    day = Activity.objects.first().occurred_at.date()
    period = f"dateFrom={day - timedelta(days=1)}&dateTo={day + timedelta(days=1)}"
    told = {
        row["messageInstanceId"]: row.get("externalRequestId")
        for row in api.get(f"/v2/contacts/activity?{period}").json()
    }
    assert [told[delivery[one]] for one in asked] == ["order 7/5~1%", None, "x" * 57, "R-1"]
