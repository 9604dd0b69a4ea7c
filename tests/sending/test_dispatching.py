"""How a batch leaves the house."""

import email
import email.policy

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from smtp_server import DROP, SmtpServer

from sanderling.activities.models import Activity, Rollup
from sanderling.contacts.models import Contact, Suppression
from sanderling.messages.freezing import freeze
from sanderling.sending import gateways, queueing
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Batch, Captured, Delivery, Gateway, OriginKind
from sanderling.sending.queueing import NewDelivery, Origin

API = Origin(OriginKind.API, 1)


@pytest.fixture
def queue(cast, content):
    """Queue the message for one person, or several."""

    def queued(*contacts, origin=API, content=content, **more):
        wishes = [NewDelivery(contact.pk, "r-1", **more) for contact in contacts or [cast.dina]]
        return queueing.enqueue_many(content, wishes, origin=origin)

    return queued


@pytest.fixture
def gateway(cast):
    """Send through a server of the test."""

    def through(server, **columns):
        gateways.close_pools()
        return Gateway.objects.create(
            organisation=cast.organisation,
            host="127.0.0.1",
            port=server.port,
            tls="NONE",
            **columns,
        )

    yield through
    gateways.close_pools()


@pytest.fixture
def crowd(cast):
    """Make a crowd of people."""

    def gathered(size):
        return Contact.objects.bulk_create(
            Contact(organisation=cast.organisation, email=f"p{n}@example.com", first_name=f"P{n}")
            for n in range(size)
        )

    return gathered


def statuses():
    found = {}
    for status in Delivery.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


def test_without_a_server_mail_is_captured(cast, queue):
    queue(cast.dina)
    assert dispatch_once() == 1
    assert dispatch_once() == 0
    mail = Captured.objects.get()
    delivery = Delivery.objects.get()
    assert (mail.recipient, mail.subject) == ("kozak@example.com", "Hello, Dina")
    assert (mail.delivery_id, delivery.status) == (delivery.id, "SENT")
    letter = email.message_from_bytes(bytes(mail.raw), policy=email.policy.default)
    assert letter["From"] == "Sandpiper <news@sandpiper.example>"
    assert letter["Message-ID"] == mail.message_id
    assert letter.get_body(["plain"]).get_content().startswith("Hello, Dina. Shop (http")
    assert Batch.objects.get().status == "DONE"


def test_an_acceptance_is_sent_and_delivered(cast, queue, content):
    queue(cast.dina, origin=Origin(OriginKind.WORKFLOW, 9))
    dispatch_once()
    facts = {fact.status: fact for fact in Activity.objects.all()}
    assert set(facts) == {"SENT", "DELIVERED"}
    fact = facts["DELIVERED"]
    assert (fact.message_id, fact.message_name) == (content.message_id, "Hello")
    assert (fact.campaign_type, fact.workflow_id, fact.workflow_run_id) == ("IM", 9, "r-1")
    assert Rollup.objects.get().total_received == 1


def test_mail_leaves_by_smtp(cast, queue, gateway):
    with SmtpServer() as server:
        gateway(server)
        queue(cast.dina)
        assert dispatch_once() == 1
        [received] = server.received
    assert received.sender == "<news@sandpiper.example>"
    assert received.recipient == "kozak@example.com"
    assert Delivery.objects.get().status == "SENT"


def test_a_dead_address_is_refused_and_never_written_to_again(cast, queue, gateway, crowd):
    def answer(stage, number, argument):
        if stage == "RCPT" and "p1@" in argument:
            return "550 5.1.1 No such user here"
        return None

    people = crowd(4)
    with SmtpServer(answer=answer) as server:
        gateway(server)
        queue(*people)
        dispatch_once()
    refused = Delivery.objects.get(status="REFUSED")
    assert refused.contact_id == people[1].pk
    assert (refused.reason, refused.description) == (
        "HARD_BOUNCE",
        "There is no such mailbox. (550 5.1.1 No such user here)",
    )
    assert Suppression.objects.get().address == "p1@example.com"
    assert Activity.objects.get(status="UNDELIVERED").description == refused.description
    assert statuses() == {"SENT": 3, "REFUSED": 1}


