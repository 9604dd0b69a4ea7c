"""Events that arrive together share a commit; every caller still gets the answer of its own.

On the wire: the thin door is a part of the web process, not of the application.
"""

import contextlib
import os
import signal
import threading
from pathlib import Path

import pytest
import together
from cast import assemble
from django.utils import timezone
from outages import end_all_others
from served import hear, request, secret_of, serving

from sanderling.accounts.models import ApiCall, ApiKey
from sanderling.contacts import joining
from sanderling.contacts.models import Contact
from sanderling.events.models import Event, EventType
from sanderling.events.types import declare


@pytest.fixture(scope="module")
def served(django_db_setup):
    with serving() as running:
        yield running


@pytest.fixture
def cast(transactional_db):
    people = assemble()
    EventType.objects.create(organisation=people.organisation, key="Cart")
    EventType.objects.create(organisation=people.elsewhere, key="Cart")
    return people


def event(number, **more):
    return {"eventTypeKey": "Cart", "params": {"externalCustomerId": "C-1", "n": number}} | more


def at_once(served, requests):
    """Send every request on a connection of its own, all at the same time; return the answers."""
    with contextlib.ExitStack() as opened:
        lines = [opened.enter_context(served.connect()) for _ in requests]
        for line, raw in zip(lines, requests, strict=True):
            line.sendall(raw)
        return [hear(line) for line in lines]


def test_thirty_two_at_once_are_all_there_when_they_are_answered(served, cast):
    ours, theirs = secret_of(cast.owner), secret_of(cast.stranger, "events")
    assert Event.objects.count() == 0
    answers = at_once(
        served, [request(ours if n % 2 else theirs, event(n)) for n in range(32)]
    )  # fmt: skip
    assert [(one.status, one.body) for one in answers] == [(200, b"")] * 32
    own = Event.objects.filter(organisation=cast.organisation)
    assert sorted(row["n"] for row in own.values_list("params", flat=True)) == list(range(1, 32, 2))
    assert set(own.values_list("contact_id", "key_value", "is_past")) == {
        (cast.dina.pk, "C-1", False)
    }
    assert Event.objects.filter(organisation=cast.elsewhere).count() == 16


def test_each_gets_the_answer_of_its_own(served, cast):
    strict = EventType.objects.create(organisation=cast.organisation, key="Strict")
    wanted = [{"name": "cartId", "required": True}]
    declare(cast.organisation.pk, strict.pk, parameters=wanted, by=cast.owner)
    ours, reader = secret_of(cast.owner), secret_of(cast.owner, "messages")
    off = secret_of(cast.owner)
    ApiKey.objects.filter(pk=ApiKey.objects.latest("pk").pk).update(is_active=False)
    answers = at_once(served, [
        request(ours, event(1)),
        request(ours, {"eventTypeKey": "Strict", "keyValue": "2"}),
        request(ours, {"eventTypeKey": "a;b", "keyValue": "2"}),
        request(reader, event(2)),
        request(off, event(3)),
        request("nonsense", event(4)),
        request(ours, event(5), Authorization=""),
        request(ours, event(6), path="//api//v1/event/"),
    ])  # fmt: skip
    assert [one.status for one in answers] == [200, 400, 400, 403, 401, 401, 401, 200]
    assert sorted(row["n"] for row in Event.objects.filter(
        type__key="Cart").values_list("params", flat=True)) == [1, 6]  # fmt: skip
    assert Event.objects.count() == 2


