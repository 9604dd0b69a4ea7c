"""The inbox of an app: a message is sent into it, listed, counted, opened (api.md §7.3)."""

import json
from typing import Any

import pytest
from django.test import Client
from together import at_once

from sanderling.activities.models import Activity
from sanderling.appinbox import sessions
from sanderling.appinbox.models import Entry, Session
from sanderling.contacts import adding, devices, joining
from sanderling.contacts.people import Person
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Delivery
from sanderling.worker.following import follow_due
from sanderling.worker.forgetting import forget_due


class App:
    """An app that keeps the token of the last answer."""

    def __init__(self, token: str) -> None:
        self.token = token

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = Client().generic(
            method, f"/appinbox/v1/messages{path}", json.dumps(body) if body else b"",
            content_type="application/json", headers={"ES-TOKEN": self.token},
        )  # fmt: skip
        self.token = answer.headers.get("ES-TOKEN", self.token)
        return answer

    def get(self, path: str = "") -> Any:
        return self.call("GET", path)


@pytest.fixture
def dinas_app(api, cast) -> App:
    return App(api.post("/v1/auth/contact/token", {"externalCustomerId": "C-1"}).json()["token"])


@pytest.fixture
def send(api, cast) -> Any:
    """Send a stored message into Dina's inbox."""

    def sent(title: str = "Hi $!{firstName}", **more: Any) -> Delivery:
        body = {"name": title, "title": title, "text": "A cup for you", **more}
        number = api.post("/v1/messages/appinbox", body).json()["id"]
        answer = api.post(
            f"/v1/message/{number}/smartsend", {"recipients": [{"contactId": cast.dina.pk}]}
        )
        assert answer.status_code == 200, answer.content
        while dispatch_once():
            pass
        return Delivery.objects.order_by("-id")[0]

    return sent


def test_a_message_lies_in_the_inbox_until_it_is_opened(dinas_app, send, cast):
    assert dinas_app.get("/count").json() == {"count": 0}
    delivery = send(
        link="https://shop.example/cup", imageSource="https://shop.example/cup.png",
        customData='{"screen": "cup"}',
    )  # fmt: skip
    assert delivery.status == "SENT", delivery.description
    assert dinas_app.get("/count").json() == {"count": 1}
    entry = Entry.objects.get()
    assert dinas_app.get().json() == {
        "list": [
            {
                "id": str(entry.id), "createdDate": round(entry.created_at.timestamp() * 1000),
                "title": "Hi Dina", "content": "A cup for you", "link": "https://shop.example/cup",
                "image": "https://shop.example/cup.png", "newMessage": True, "status": "UNOPENED",
                "customData": '{"screen": "cup"}',
            }
        ],
        "totalPages": 1,
    }  # fmt: skip
    marked = dinas_app.call("POST", "/status", {"status": "OPENED", "ids": [str(entry.id)]})
    assert (marked.status_code, marked.content) == (200, b"")
    assert dinas_app.get("/count").json() == {"count": 0}
    (shown,) = dinas_app.get("?status=OPENED").json()["list"]
    assert (shown["newMessage"], shown["status"]) == (False, "OPENED")
    assert dinas_app.get("?status=UNOPENED").json() == {"list": [], "totalPages": 0}
    dinas_app.call("POST", "/status", {"status": "OPENED", "ids": [str(entry.id)]})  # again
    facts = Activity.objects.filter(media_type="AppInbox").order_by("id")
    assert list(facts.values_list("contact_id", "status")) == [
        (cast.dina.pk, "SENT"), (cast.dina.pk, "DELIVERED"), (cast.dina.pk, "RECEIVED"),
    ]  # fmt: skip


def test_the_inbox_has_pages_and_everything_is_marked_at_once(dinas_app, send):
    for number in range(3):
        send(f"Message {number}")
    first = dinas_app.get("?page=0&pageSize=2").json()
    assert [one["title"] for one in first["list"]] == ["Message 2", "Message 1"]
    assert first["totalPages"] == 2
    second = dinas_app.get("?page=1&pageSize=2").json()
    assert [one["title"] for one in second["list"]] == ["Message 0"]
    dinas_app.call("POST", "/status", {"status": "OPENED", "ids": None})
    assert dinas_app.get("/count").json() == {"count": 0}
    assert len(dinas_app.get().json()["list"]) == 3


def test_a_token_opens_one_call(dinas_app):
    first = dinas_app.token
    assert dinas_app.get("/count").status_code == 200
    assert dinas_app.token != first
    for token in (first, "", "x", first[:-1]):
        refused = App(token).get("/count")
        assert (refused.status_code, refused.json()["status"]) == (401, 401)
        assert "ES-TOKEN" not in refused.headers
    assert dinas_app.get("/count").status_code == 200


