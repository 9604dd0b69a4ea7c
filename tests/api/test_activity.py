import datetime as dt
import uuid

import pytest

from sanderling.activities.models import Activity
from sanderling.messages.models import Content, Message
from sanderling.sending import tokens
from sanderling.sending.models import Delivery

WHEN = dt.datetime(2025, 3, 1, 8, 16, 20, tzinfo=dt.UTC)


@pytest.fixture
def facts(cast):
    for minutes, status in enumerate(("SENT", "DELIVERED", "RECEIVED", "CLICKED")):
        Activity.objects.create(
            organisation=cast.organisation, contact_id=cast.dina.pk, delivery_id=7, message_id=3,
            status=status, occurred_at=WHEN + dt.timedelta(minutes=minutes), message_name="Sale",
            message_tags="news, sale", link="https://shop.example/" if status == "CLICKED" else "",
        )  # fmt: skip


def test_activity_is_told_in_the_contracts_words(api, cast, facts):
    rows = api.get("/v2/contacts/activity?dateFrom=2025-03-01&dateTo=2025-03-01").json()
    assert [row["activityStatus"] for row in rows] == ["DELIVERED", "READ", "CLICKED"]
    last = rows[-1]
    last.pop("offset")
    last.pop("iid")
    assert last == {
        "contactId": cast.dina.pk, "externalCustomerId": "C-1", "email": "kozak@example.com",
        "sms": "380670000001", "mediaType": "email", "activityStatus": "CLICKED", "messageId": 3,
        "messageInstanceId": 7, "messageName": "Sale", "messageTag": "news, sale",
        "activityDateTime": "2025-03-01T10:19:20", "clickEventLink": "https://shop.example/",
    }  # fmt: skip


def test_the_offset_of_the_last_row_continues(api, facts):
    path = "/v2/contacts/activity?dateFrom=2025-03-01&dateTo=2025-03-02&maxrows=2"
    first = api.get(path).json()
    rest = api.get(f"{path}&offset={first[-1]['offset']}").json()
    assert [row["activityStatus"] for row in first + rest] == ["DELIVERED", "READ", "CLICKED"]
    assert api.get(f"{path}&offset=nonsense").status_code == 400


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ("activityStatus=READ", 1), ("email=KOZAK@example.com", 3), ("email=x@example.com", 0),
        ("sms=380670000001", 3), ("messageTag=sale", 3), ("messageTag=none", 0),
    ],
)  # fmt: skip
def test_activity_is_filtered(api, facts, filters, number):
    path = f"/v1/contacts/activity?dateFrom=2025-03-01&dateTo=2025-03-02&{filters}"
    assert len(api.get(path).json()) == number


@pytest.mark.parametrize(
    "period",
    ["", "dateFrom=2025-03-01", "dateFrom=2025-03-02&dateTo=2025-03-01", "dateFrom=x&dateTo=y",
     "dateFrom=2025-01-01&dateTo=2025-06-01"],
)  # fmt: skip
def test_a_period_must_be_clear_and_short(api, period):
    assert api.get(f"/v2/contacts/activity?{period}").status_code == 400


def test_a_stranger_sees_no_activity_of_ours(strange_api, cast, facts):
    period = "dateFrom=2025-03-01&dateTo=2025-03-02"
    assert strange_api.get(f"/v2/contacts/activity?{period}").json() == []
    path = f"/v2/contacts/messages?{period}&contactId={cast.dina.pk}"
    assert strange_api.get(path).json() == []


@pytest.fixture
def delivery(cast):
    message = Message.objects.create(organisation=cast.organisation, name="Sale")
    content = Content.objects.create(
        organisation=cast.organisation, message=message, digest="d",
        snapshot={"channel": "Email", "name": "Sale", "tags": ["sale"], "subject": "Hi",
                  "sender_name": "Shop", "sender_email": "a@b.example", "utm_campaign": ""},
    )  # fmt: skip
    return Delivery.objects.create(
        organisation=cast.organisation, contact_id=cast.dina.pk, content_id=content.pk,
        origin_kind="API", origin_id=1, status="SENT", handed_at=WHEN, request_id=uuid.uuid4(),
        address="kozak@example.com",
    )  # fmt: skip