def test_whose_an_event_is_does_not_depend_on_the_road(served, cast):
    ours = secret_of(cast.owner)
    people = Contact.objects.count()
    sent = [
        ({"externalCustomerId": "C-1"}, "v3"),
        ({"email": cast.dina.email.upper()}, "v3"),
        ({"contactId": str(cast.dina.pk), "email": "new@example.com"}, "v3"),
        ({"externalCustomerId": "C-404"}, "v1"),
        ({"email": "new@example.com"}, "v3"),
        ({"email": "new@example.com"}, "v3"),
    ]
    for params, version in sent:
        raw = request(
            ours, {"eventTypeKey": "Cart", "params": params}, path=f"/api/{version}/event"
        )
        assert served.say(raw).status == 200
    assert Contact.objects.count() == people + 1
    new = Contact.objects.get(email="new@example.com").pk
    dina = cast.dina.pk
    assert list(Event.objects.order_by("id").values_list("contact_id", flat=True)) == [
        dina, dina, dina, 0, new, new,
    ]  # fmt: skip
    former = Contact.objects.create(organisation=cast.organisation).pk
    joining.join(cast.organisation.pk, former, dina, reason="one device", by=cast.owner)
    for version in ("v1", "v3"):
        raw = {"eventTypeKey": "Cart", "params": {"contactId": str(former)}}
        assert served.say(request(ours, raw, path=f"/api/{version}/event")).status == 200
        assert Event.objects.latest("id").contact_id == dina
    Contact.objects.filter(pk=new).update(deleted_at="2026-01-01T00:00:00Z")
    assert served.say(request(ours, event(7, params={"contactId": new}))).status == 200
    assert Event.objects.latest("id").contact_id == 0


def test_parameters_are_stored_as_they_were_sent(served, cast):
    params = {"b": 1.5, "a": [True, None, {"ключ": "значення"}], "n": -7, "email": "", "z": 2**60}
    raw = request(
        secret_of(cast.owner), {"eventTypeKey": "Cart", "keyValue": " K ", "params": params}
    )
    assert served.say(raw).status == 200
    stored = Event.objects.get()
    assert (stored.params, list(stored.params)) == (params, list(params))
    assert stored.key_value == "K"


def test_the_answer_bears_the_headers_of_the_ordinary_road(served, cast):
    ours = secret_of(cast.owner)
    quick = served.say(request(ours, event(1)))
    slow = served.say(request(ours, event(2), Content_Type="application/json; charset=latin1"))
    assert (quick.status, slow.status) == (200, 200)
    assert quick.headers["Content-Length"] == slow.headers["Content-Length"] == "0"
    its_own = {"X-Request-Id", "Date", "X-RateLimit-Remaining"}
    about_the_body = {"Vary", "Content-Language"}
    assert slow.headers.keys() - quick.headers.keys() == about_the_body  # so they were two roads
    assert quick.headers.keys() <= slow.headers.keys()
    for name in quick.headers.keys() - its_own - about_the_body:
        assert quick.headers[name] == slow.headers[name], name
    assert quick.headers["X-RateLimit-Limit"] == "350000"
    given = served.say(request(ours, event(3), X_Request_Id="abc-1"))
    assert given.headers["X-Request-Id"] == "abc-1"


def test_a_revoked_key_is_refused_at_once(served, cast):
    ours = secret_of(cast.owner)
    assert served.say(request(ours, event(1))).status == 200
    ApiKey.objects.update(is_active=False)
    assert served.say(request(ours, event(2))).status == 401
    ApiKey.objects.update(is_active=True, rights="messages")
    assert served.say(request(ours, event(3))).status == 403
    assert Event.objects.count() == 1


def test_calls_on_one_connection_are_answered_in_their_order(served, cast):
    ours = secret_of(cast.owner)
    calls = [
        request(ours, event(1)),
        request("nonsense", event(2)),
        request(ours, method="GET", path="/api/v1/version"),
        request(ours, event(3)),
        request(ours, event(4), Connection="close"),
    ]
    with served.connect() as line:
        line.sendall(b"".join(calls))
        heard = [hear(line) for _ in calls]
        assert line.recv(1) == b""
    assert [one.status for one in heard] == [200, 401, 200, 200, 200]
    assert heard[2].json()["protocolVersion"] == "1.0"
    assert heard[4].headers["Connection"] == "close"
    assert Event.objects.count() == 3