def test_a_server_that_refuses_everybody_costs_nobody_the_address(cast, queue, gateway, crowd):
    with SmtpServer(answer=lambda stage, *_: "550 No relaying" if stage == "RCPT" else None) as s:
        gateway(s)
        queue(*crowd(5))
        dispatch_once()
    assert statuses() == {"REFUSED": 5}
    assert Suppression.objects.count() == 0


def test_a_receiver_that_says_later_is_asked_later(cast, queue, gateway):
    with SmtpServer(answer=lambda stage, *_: "451 Greylisted" if stage == "RCPT" else None) as s:
        gateway(s)
        queue(cast.dina)
        dispatch_once()
        delivery = Delivery.objects.get()
        assert (delivery.status, delivery.reason, delivery.attempts) == ("WAITING", "DEFERRED", 1)
        assert Batch.objects.get().due_at == delivery.due_at
        assert dispatch_once() == 0
        s.behaviour.answer = None
        Delivery.objects.update(due_at=None)
        Batch.objects.update(due_at=delivery.created_at)
        dispatch_once()
    assert Delivery.objects.get().status == "SENT"


def test_when_nobody_answers_the_mail_waits_and_the_gateway_says_why(cast, queue, gateway):
    with SmtpServer() as server:
        ours = gateway(server)
    queue(cast.dina)
    assert dispatch_once() == 1
    assert dispatch_once() == 0
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("WAITING", 0)
    ours.refresh_from_db()
    assert ours.failures == 1
    assert "refused" in ours.note
    with SmtpServer() as server:
        Gateway.objects.update(port=server.port, held_until=None)
        assert dispatch_once() == 1
    ours.refresh_from_db()
    assert (Delivery.objects.get().status, ours.failures, ours.note) == ("SENT", 0, "")


def test_an_answer_that_got_lost_is_a_doubt_for_a_person(cast, queue, gateway):
    with SmtpServer(answer=lambda stage, *_: DROP if stage == "DOT" else None) as server:
        gateway(server)
        queue(cast.dina)
        dispatch_once()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.reason) == ("UNSURE", "NO_ANSWER")
    assert Activity.objects.count() == 0
    assert dispatch_once() == 0


def test_who_unsubscribes_while_the_mail_waits_does_not_get_it(cast, queue):
    queue(cast.dina, cast.ivan, origin=Origin(OriginKind.WORKFLOW, 9))
    Suppression.objects.create(
        organisation=cast.organisation, address="kozak@example.com", reason="UNSUBSCRIBED"
    )
    dispatch_once()
    assert Captured.objects.get().recipient == cast.ivan.email
    dina = Delivery.objects.get(contact_id=cast.dina.pk)
    assert (dina.status, dina.reason) == ("EXCLUDED", "UNSUBSCRIBED")


def test_a_strict_message_fails_the_person_and_not_the_batch(cast, message, queue):
    message.html = "$!data.get('codes').get(0)"
    message.is_strict = True
    message.save()
    content = freeze(message)
    queue(cast.dina, content=content, params={"codes": ["AAAA"]})
    queue(cast.ivan, content=content, params={"codes": []})
    while dispatch_once():
        pass
    assert Captured.objects.get().recipient == "kozak@example.com"
    ivan = Delivery.objects.get(contact_id=cast.ivan.pk)
    assert (ivan.status, ivan.reason) == ("FAILED", "TEMPLATE")
    assert "line 1" in ivan.description
    assert Activity.objects.get(status="UNDELIVERED").contact_id == cast.ivan.pk


