import json
import uuid

import pytest

from sanderling.activities.models import Activity
from sanderling.contacts import suppressing
from sanderling.contacts.models import Contact
from sanderling.messages.models import Content, Message
from sanderling.sending import connecting
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Captured, Delivery


@pytest.fixture
def message(cast):
    return Message.objects.create(
        organisation=cast.organisation, name="Welcome", subject="Hi $!data.get('name')",
        html="<p>Hello</p>", sender_name="Shop", sender_email="news@shop.example",
    )  # fmt: skip


def test_each_recipient_gets_a_row_and_a_delivery(api, cast, message):
    recipients = [
        {"contactId": cast.dina.pk, "externalCustomerId": "C-3", "locator": "x@example.com"},
        {"externalCustomerId": "C-1", "jsonParam": json.dumps({"name": "Dina"})},
        {"locator": "IVAN@приклад.укр", "languageCode": "uk"},
        {"locator": "new@example.com"},
        {"locator": "bad"},
        {"contactId": 999_999_999},
        {"locator": "kozak@example.com", "jsonParam": "{"},
        {"externalCustomerId": "C-3"},
        {},
    ]
    body = {"recipients": recipients, "email": True, "fromName": "The shop"}
    answer = api.post(f"/v1/message/{message.pk}/smartsend", body).json()
    assert answer["id"] == 0
    rows = answer["results"]
    assert [row["status"] for row in rows] == ["OK"] * 4 + ["ERROR"] * 5
    assert rows[4] == {
        "id": 0, "locator": "bad", "status": "ERROR", "message": "'bad' is not valid email",
    }  # fmt: skip
    assert rows[6]["message"] == "jsonParam is not valid JSON"
    assert rows[7]["message"] == "'C-3': the contact has no address"
    made = Contact.objects.get(email="new@example.com")
    assert (made.source, made.email_status) == ("I_MESSAGE", "CONFIRMED")
    sent = list(Delivery.objects.filter(status="WAITING").order_by("id"))
    assert [one.contact_id for one in sent] == [
        cast.dina.pk, cast.dina.pk, cast.ivan.pk, made.pk,
    ]  # fmt: skip
    assert sent[1].params == {"name": "Dina"}
    assert sent[2].language == "uk"
    assert str(sent[0].request_id) == rows[0]["requestId"]
    assert Content.objects.get().snapshot["sender_name"] == "The shop"


def test_one_recipient_is_one_object(api, cast, message):
    body = {"recipients": {"locator": "kozak@example.com"}}
    answer = api.post(f"/v1/message/{message.pk}/smartsend", body).json()
    assert answer["results"]["locator"] == "kozak@example.com"
    assert uuid.UUID(answer["results"]["requestId"])


def test_a_blocked_address_is_an_error_and_an_unsubscribed_one_is_not(api, cast, message):
    for address, reason in (("kozak@example.com", "SPAM"), ("ivan@приклад.укр", "UNSUBSCRIBED")):
        suppressing.suppress(
            cast.organisation.pk, suppressing.EMAIL, [address], reason=reason, by=cast.owner
        )
    body = {"recipients": [{"contactId": cast.dina.pk}, {"contactId": cast.ivan.pk}]}
    rows = api.post(f"/v1/message/{message.pk}/smartsend", body).json()["results"]
    assert [row["status"] for row in rows] == ["ERROR", "OK"]


def test_more_than_a_thousand_recipients_are_refused(api, message):
    body = {"recipients": [{"locator": f"u{n}@example.com"} for n in range(1001)]}
    assert api.post(f"/v1/message/{message.pk}/smartsend", body).status_code == 400
    assert api.post(f"/v1/message/{message.pk}/smartsend", {}).status_code == 400
    assert Delivery.objects.count() == 0


def test_a_stranger_cannot_send_our_message(strange_api, message):
    body = {"recipients": [{"locator": "kozak@example.com"}]}
    answer = strange_api.post(f"/v1/message/{message.pk}/smartsend", body)
    assert answer.status_code == 404
    assert Delivery.objects.count() == 0


def test_the_old_send_has_one_set_of_data_for_all(api, cast, message):
    body = {
        "recipients": ["kozak@example.com", "bad"],
        "params": [{"key": "name", "value": "N"}],
        "campaignId": None,
    }
    rows = api.post(f"/v1/message/{message.pk}/send", body).json()["results"]
    assert [row["status"] for row in rows] == ["OK", "ERROR"]
    assert Delivery.objects.get().params == {"name": "N"}


def test_the_old_send_to_a_segment_is_one_row(api, cast, message):
    from sanderling.contacts import lists

    group = lists.create(cast.organisation.pk, "News", by=cast.owner)
    lists.add_members(
        cast.organisation.pk, group.pk, [cast.dina.pk, cast.ivan.pk, cast.ghost.pk], by=cast.owner
    )
    answer = api.post(f"/v1/message/{message.pk}/send", {"groupId": group.pk}).json()
    assert answer["results"]["locator"] == str(group.pk)
    assert Delivery.objects.filter(status="WAITING").count() == 2
    assert Delivery.objects.get(status="EXCLUDED").reason == "NO_ADDRESS"


def test_an_email_may_come_with_the_call(api, cast):
    body = {
        "from": '"Demo Shop" <news@shop.example>', "subject": "Hi", "htmlText": "<p>Hello</p>",
        "emails": ["kozak@example.com"], "tags": ["welcome"],
    }  # fmt: skip
    row = api.post("/v1/message/email", body).json()["results"]
    assert (row["status"], row["locator"]) == ("OK", "kozak@example.com")
    snapshot = Content.objects.get().snapshot
    assert (snapshot["sender_name"], snapshot["sender_email"]) == ("Demo Shop", "news@shop.example")
    refused = api.post("/v1/message/email", {**body, "from": "x", "subject": None})
    assert refused.status_code == 400
    assert b"from is not a sender" in refused.content


