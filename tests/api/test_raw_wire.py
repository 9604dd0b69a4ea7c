"""What public clients are known to send and to depend on, byte by byte on a real socket.

Each test does what one client does (named as in the wire reference, section in brackets) and looks
at what that client looks at.
"""

import base64
import http.client
import json
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from cast import assemble

from sanderling.accounts import keys
from sanderling.contacts import fields
from sanderling.contacts.models import Contact
from sanderling.events.models import Event
from sanderling.messages.models import Message
from sanderling.orders.models import Order

JSON = "application/json; charset=utf-8"


@pytest.fixture
def cast(transactional_db):
    people = assemble()
    fields.create_defaults(people.organisation.pk)
    return people


@pytest.fixture
def wire(live_server, cast):
    """Return a function that sends bytes and returns status, headers in wire case, and body."""
    _, secret = keys.create(cast.organisation.pk, rights="full", description="", by=cast.owner)
    parts = urlsplit(live_server.url)

    def send(method, target, body=b"", *, login="", kind=JSON, password=None, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        word = base64.b64encode(f"{login}:{password or secret}".encode()).decode()
        known = {"Authorization": f"Basic {word}", **({"Content-Type": kind} if kind else {})}
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        connection.request(method, target, raw or None, {**known, **headers})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), content

    return send


@pytest.mark.parametrize(
    "path",
    ["/api/v1/contacts/", "//api/v1/contacts", "/api/v1/balance/", "/api//v1//groups",
     "/api/v1/account/info/", "/api/v1/version/"],
)  # fmt: skip
def test_slashes_trail_and_double(wire, path):  # ok-esputnik, rubik-esputnik [1.4]
    assert wire("GET", path)[0] == 200


def test_get_and_delete_carry_a_body(wire, cast):  # ossbrownie [1.4]
    assert wire("GET", "/api/v1/groups", b"[]")[0] == 200
    assert wire("DELETE", f"/api/v1/contact/{cast.ghost.pk}", b"[]")[2] == (
        f"Contact with id='{cast.ghost.pk}' has been deleted".encode()
    )


@pytest.mark.parametrize(
    "login", ["", "user", "any", "x", "api-user", "a@b.example", "імʼя", "a b"]
)
def test_the_user_name_is_anything(wire, login):  # all of them [1.3]
    assert wire("GET", "/api/v1/version", login=login)[0] == 200


def test_a_login_with_its_own_password_is_a_401_in_json(wire):  # ossbrownie, busfor [1.3]
    status, headers, body = wire("GET", "/api/v1/account/info", login="a@b.example", password="pw")
    assert (status, headers["WWW-Authenticate"]) == (401, 'Basic realm="Sanderling"')
    told = json.loads(body)  # yespo-shopify reads it before it looks at the status [1.6]
    assert (told["status"], told["error"]) == (401, "Unauthorized")  # woocommerce; x1ds
    assert set(told) == {"timestamp", "status", "error", "message", "path"}


def test_total_count_is_spelt_so_on_the_wire(wire):  # dkulyk, maksa988 [R4]
    for path in ("/api/v1/contacts", "/api/v1/messages/email", "/api/v1/messages/sms"):
        _, headers, body = wire("GET", f"{path}?maxrows=1")
        assert "TotalCount" in headers
        assert int(headers["TotalCount"]) >= len(json.loads(body))


@pytest.mark.parametrize(
    "query", ["ids={0},{1}", "ids={0}&ids={1}", "ids={0},%20{1}", "ids={0}, {1}", "emails={0},{1}"]
)
def test_lists_in_a_query_come_in_every_form(wire, cast, query):  # ok-esputnik, updevru [1.4]
    target = f"/api/v1/contacts/email?{query.format(cast.dina.pk, cast.ivan.pk)}"
    _, _, body = wire("GET", target.replace(" ", "%20"))
    assert [one["contactId"] for one in json.loads(body)["results"]] == [
        cast.dina.pk, cast.ivan.pk,
    ]  # fmt: skip


def test_one_row_is_an_object_and_several_are_a_list(wire, cast):  # maksa988, vitaly4uk [R1]
    message = Message.objects.create(
        organisation=cast.organisation, name="Hi", subject="Hi", html="<p>Hi</p>",
        sender_email="news@shop.example",
    )  # fmt: skip
    target = f"/api/v1/message/{message.pk}/smartsend"
    one = {"locator": "kozak@example.com", "email": "kozak@example.com", "jsonParam": None}
    legacy = {"email": True, "fromName": None, "campaignId": 7, "allowUnconfirmed": True}
    _, _, body = wire("POST", target, {"recipients": [one], **legacy})
    row = json.loads(body)["results"]
    assert set(row) == {"id", "locator", "status", "requestId"}  # vitaly4uk needs these in each
    _, _, body = wire("POST", target, {"recipients": [one, {"locator": "bad"}], **legacy})
    assert [row["status"] for row in json.loads(body)["results"]] == ["OK", "ERROR"]
    _, _, body = wire("POST", target, {"recipients": one})  # one object for a list [1.4]
    assert json.loads(body)["results"]["status"] == "OK"


def test_numbers_come_as_texts_and_nulls_for_everything(wire, cast):  # the vendor's page [1.4]
    birthday = fields.catalogue(cast.organisation.pk)
    number = next(one.pk for one in birthday.values() if one.key == "BIRTHDAY")
    person = {
        "firstName": "Ann", "lastName": None, "groups": None, "address": None, "contactKey": None,
        "channels": {"type": "email", "value": "ann@example.com"}, "addressBookId": "1",
        "fields": [{"id": str(number), "value": "1990-04-17"}], "ordersInfo": {"count": "2"},
        "somethingNew": {"a": [1]},
    }  # fmt: skip
    status, _, body = wire("POST", "/api/v1/contact", person)
    assert status == 200, body
    ann = Contact.objects.get(pk=json.loads(body)["id"])
    assert (ann.first_name, ann.fields) == ("Ann", {str(number): "1990-04-17"})


