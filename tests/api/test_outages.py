"""The database goes and comes back, has no room, or holds calls up while one organisation floods.

On the wire: every call is answered, by a clear 503 where it must be, and all is well afterwards.
"""

import contextlib

import pytest
from cast import assemble
from outages import PATIENCE, end, full, held, waiting
from served import hear, request, secret_of, serving

from sanderling.accounts.models import ApiCall
from sanderling.events.models import Event, EventType
from sanderling.site.waiting import until

EVENT = {"eventTypeKey": "Cart", "params": {"externalCustomerId": "C-1"}}
ORDINARY = {"Content_Type": "application/json; charset=latin1"}  # not through the thin door
DOWN = "The database does not answer. Try again later."


@pytest.fixture(scope="module")
def served(django_db_setup):
    with serving() as running:
        yield running


@pytest.fixture
def cast(transactional_db):
    people = assemble()
    EventType.objects.create(organisation=people.organisation, key="Cart")
    return people


@pytest.mark.parametrize("headers", [{}, ORDINARY], ids=["thin door", "ordinary road"])
def test_a_database_that_goes_in_the_middle_of_a_write_is_a_503_and_then_all_is_well(
    served, cast, headers
):
    ours = secret_of(cast.owner)
    with served.connect() as line:
        with held("events_event"):
            line.sendall(request(ours, EVENT, **headers))
            until(waiting, "the write", seconds=PATIENCE)
            end(waiting())
            answer = hear(line)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert answer.json()["message"] == DOWN
        assert Event.objects.count() == 0
        line.sendall(request(ours, EVENT, **headers))
        assert hear(line).status == 200
    assert Event.objects.count() == 1


def test_events_that_wait_behind_the_broken_write_are_written(served, cast):
    ours = secret_of(cast.owner)
    with contextlib.ExitStack() as opened:
        with held("events_event"):
            lines = [opened.enter_context(served.connect()) for _ in range(8)]
            lines[0].sendall(request(ours, EVENT))
            until(waiting, "the first write", seconds=PATIENCE)
            broken = waiting()
            for line in lines[1:]:
                line.sendall(request(ours, EVENT))
            until(lambda: len(waiting()) == 2, "the second write", seconds=PATIENCE)
            end(broken)
            assert hear(lines[0]).status == 503
        assert [hear(line).status for line in lines[1:]] == [200] * 7
    assert Event.objects.count() == 7


def test_a_database_without_room_for_us_is_a_503_and_then_all_is_well(served, cast):
    ours = secret_of(cast.owner)
    calls = [
        request(ours, EVENT),
        request(ours, EVENT, **ORDINARY),
        request(ours, method="GET", path="/api/v1/contacts"),
    ]
    with full():
        answers = [served.say(call) for call in calls]
    assert [(one.status, one.headers["Retry-After"]) for one in answers] == [(503, "5")] * 3
    assert Event.objects.count() == 0
    assert [served.say(call).status for call in calls] == [200] * 3
    assert Event.objects.count() == 2


def test_the_flood_of_one_organisation_does_not_keep_another_waiting(cast):
    flood = request(secret_of(cast.owner), method="GET", path="/api/v1/contacts")
    other = request(secret_of(cast.stranger), method="GET", path="/api/v1/contacts")
    with serving() as served, contextlib.ExitStack() as opened:
        with held("contacts_contact"):
            lines = [opened.enter_context(served.connect()) for _ in range(24)]
            for line in lines:
                line.sendall(flood)
            until(lambda: len(waiting()) == 4, "all threads to be taken", seconds=PATIENCE)
            lines.append(opened.enter_context(served.connect()))
            lines[-1].sendall(other)
            assert served.say(b"\x16\x03\x01\r\n").status == 400  # so the loop has read all before
        assert {hear(line).status for line in lines} == {200}
    order = list(ApiCall.objects.order_by("pk").values_list("organisation_id", flat=True))
    assert len(order) == 25
    assert order.index(cast.elsewhere.pk) < 12  # behind the four that had begun, not behind all
