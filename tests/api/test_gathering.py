"""Events that arrive together share a commit; every caller still gets the answer of its own."""

import threading

import pytest
from cast import assemble
from programs import Program, basic, program_of

from sanderling.accounts import keys
from sanderling.accounts.models import ApiKey
from sanderling.events.models import Event, EventType
from sanderling.events.types import declare


@pytest.fixture
def cast(transactional_db):
    return assemble()


def at_once(calls):
    """Run all calls at the same time; return their answers in order."""
    answers = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(number):
        from django.db import connection

        start.wait()
        answers[number] = calls[number]()
        connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def event(number, **more):
    return {"eventTypeKey": "Cart", "params": {"externalCustomerId": "C-1", "n": number}} | more


def test_thirty_two_at_once_are_all_there_when_they_are_answered(cast, settings):
    settings.API_LIMITS = {"event": 10_000}
    ours, theirs = program_of(cast.owner), program_of(cast.stranger, "events")
    ours.post("/v3/event", event(0))
    programs = [ours if number % 2 else theirs for number in range(32)]
    calls = [lambda p=p, n=n: p.post("/v3/event", event(n)) for n, p in enumerate(programs, 1)]
    assert {answer.status_code for answer in at_once(calls)} == {200}
    own = Event.objects.filter(organisation=cast.organisation)
    assert own.count() == 17
    assert set(own.values_list("contact_id", flat=True)) == {cast.dina.pk}
    assert Event.objects.filter(organisation=cast.elsewhere).count() == 16


def test_each_gets_the_answer_of_its_own(cast, settings):
    settings.API_LIMITS = {"event": 10_000}
    ours = program_of(cast.owner)
    ours.post("/v3/event", event(0))
    ours.post("/v3/event", {"eventTypeKey": "Strict", "keyValue": "1"})
    strict = EventType.objects.get(key="Strict")
    wanted = [{"name": "cartId", "required": True}]
    declare(cast.organisation.pk, strict.pk, parameters=wanted, by=cast.owner)
    reader = program_of(cast.owner, "messages")
    off, secret = keys.create(cast.organisation.pk, rights="full", description="", by=cast.owner)
    ApiKey.objects.filter(pk=off.pk).update(is_active=False)
    calls = [
        lambda: ours.post("/v3/event", event(1)),
        lambda: ours.post("/v3/event", {"eventTypeKey": "Strict", "keyValue": "2"}),
        lambda: ours.post("/v3/event", {"eventTypeKey": "a;b", "keyValue": "2"}),
        lambda: reader.post("/v3/event", event(2)),
        lambda: Program(basic("x", secret)).post("/v3/event", event(3)),
        lambda: Program(basic("x", "nonsense")).post("/v3/event", event(4)),
        lambda: Program().post("/v3/event", event(5)),
        lambda: ours.post("/v1/event", event(6)),
    ]
    codes = [answer.status_code for answer in at_once(calls)]
    assert codes == [200, 400, 400, 403, 401, 401, 401, 200]
    assert sorted(row["n"] for row in Event.objects.filter(
        type__key="Cart").values_list("params", flat=True)) == [0, 1, 6]  # fmt: skip


def test_the_limit_holds_for_a_tray_too(cast, settings):
    settings.API_LIMITS = {"event": 5}
    ours = program_of(cast.owner)
    answers = at_once([lambda n=n: ours.post("/v3/event", event(n)) for n in range(12)])
    codes = [answer.status_code for answer in answers]
    assert codes.count(429) >= 5
    assert Event.objects.count() == codes.count(200)
    assert all(a["Retry-After"] == "1" for a in answers if a.status_code == 429)