def test_a_mistake_does_not_shut_the_app_out(dinas_app, send):
    send()
    for path in ("?status=NEW", "?page=-1&pageSize=2", "?page=x", "?pageSize=99999999999999999999"):
        assert dinas_app.get(path).status_code in (200, 400), path
    for body in ({"status": "READ"}, {"status": "OPENED", "ids": ["x"]}, {"ids": 7}):
        assert dinas_app.call("POST", "/status", body).status_code == 400
    assert dinas_app.call("POST", "/count").status_code == 405
    assert dinas_app.get("/count").json() == {"count": 1}


def test_an_expired_message_is_not_shown(dinas_app, send):
    send(ttlSec=60)
    assert dinas_app.get("/count").json() == {"count": 1}
    Entry.objects.update(expires_at="2025-01-01T00:00Z")
    assert (dinas_app.get("/count").json(), dinas_app.get().json()["list"]) == ({"count": 0}, [])


@pytest.mark.parametrize(
    "who",
    [
        {"email": "KOZAK@example.com", "phone": None}, {"phone": "+380 67 000 00 01"},
        {"externalCustomerId": "C-1"},
    ],
    ids=repr,
)  # fmt: skip
def test_a_contact_is_named_in_several_ways(api, cast, who):
    assert api.post("/v1/auth/contact/token", who).status_code == 200
    assert Session.objects.get().contact_id == cast.dina.pk


def test_a_browser_names_its_contact(api, cast):
    from test_tracker import COOKIE, said
    from test_tracker import send as tell

    site = api.post("/v1/site/domains", {"domain": "shop.example"}).json()["siteId"]
    tell(said(site, "PageView"))
    assert api.post("/v1/auth/contact/token", {"cookie": COOKIE}).status_code == 404
    tell(said(site, "CustomerData", externalCustomerId="C-1"))
    assert api.post("/v1/auth/contact/token", {"cookie": COOKIE}).status_code == 200
    assert Session.objects.get().contact_id == cast.dina.pk


@pytest.mark.parametrize("who", [{}, {"email": None}, {"email": "nobody@shop.example"}], ids=repr)
def test_nobody_gets_no_token(api, cast, who):
    assert api.post("/v1/auth/contact/token", who).status_code in (400, 404)
    assert Session.objects.count() == 0


def test_a_stranger_gets_no_token_for_our_contact(strange_api, cast):
    answer = strange_api.post("/v1/auth/contact/token", {"externalCustomerId": "C-1"})
    assert answer.status_code == 404
    assert Session.objects.count() == 0


def test_each_reads_its_own_inbox_only(api, dinas_app, send, cast):
    send()
    ghost = App(api.post("/v1/auth/contact/token", {"externalCustomerId": "C-3"}).json()["token"])
    assert ghost.get().json()["list"] == []
    ids = [str(Entry.objects.get().id)]
    assert ghost.call("POST", "/status", {"status": "OPENED", "ids": ids}).status_code == 200
    assert dinas_app.get("/count").json() == {"count": 1}


def test_an_erased_person_has_no_inbox(api, dinas_app, send, cast):
    send()
    api.delete(f"/v1/contact/{cast.dina.pk}?erase=true")
    assert dinas_app.get("/count").status_code == 401
    forget_due()
    assert (Entry.objects.count(), Session.objects.count()) == (0, 0)


def test_the_inbox_of_a_device_joins_the_person(api, send, cast):
    here = cast.organisation.pk
    nobody = adding.upsert(here, Person(token="7:abc"), by=cast.owner).contact_id
    said = devices.Registration(application_id=7, push_token="abc")
    devices.register(here, nobody, said, by=cast.owner)
    app = App(sessions.begin(here, nobody))
    send()
    assert app.get("/count").json() == {"count": 0}
    joining.join(here, nobody, cast.dina.pk, reason="The same.", by=cast.owner)
    follow_due()
    assert app.get("/count").json() == {"count": 1}


def test_sessions_of_a_month_ago_are_forgotten(dinas_app):
    Session.objects.update(used_at="2025-01-01T00:00Z")
    assert dinas_app.get("/count").status_code == 401
    assert sessions.forget_unused() == 1


def test_pages_of_a_site_may_read_the_next_token(dinas_app):
    answer = dinas_app.get("/count")
    assert answer["Access-Control-Expose-Headers"] == "ES-TOKEN"
    asked = Client().options("/appinbox/v1/messages")
    assert "ES-TOKEN" in asked["Access-Control-Allow-Headers"]


@pytest.mark.django_db(transaction=True)
def test_of_calls_with_one_token_at_once_one_is_answered():
    from cast import assemble

    here = assemble()
    token = sessions.begin(here.organisation.pk, here.dina.pk)
    statuses = at_once(*[lambda: App(token).get("/count").status_code] * 8)
    assert sorted(statuses) == [200] + [401] * 7