def test_without_a_gateway_nobody_is_queued_and_nobody_becomes_a_contact(api):
    before = Contact.objects.count()
    sms = {"from": "SHOP", "text": "Hi", "phoneNumbers": ["380670001122"]}
    row = api.post("/v1/message/sms", sms).json()["results"]
    assert (row["status"], row["locator"]) == ("ERROR", "380670001122")
    assert row["message"].startswith("No gateway for SMS is connected")
    viber = {**sms, "iosExpirityText": "Old"}
    row = api.post("/v1/message/viber", viber).json()["results"]
    assert row["message"].startswith("No gateway for Viber is connected")
    assert (Contact.objects.count(), Delivery.objects.count()) == (before, 0)


@pytest.fixture
def sms_gateway(cast):
    return connecting.save(
        cast.organisation.pk, channel="Sms", kind="CAPTURE", senders=["SHOP"], by=cast.owner
    )


def test_an_sms_may_come_with_the_call_and_its_status_is_followed(api, cast, sms_gateway):
    body = {
        "from": "SHOP", "text": "Hi $!{firstName}", "phoneNumbers": ["+38 067 000 00 01", "bad"],
        "tags": ["t"],
    }  # fmt: skip
    rows = api.post("/v1/message/sms", body).json()["results"]
    assert [row["status"] for row in rows] == ["OK", "ERROR"]
    assert rows[1]["message"] == "'bad' is not valid phone"

    def status():
        query = f"/v1/message/sms/status?ids={rows[0]['requestId']}"
        return api.get(query).json()["results"]["status"]

    assert status() == "IN_QUEUE"
    dispatch_once()
    assert json.loads(bytes(Captured.objects.get().raw))["text"] == "Hi Dina"
    assert status() == "DELIVERED"
    Activity.objects.all().delete()  # as where the provider has not reported yet
    assert status() == "PENDING"
    delivery = Delivery.objects.filter(contact_id=cast.dina.pk)
    for reason, said in (("EXPIRED", "EXPIRED"), ("UNDELIVERED", "SMS_UNDELIVERED_STATE")):
        delivery.update(status="REFUSED", reason=reason)
        assert status() == said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"from": None}, "from must be specified"),
        ({"text": ""}, "text must be specified"),
        ({"phoneNumbers": []}, "Give phoneNumbers or groupId"),
    ],
)
def test_an_sms_that_lacks_something_is_refused(api, cast, more, said):
    body = {"from": "SHOP", "text": "Hi", "phoneNumbers": ["380670000001"], **more}
    answer = api.post("/v1/message/sms", body)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert Delivery.objects.count() == 0


def test_a_foreign_sender_is_an_error(api, sms_gateway):
    body = {"from": "OTHER", "text": "Hi", "phoneNumbers": ["380670000001"]}
    row = api.post("/v1/message/sms", body).json()["results"]
    assert row["message"] == "“OTHER” is not a sender of your gateways."
    assert Delivery.objects.count() == 0


def test_smartsend_takes_an_sms(api, cast, sms_gateway):
    text = {"name": "Code", "from": "SHOP", "text": "Code $!data.get('code')"}
    number = api.post("/v1/messages/sms", text).json()["id"]
    body = {
        "email": False,
        "recipients": [
            {"locator": "380670000001", "jsonParam": json.dumps({"code": "42"})},
            {"locator": "380670000077", "jsonParam": json.dumps({"code": "43"})},
            {"contactId": cast.ghost.pk},
        ],
    }
    rows = api.post(f"/v1/message/{number}/smartsend", body).json()["results"]
    assert [row["status"] for row in rows] == ["OK", "OK", "ERROR"]
    assert Contact.objects.get(phone="380670000077").source == "I_MESSAGE"
    while dispatch_once():
        pass
    texts = {one.recipient: json.loads(bytes(one.raw))["text"] for one in Captured.objects.all()}
    assert texts == {"380670000001": "Code 42", "380670000077": "Code 43"}


def test_the_status_follows_the_delivery(api, strange_api, cast, message):
    body = {"recipients": [{"contactId": cast.dina.pk}, {"contactId": cast.ivan.pk}]}
    rows = api.post(f"/v1/message/{message.pk}/smartsend", body).json()["results"]
    ids = [row["requestId"] for row in rows]

    def statuses(query):
        return api.get(f"/v1/message/status?ids={query}").json()["results"]

    assert statuses(",".join(ids))[0] == {
        "requestId": ids[0], "status": "IN_QUEUE", "failed": False, "delivered": False,
    }  # fmt: skip
    assert strange_api.get(f"/v1/message/status?ids={ids[0]}").json() == {"results": []}
    delivery = Delivery.objects.get(request_id=ids[0])
    Delivery.objects.filter(request_id=ids[0]).update(status="SENT")
    assert statuses(ids[0])["status"] == "DELIVERED"
    for status in ("DELIVERED", "CLICKED", "RECEIVED"):
        Activity.objects.create(
            organisation=cast.organisation, contact_id=cast.dina.pk, delivery_id=delivery.id,
            status=status,
        )  # fmt: skip
    assert statuses(ids[0]) == {
        "requestId": ids[0], "status": "CLICKED", "failed": False, "delivered": True,
    }  # fmt: skip
    Delivery.objects.filter(request_id=ids[1]).update(status="REFUSED")
    assert statuses(ids[1])["failed"] is True
    assert statuses("nonsense,") == []
