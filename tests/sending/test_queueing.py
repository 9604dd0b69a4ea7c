"""How people become deliveries."""

import uuid

import pytest
from django.db import transaction
from together import at_once

from sanderling.contacts.models import Category, Contact, Subscription, Suppression
from sanderling.messages.freezing import freeze
from sanderling.sending import queueing
from sanderling.sending.models import Batch, Delivery, OriginKind
from sanderling.sending.queueing import NewDelivery, Origin, enqueue_audience, enqueue_many


def queue(content, people, origin):
    with transaction.atomic():
        return enqueue_audience(content, people, origin=origin)


def reasons():
    return dict(Delivery.objects.values_list("contact_id", "reason"))


def test_an_audience_becomes_deliveries_in_batches(cast, content, everybody, origin, monkeypatch):
    monkeypatch.setattr(queueing, "BATCH_SIZE", 1)
    audience = queue(content, everybody, origin)
    assert audience == (2, {"NO_ADDRESS": 1})
    waiting = Delivery.objects.filter(status="WAITING")
    assert {d.contact_id for d in waiting} == {cast.dina.pk, cast.ivan.pk}
    assert {d.address for d in waiting} == {"kozak@example.com", "ivan@приклад.укр"}
    assert sorted(Batch.objects.values_list("id", "size")) == sorted(
        (d.batch_id, 1) for d in waiting
    )
    ghost = Delivery.objects.get(contact_id=cast.ghost.pk)
    assert (ghost.status, ghost.reason, ghost.batch_id) == ("EXCLUDED", "NO_ADDRESS", None)


def test_queueing_the_same_audience_again_adds_nobody(cast, content, everybody, origin):
    queue(content, everybody, origin)
    before = set(Delivery.objects.values_list("id", "status"))
    queue(content, everybody, origin)
    assert set(Delivery.objects.values_list("id", "status")) == before


def test_everybody_left_out_keeps_the_reason(cast, content, everybody, origin):
    def person(**columns):
        return Contact.objects.create(organisation=cast.organisation, **columns).pk

    def suppressed(address, reason):
        Suppression.objects.create(organisation=cast.organisation, address=address, reason=reason)
        return person(email=address.upper())

    expected = {
        cast.dina.pk: "",
        cast.ivan.pk: "",
        cast.ghost.pk: "NO_ADDRESS",
        person(email="KOZAK@example.com"): "DUPLICATE_ADDRESS",
        person(email="no address"): "INVALID",
        person(email="dead@example.com", email_status="BLACKLISTED"): "BLACKLISTED",
        person(email="out@example.com", email_status="UNSUBSCRIBED"): "UNSUBSCRIBED",
        person(email="new@example.com", email_status="UNCONFIRMED"): "UNCONFIRMED",
        suppressed("gone@example.com", "UNSUBSCRIBED"): "UNSUBSCRIBED",
        suppressed("angry@example.com", "SPAM"): "SUPPRESSED",
        suppressed("void@example.com", "HARD_BOUNCE"): "SUPPRESSED",
    }
    queue(content, everybody, origin)
    assert reasons() == expected


def test_a_message_of_a_category_goes_to_those_who_want_it(cast, message, everybody, origin):
    news = Category.objects.create(organisation=cast.organisation, key="news", name="News")
    Subscription.objects.create(organisation=cast.organisation, contact=cast.ivan, category=news)
    message.categories = ["news"]
    message.save()
    queue(freeze(message), everybody, origin)
    assert reasons() == {
        cast.dina.pk: "NOT_SUBSCRIBED",
        cast.ivan.pk: "",
        cast.ghost.pk: "NO_ADDRESS",
    }


def test_nobody_of_another_organisation_is_reached(cast, content, origin):
    theirs = Contact.objects.create(organisation=cast.elsewhere, email="x@plover.example")
    people = queueing.People("SELECT id FROM contacts_contact", {})
    queue(content, people, origin)
    assert theirs.pk not in reasons()
    [answer] = enqueue_many(content, [NewDelivery(theirs.pk, "s")], origin=origin)
    assert (answer.status, answer.reason) == ("EXCLUDED", "DELETED")


def test_a_trigger_that_is_tried_again_finds_its_first_delivery(cast, content):
    origin = Origin(OriginKind.WORKFLOW, 5)
    wish = NewDelivery(
        cast.dina.pk, queueing.step_of(3, "mail"), params={"x": [1]}, request_id=uuid.uuid4()
    )
    first = queueing.enqueue_one(content, wish, origin=origin)
    again = queueing.enqueue_one(content, wish, origin=origin)
    assert first.is_new
    assert not again.is_new
    assert (again.delivery_id, again.request_id) == (first.delivery_id, wish.request_id)
    assert Delivery.objects.get().params == {"x": [1]}
    assert Batch.objects.count() == 1


def test_what_a_person_asked_for_reaches_them_though_they_unsubscribed(cast, content):
    Suppression.objects.create(
        organisation=cast.organisation, address="kozak@example.com", reason="UNSUBSCRIBED"
    )
    wish = [NewDelivery(cast.dina.pk, "receipt-1")]
    [by_program] = enqueue_many(content, wish, origin=Origin(OriginKind.API, 1))
    [by_workflow] = enqueue_many(content, wish, origin=Origin(OriginKind.WORKFLOW, 1))
    assert (by_program.status, by_workflow.status) == ("WAITING", "EXCLUDED")
    Suppression.objects.update(reason="SPAM")
    wish = [NewDelivery(cast.dina.pk, "receipt-2")]
    [by_program] = enqueue_many(content, wish, origin=Origin(OriginKind.API, 1))
    assert (by_program.status, by_program.reason) == ("EXCLUDED", "SUPPRESSED")


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_queue_the_same_step_make_one_delivery(cast, content):
    def ask():
        wish = NewDelivery(cast.dina.pk, "1/mail")
        return queueing.enqueue_one(content, wish, origin=Origin(OriginKind.WORKFLOW, 5))

    answers = at_once(ask, ask)
    assert sorted(answer.is_new for answer in answers) == [False, True]
    assert len({answer.delivery_id for answer in answers}) == 1
    assert Delivery.objects.count() == 1