def test_messages_of_a_contact_are_listed(api, cast, delivery):
    path = "/v2/contacts/messages?dateFrom=2025-03-01&dateTo=2025-03-02&externalCustomerId=C-1"
    (row,) = api.get(path).json()
    assert (row["email"], row["subject"], row["channelType"]) == (
        "kozak@example.com", "Hi", "email",
    )  # fmt: skip
    assert row["sentDateTime"] == "2025-03-01T10:16:20"
    assert api.get(f"{path}&channelTypes=sms,viber").json() == []
    assert api.get("/v2/contacts/messages?dateFrom=2025-03-01&dateTo=2025-03-02").status_code == 400


def test_an_interaction_needs_no_credentials_but_a_signed_id(api, cast, delivery):
    from programs import Program

    token = tokens.Token(cast.organisation.pk, cast.dina.pk, delivery.id)
    signed = tokens.sign(token, tokens.Purpose.OPEN)
    body = {"token": "dev-token-1", "status": "OPENED", "time": "2025-03-01T10:15:00+02:00"}
    assert Program().put(f"/v1/interactions/{signed[:-1]}x/status", body).status_code == 404
    assert Program().put(f"/v1/interactions/{signed}/status", {"status": "?"}).status_code == 400
    assert Activity.objects.count() == 0
    answer = Program().put(f"/v1/interactions/{signed}/status", body)
    assert (answer.status_code, answer.content) == (200, b"")
    # What was opened had arrived, whether the app told so or not.
    facts = {fact.status: fact for fact in Activity.objects.all()}
    assert set(facts) == {"DELIVERED", "RECEIVED"}
    fact = facts["RECEIVED"]
    assert (fact.contact_id, fact.delivery_id) == (cast.dina.pk, delivery.id)
    assert fact.occurred_at.isoformat() == "2025-03-01T08:15:00+00:00"


def test_tokens_are_found_switched_and_added(api, strange_api, cast):
    tokens_of = {"tokens": [{"token": "t-1", "externalCustomerId": "C-1"}, {"token": "t-2"}]}
    answer = api.post("/v1/apps/b0c5/tokens", tokens_of)
    assert answer.json() == "1 tokens have been added"
    path = "/v1/contact/token/activated/b0c5/t-1"
    assert api.get(path).json() == {"active": True}
    assert api.put(path, {"active": False}).json() == {"active": False}
    assert api.get(path).json() == {"active": False}
    assert api.get("/v1/contact/token/b0c5/t-1/contactId").json() == {"id": cast.dina.pk}
    assert api.get("/v1/contact/token/b0c5/t-2/contactId").status_code == 404
    assert strange_api.get(path).status_code == 404
    assert strange_api.put(path, {"active": True}).status_code == 404
    assert api.get(path).json() == {"active": False}


def test_promo_codes_are_loaded_listed_and_counted(api, strange_api):
    body = {
        "promocodes": ["A1", "A2"], "discount": "10", "type": "spring",
        "expirationDate": "2099-12-31T23:59",
    }  # fmt: skip
    assert api.post("/v1/promocodes", body).json()["inUse"] is False
    assert api.get("/v1/promocodes/count?type=spring").json() == 2
    rows = api.get("/v1/promocodes?type=spring&discount=10&activeDueDays=30").json()
    assert rows[0] == {
        "code": "A1", "type": "spring", "discount": 10.0,
        "expirationDate": "2099-12-31T23:59:00", "inUse": False,
    }  # fmt: skip
    assert api.post("/v1/promocodes", {**body, "discount": 100}).status_code == 400
    assert strange_api.get("/v1/promocodes").json() == []