def test_the_limit_holds_and_the_calls_are_logged(cast):
    ours, began = secret_of(cast.owner), timezone.now()
    here = str(Path(__file__).parent)
    with serving(DJANGO_SETTINGS_MODULE="limited_settings", PYTHONPATH=here) as served:
        answers = at_once(served, [request(ours, event(n)) for n in range(200)])
    codes = [one.status for one in answers]
    assert codes.count(429) >= 1
    assert codes.count(200) >= 20
    assert codes.count(200) + codes.count(429) == 200
    assert Event.objects.count() == codes.count(200)
    refused = next(one for one in answers if one.status == 429)
    assert (refused.body, refused.headers["Retry-After"]) == (b"Too many requests", "1")
    logged = ApiCall.objects.filter(method="POST", operation="/v3/event", at__gte=began)
    assert logged.filter(status=200).count() == codes.count(200)
    assert logged.filter(status=429).count() == codes.count(429)
    assert set(logged.values_list("organisation_id", "caller")) == {
        (cast.organisation.pk, f"key {ApiKey.objects.get().pk}")
    }


def test_a_killed_web_process_loses_no_answered_event_and_doubles_none(served, cast):
    ours = secret_of(cast.owner)
    answered, numbers, enough = [], iter(range(100_000)), threading.Event()

    def call_on():
        with contextlib.suppress(OSError, AssertionError), served.connect() as line:
            while True:
                number = next(numbers)
                line.sendall(request(ours, event(number)))
                assert hear(line).status == 200
                answered.append(number)
                if len(answered) > 300:
                    enough.set()

    threads = together.begin(*[call_on] * 16)
    assert enough.wait(30)
    os.kill(served.worker, signal.SIGKILL)
    together.end(threads)
    stored = [row["n"] for row in Event.objects.values_list("params", flat=True)]
    assert len(stored) == len(set(stored))
    assert set(answered) <= set(stored)
    assert len(stored) <= len(answered) + len(threads)  # what was under way and never answered
    assert served.say(request(ours, event(-1))).status == 200  # another process has taken over


def test_a_stopped_process_answers_what_it_has_taken(cast):
    ours, began = secret_of(cast.owner), timezone.now()
    with serving() as served:
        with contextlib.ExitStack() as opened:
            lines = [opened.enter_context(served.connect()) for _ in range(20)]
            for number, line in enumerate(lines):
                line.sendall(request(ours, event(number)))
            assert hear(lines[0]).status == 200
            served.process.terminate()
            assert {hear(line).status for line in lines[1:]} == {200}
        served.process.wait(30)
    assert Event.objects.count() == 20
    # Another process may write down only now what it was asked before.
    assert ApiCall.objects.filter(status=200, at__gte=began).count() == 20


def test_a_lost_connection_is_renewed_and_nothing_is_lost_or_doubled(served, cast):
    ours = secret_of(cast.owner)
    assert served.say(request(ours, event(1))).status == 200
    end_all_others()
    assert served.say(request(ours, event(2))).status == 200
    assert served.say(request(ours, method="GET", path="/api/v1/version")).status == 200
    assert Event.objects.count() == 2


def test_without_a_database_the_answer_is_a_clear_503(cast):
    ours = secret_of(cast.owner)
    with serving(DATABASE_URL="postgresql://nobody@127.0.0.1:9/none") as served:
        for raw in (
            request(ours, event(1)),
            request(ours, event(1), Content_Type="application/json; charset=latin1"),
            request(ours, method="GET", path="/api/v1/contacts"),
        ):
            answer = served.say(raw)
            assert answer.status == 503
            assert answer.json()["status"] == 503
            assert answer.json()["message"] == "The database does not answer. Try again later."
            assert answer.headers["Retry-After"] == "5"
    assert Event.objects.count() == 0
