"""Who may work on a batch."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from sanderling.sending import leasing, queueing
from sanderling.sending.models import Batch, Delivery, Gateway, OriginKind
from sanderling.sending.queueing import NewDelivery, Origin

AGO = dt.timedelta(minutes=3)


@pytest.fixture
def batch(cast, content):
    wish = NewDelivery(cast.dina.pk, "1/mail")
    queueing.enqueue_one(content, wish, origin=Origin(OriginKind.WORKFLOW, 5))
    return Batch.objects.get()


def let_it_run_out():
    Batch.objects.update(leased_until=timezone.now() - AGO)


def test_a_batch_is_leased_to_one(batch):
    first = leasing.take()
    assert (first.batch_id, first.attempts) == (batch.pk, 1)
    assert leasing.take() is None


def test_a_batch_that_is_not_due_waits(batch):
    Batch.objects.update(due_at=timezone.now() + AGO)
    assert leasing.take() is None


def test_what_a_dead_worker_was_handing_over_is_in_doubt_and_the_rest_goes_on(batch):
    dead = leasing.take()
    Delivery.objects.update(status="HANDING")
    assert leasing.take() is None
    let_it_run_out()
    heir = leasing.take()
    assert heir.batch_id == dead.batch_id
    assert heir.name != dead.name
    assert Delivery.objects.get().status == "UNSURE"


def test_a_late_worker_cannot_let_go_of_what_is_not_its_any_more(batch):
    late = leasing.take()
    let_it_run_out()
    heir = leasing.take()
    leasing.release(late)
    assert Batch.objects.get().lease == heir.name


def test_released_batches_are_done_when_nothing_waits_in_them(batch):
    lease = leasing.take()
    leasing.release(lease)
    assert Batch.objects.get().status == "WAITING"
    lease = leasing.take()
    Delivery.objects.update(status="SENT")
    leasing.release(lease)
    batch.refresh_from_db()
    assert (batch.status, batch.lease) == ("DONE", None)


def test_a_batch_waits_for_the_first_of_its_deliveries(batch):
    later = timezone.now() + AGO
    lease = leasing.take()
    Delivery.objects.update(due_at=later)
    leasing.release(lease)
    assert Batch.objects.get().due_at == later


def test_what_died_in_a_paused_batch_is_swept(batch):
    leasing.take()
    Delivery.objects.update(status="HANDING")
    Batch.objects.update(status="PAUSED")
    assert leasing.sweep() == 0
    let_it_run_out()
    assert leasing.sweep() == 1
    assert Delivery.objects.get().status == "UNSURE"
    assert Batch.objects.get().lease is None


def test_organisations_whose_gateway_is_held_are_passed_over(cast, batch):
    Gateway.objects.create(organisation=cast.organisation, held_until=timezone.now() + AGO)
    assert leasing.take() is None
    Gateway.objects.update(held_until=timezone.now() - AGO)
    assert leasing.take().batch_id == batch.pk


def test_messages_that_somebody_waits_for_go_before_broadcasts(cast, content, everybody, origin):
    from django.db import transaction

    with transaction.atomic():
        queueing.enqueue_audience(content, everybody, origin=origin)
    wish = NewDelivery(cast.dina.pk, "1")
    queueing.enqueue_one(content, wish, origin=Origin(OriginKind.API, 1))
    assert [leasing.take().origin_kind for _ in range(2)] == ["API", "BROADCAST"]


@pytest.mark.django_db(transaction=True)
def test_the_lease_lives_as_long_as_the_work(batch, monkeypatch):
    monkeypatch.setattr(leasing, "HEARTBEAT", 0.01)
    lease = leasing.take()
    Batch.objects.update(leased_until=timezone.now() - AGO)
    with leasing.kept_alive(lease):
        until = Batch.objects.get().leased_until
        while until < timezone.now():
            until = Batch.objects.get().leased_until
    assert leasing.take() is None
    assert connection.is_usable()