def test_a_broken_template_fails_with_its_place(cast, message, queue):
    message.html = "<p>\n#if($x)"
    message.save()
    queue(cast.dina, content=freeze(message))
    dispatch_once()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.reason) == ("FAILED", "TEMPLATE")


def test_warnings_are_counted_on_the_delivery(cast, message, queue):
    message.html = "$!data.get('codes').get(7)"
    message.save()
    queue(cast.dina, content=freeze(message), params={"codes": []})
    dispatch_once()
    assert Delivery.objects.get().warnings > 0


def test_an_organisations_pace_is_kept(cast, queue, gateway, crowd):
    with SmtpServer() as server:
        ours = gateway(server, per_minute=30)
        queue(*crowd(12))
        turns = 0
        while dispatch_once():
            turns += 1
        assert statuses() == {"SENT": 5, "WAITING": 7}
        ours.refresh_from_db()
        first = ours.held_until
        Gateway.objects.update(held_until=None)
        while dispatch_once():
            pass
        assert statuses() == {"SENT": 10, "WAITING": 2}
        ours.refresh_from_db()
        assert ours.held_until > first
    assert server.accepted == 10


def test_a_paused_batch_is_left_off_at_the_next_chunk(cast, queue, crowd, monkeypatch):
    from sanderling.sending import dispatching

    monkeypatch.setattr(dispatching, "CHUNK", 2)
    queue(*crowd(6))
    hand_over = dispatching.hand_over

    def pause_after(post, letters):
        Batch.objects.update(status="PAUSED")
        return hand_over(post, letters)

    monkeypatch.setattr(dispatching, "hand_over", pause_after)
    dispatch_once()
    assert statuses() == {"SENT": 2, "WAITING": 4}
    batch = Batch.objects.get()
    assert (batch.status, batch.lease) == ("PAUSED", None)
    assert dispatch_once() == 0


def test_an_accident_puts_in_doubt_what_was_in_our_hands(cast, queue, crowd, monkeypatch):
    from sanderling.sending import dispatching

    monkeypatch.setattr(dispatching, "CHUNK", 2)
    queue(*crowd(4))

    def accident(post, letters):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(dispatching, "hand_over", accident)
    dispatch_once()
    assert statuses() == {"UNSURE": 2, "WAITING": 2}
    assert Batch.objects.get().note.startswith("Something went wrong")


def test_a_mail_carries_one_click_unsubscribing(cast, queue, settings):
    settings.BASE_URL = "https://mail.sandpiper.example"
    queue(cast.dina, origin=Origin(OriginKind.WORKFLOW, 3))
    dispatch_once()
    letter = email.message_from_bytes(bytes(Captured.objects.get().raw))
    assert letter["List-Unsubscribe"].startswith("<https://mail.sandpiper.example/u/")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_mails_are_signed_where_a_key_is_set_up(cast, queue, settings):
    import dkim

    gateways.make_dkim_key(cast.organisation.pk, "s1", by=cast.owner)
    gateways.save(cast.organisation.pk, by=cast.owner, sender_email="news@sandpiper.example")
    name, record = gateways.dkim_record(gateways.gateway_of(cast.organisation.pk))
    assert name == "s1._domainkey.sandpiper.example"
    queue(cast.dina)
    dispatch_once()
    raw = bytes(Captured.objects.get().raw)
    assert dkim.verify(raw, dnsfunc=lambda *_, **__: record.encode())


def test_three_thousand_people_cost_thirty_eight_queries(cast, queue, crowd):
    queue(*crowd(3000))
    with CaptureQueriesContext(connection) as caught:
        dispatch_once()
    assert statuses() == {"SENT": 3000}
    asked = [query["sql"] for query in caught if "SAVEPOINT" not in query["sql"]]
    # Lease, content (2), organisation, gateway, people, release, and the prepared files that the
    # message may read; for each chunk its mark, receipts and totals.  The facts of each chunk go
    # by COPY, which is not counted here.
    assert len(asked) == 8 + 10 * 3