def test_a_wrapped_contact_is_taken_and_answered_in_the_known_words(wire, cast):  # busfor [VCR]
    wrapped = {"contact": {"firstName": "Dinara"}, "groups": None, "formType": None}
    status, headers, body = wire("PUT", f"/api/v1/contact/{cast.dina.pk}", wrapped)
    assert (status, body) == (200, f"Contact with id='{cast.dina.pk}' has been updated".encode())
    assert headers["Content-Type"].replace(" ", "").lower() == "application/json;charset=utf-8"
    cast.dina.refresh_from_db()
    assert cast.dina.first_name == "Dinara"


def test_an_event_is_answered_with_nothing_at_all(wire):  # busfor [R6]
    event = {"eventTypeKey": "seen", "keyValue": "k", "params": []}
    for kind in (JSON, "application/json", "application/json;charset=UTF-8", ""):
        status, headers, body = wire("POST", "/api/v1/event/", event, kind=kind)
        assert (status, body, headers["Content-Length"]) == (200, b"", "0")
        assert "Content-Type" not in headers
    assert Event.objects.count() == 4


def test_orders_are_answered_with_nothing_unless_some_fail(wire, cast):  # ossbrownie, shopify
    order = {
        "externalOrderId": 12, "externalCustomerId": "C-1", "totalCost": "25.50",
        "status": "DELIVERED", "date": "2025-03-01T09:30:00.000+02:00", "currency": "USD",
        "items": [{"externalItemId": 7, "name": "Cup", "quantity": "2", "cost": 12.75}],
    }  # fmt: skip
    status, _, body = wire("POST", "/api/v1/orders", {"orders": [order]})
    assert (status, body) == (200, b"")
    assert Order.objects.get().total_cost == Decimal("25.50")
    status, _, body = wire("POST", "/api/v1/orders", {"orders": [order, {**order, "status": "?"}]})
    assert (status, len(json.loads(body)["failedOrders"])) == (200, 1)


def test_a_repeated_write_is_a_409_with_the_known_words(wire):  # yespo-shopify [1.6]
    person = {"firstName": "Bo", "channels": [{"type": "email", "value": "bo@example.com"}]}
    assert wire("POST", "/api/v1/contact", person)[0] == 200
    status, _, body = wire("POST", "/api/v1/contact", person)
    assert (status, body) == (409, b"Duplicated request")
    assert Contact.objects.filter(email="bo@example.com").count() == 1


def test_what_is_not_found_says_so(wire):  # yespo-shopify looks for the words [1.6]
    status, _, body = wire("DELETE", "/api/v1/contact?externalCustomerId=nobody")
    assert status == 404
    assert b"not found" in body
    status, _, body = wire("GET", "/api/v1/contact/999999")  # dkulyk and maksa988: null on a 404
    assert status == 404
    assert b"not found" in body


def test_what_php_decodes_is_json(wire, cast):  # maksa988 and dkulyk decode every body [R5]
    message = {"name": "Hi", "from": "news@shop.example", "subject": "Hi", "htmlText": "<p>x</p>"}
    number = json.loads(wire("POST", "/api/v1/messages/email", message)[2])["id"]
    changed = wire("PUT", f"/api/v1/messages/email/{number}", {**message, "name": "Ho"})
    assert json.loads(changed[2]) == f"Message with id='{number}' has been updated"
    shown = json.loads(wire("GET", f"/api/v1/messages/email/{number}")[2])
    assert {"id", "name", "from", "subject", "htmlText", "tags"} <= set(shown)
    assert json.loads(wire("DELETE", f"/api/v1/messages/email/{number}")[2])


def test_strict_clients_meet_no_member_that_they_do_not_know(wire):  # dkulyk, maksa988 [R3]
    balance = json.loads(wire("GET", "/api/v1/balance")[2])
    assert set(balance) == {
        "currentBalance",
        "creditLimit",
        "currency",
        "bonusEmails",
        "bonusSmses",
    }
    version = json.loads(wire("GET", "/api/v1/version")[2])
    assert {type(value) for value in version.values()} == {str}  # R2
    form = {"contact": {"channels": [{"type": "sms", "value": "+380 67 000-99-99"}]}}
    told = json.loads(wire("POST", "/api/v1/contact/subscribe/", form)[2])
    assert set(told) == {"id", "new"}  # no emailStatus without an e-mail


def test_pages_begin_at_one_and_too_large_ones_are_cut(wire):  # maksa988 [1.7, 10.11]
    first = json.loads(wire("GET", "/api/v1/contacts?startindex=1&maxrows=1&sortBy=contactId")[2])
    again = json.loads(wire("GET", "/api/v1/contacts?startindex=0&maxrows=1&sortBy=contactId")[2])
    second = json.loads(wire("GET", "/api/v1/contacts?startindex=2&maxrows=1&sortBy=contactId")[2])
    assert first == again != second
    assert wire("GET", "/api/v1/contacts?maxrows=100000&name=")[0] == 200


def test_an_options_request_names_the_verbs_for_browsers(wire):
    status, headers, _ = wire("OPTIONS", "/api/v1/contacts")
    assert (status, headers["Allow"]) == (200, "GET, OPTIONS, POST")
    assert "PUT" in headers["Access-Control-Allow-Methods"]
