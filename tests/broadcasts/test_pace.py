"""A campaign with a speed: at most so many messages in a unit, whatever happens in between."""

import datetime as dt

import pytest
from django.utils import timezone

from sanderling.broadcasts import drafting, pausing, starting
from sanderling.broadcasts.models import Broadcast
from sanderling.contacts import lists
from sanderling.contacts.models import Contact
from sanderling.lib.errors import Invalid
from sanderling.sending import queueing
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Batch, Captured

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def crowd(cast, readers):
    """Five more readers with an address; with Dina and Ivan seven get the message."""
    made = [
        Contact.objects.create(organisation=cast.organisation, email=f"r{number}@example.com")
        for number in range(5)
    ]
    ids = [contact.pk for contact in made]
    lists.add_members(cast.organisation.pk, readers.pk, ids, by=cast.owner)
    return readers


def paced(cast, message, crowd, size, unit="HOUR"):
    made = drafting.create(
        cast.organisation.pk, message_id=message.pk, include=[crowd.pk],
        batch_size=size, batch_unit=unit, by=cast.sender,
    )  # fmt: skip
    starting.start(made, by=cast.sender)
    starting.start_due()
    return made


def work():
    while dispatch_once():
        pass


def plan():
    """Return size and distance from the first of every batch, in the order of their times."""
    batches = list(Batch.objects.order_by("due_at", "pk"))
    return [(batch.size, batch.due_at - batches[0].due_at) for batch in batches]


def make_time_pass(by):
    for batch in Batch.objects.filter(status__in=["WAITING", "PAUSED"]):
        Batch.objects.filter(pk=batch.pk).update(due_at=batch.due_at - by)


def test_batches_are_due_a_unit_after_one_another(cast, message, crowd):
    paced(cast, message, crowd, 3)
    assert plan() == [(3, 0 * HOUR), (3, HOUR), (1, 2 * HOUR)]
    work()
    assert Captured.objects.count() == 3
    make_time_pass(HOUR)
    work()
    assert Captured.objects.count() == 6
    make_time_pass(HOUR)
    work()
    assert Captured.objects.count() == 7
    starting.start_due()
    assert Broadcast.objects.get().status == "IDLE"


@pytest.mark.parametrize(("unit", "days"), [("MINUTE", 1 / 1440), ("DAY", 1), ("MONTH", 30)])
def test_a_unit_is_as_long_as_its_name(cast, message, crowd, unit, days):
    paced(cast, message, crowd, 4, unit)
    assert plan() == [(4, 0 * HOUR), (3, dt.timedelta(days=days))]


def test_a_speed_above_the_size_of_a_batch_makes_turns_of_several(cast, message, crowd, settings):
    pace = queueing.Pace(7_000, 60)
    assert (pace.batches, pace.most // pace.batches) == (3, 2_333)
    assert queueing.Pace(3_000, 60).batches == 1
    assert queueing.NO_PACE.batches == 1


def test_without_a_speed_all_leaves_at_once(cast, message, crowd):
    paced(cast, message, crowd, None, "")
    assert plan() == [(7, 0 * HOUR)]
    work()
    assert Captured.objects.count() == 7


def test_after_hours_without_workers_the_turns_do_not_leave_together(cast, message, crowd):
    paced(cast, message, crowd, 3)
    make_time_pass(5 * HOUR)
    started = timezone.now()
    work()
    assert Captured.objects.count() == 3
    second, third = Batch.objects.filter(status="WAITING").order_by("due_at")
    assert abs(second.due_at - started - HOUR) < dt.timedelta(minutes=5)
    assert third.due_at - second.due_at == HOUR


def test_a_pause_moves_the_turns_that_were_due_meanwhile(cast, message, crowd):
    broadcast = paced(cast, message, crowd, 3)
    work()
    broadcast.refresh_from_db()
    pausing.pause(broadcast, by=cast.sender)
    make_time_pass(9 * HOUR)
    work()
    assert Captured.objects.count() == 3
    pausing.resume(broadcast, by=cast.sender)
    work()
    assert Captured.objects.count() == 6
    assert Batch.objects.get(status="WAITING").due_at > timezone.now() + HOUR * 0.9


@pytest.mark.parametrize(("size", "unit"), [(0, "HOUR"), (-1, "HOUR"), (5, ""), (5, "YEAR")])
def test_an_impossible_speed_makes_no_campaign(cast, message, crowd, size, unit):
    with pytest.raises(Invalid):
        drafting.create(
            cast.organisation.pk, message_id=message.pk, include=[crowd.pk],
            batch_size=size, batch_unit=unit, by=cast.sender,
        )  # fmt: skip
    assert Broadcast.objects.count() == 0
