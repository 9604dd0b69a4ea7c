"""A campaign in every trouble that was thought of: nobody gets two, nobody is lost.

Workers are processes of their own.  One is killed while it waits for a table that we hold, so
the place is exact: everything before that write has happened, and nothing after it.
"""

import time
from collections import Counter
from email import message_from_bytes, policy

import another_process
import customer
import psycopg
import pytest
from customer_fixtures import running_shop, shop
from smtp_server import SmtpServer

from sanderling.broadcasts import drafting, starting
from sanderling.broadcasts.starting import origin_of, start_due
from sanderling.contacts import lists
from sanderling.contacts.models import Contact, Suppression
from sanderling.messages.models import Message
from sanderling.postgres.statements import execute
from sanderling.sending import dispatching, doubting, gateways, queueing
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Batch, Captured, Delivery, Gateway

__all__ = ["running_shop", "shop"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WORKER = """
from sanderling.broadcasts.starting import start_due
from sanderling.sending.dispatching import dispatch_once
while start_due() + dispatch_once():
    pass
"""


@pytest.fixture
def server():
    with SmtpServer() as running:
        yield running
        gateways.close_pools()


@pytest.fixture
def campaign(cast):
    """Make a campaign to a crowd."""

    def made(size, html="<p>Hi $firstName</p>"):
        people = Contact.objects.bulk_create(
            Contact(organisation=cast.organisation, email=f"p{n}@example.com", first_name=f"P{n}")
            for n in range(size)
        )
        crowd = lists.create(cast.organisation.pk, "Crowd", by=cast.owner)
        ids = [person.pk for person in people]
        lists.add_members(cast.organisation.pk, crowd.pk, ids, by=cast.owner)
        message = Message.objects.create(
            organisation=cast.organisation, name="News", subject="Hi", html=html,
            sender_email="news@sandpiper.example",
        )  # fmt: skip
        campaign = drafting.create(
            cast.organisation.pk, message_id=message.pk, include=[crowd.pk], by=cast.sender
        )
        starting.start(campaign, by=cast.sender)
        return campaign

    return made


def send_through(cast, server):
    Gateway.objects.create(
        organisation=cast.organisation, host="127.0.0.1", port=server.port, tls="NONE"
    )


def statuses():
    return Counter(Delivery.objects.values_list("status", flat=True))


def received(server):
    return Counter(mail.recipient for mail in server.received)


def test_killed_between_hand_over_and_receipt_one_chunk_is_in_doubt(cast, campaign, server):
    send_through(cast, server)
    ours = campaign(600)
    kill_a_worker_that_waits_for("activities_activity")
    assert server.accepted == dispatching.CHUNK
    assert statuses() == {"HANDING": 300, "WAITING": 300}
    run_workers(1)
    assert statuses() == {"UNSURE": 300, "SENT": 300}
    assert set(received(server).values()) == {1}
    assert len(received(server)) == 600
    ours.refresh_from_db()
    assert ours.status == "IDLE"
    settled = doubting.count_as_sent(cast.organisation.pk, origin_of(ours), by=cast.sender)
    assert (settled, statuses()) == (300, {"SENT": 600})


def test_killed_before_the_hand_over_nothing_is_in_doubt(cast, campaign, server):
    send_through(cast, server)
    campaign(300)
    start_due()
    kill_a_worker_that_waits_for("messages_content", mode="ACCESS EXCLUSIVE")
    assert Batch.objects.get().status == "LEASED"
    assert server.accepted == 0
    run_workers(1)
    assert statuses() == {"SENT": 300}
    assert set(received(server).values()) == {1}


def test_killed_while_the_audience_is_frozen_it_is_frozen_again_as_a_whole(cast, campaign):
    campaign(300)
    kill_a_worker_that_waits_for("broadcasts_broadcast", mode="SHARE")
    assert (Delivery.objects.count(), Batch.objects.count()) == (0, 0)
    run_workers(1)
    assert statuses() == {"SENT": 300}
    assert Captured.objects.values("recipient").distinct().count() == 300


def test_two_workers_at_once_send_to_everybody_once(cast, campaign, server, monkeypatch):
    send_through(cast, server)
    monkeypatch.setattr(queueing, "BATCH_SIZE", 50)
    campaign(1000)
    start_due()
    assert Batch.objects.count() == 20
    run_workers(2)
    assert statuses() == {"SENT": 1000}
    assert len(received(server)) == 1000
    assert set(received(server).values()) == {1}


def test_a_refusal_of_message_500_concerns_that_person_alone(cast, campaign):
    def answer(stage, number, argument):
        return "550 5.1.1 No such user" if stage == "RCPT" and number == 500 else None

    with SmtpServer(answer=answer) as server:
        send_through(cast, server)
        campaign(700)
        run_workers(1)
    assert statuses() == {"SENT": 699, "REFUSED": 1}
    refused = Delivery.objects.get(status="REFUSED")
    assert Suppression.objects.get().address == refused.address
    assert received(server)[refused.address] == 0
    assert set(received(server).values()) == {1}


def test_a_server_that_hangs_up_at_message_500_gets_the_rest_later(cast, campaign):
    def answer(stage, number, argument):
        return "421 Too many messages" if stage == "MAIL" and number == 500 else None

    with SmtpServer(answer=answer) as server:
        send_through(cast, server)
        campaign(700)
        run_workers(1)
        assert statuses()["SENT"] >= 699
        Delivery.objects.filter(status="WAITING").update(due_at=None)
        Batch.objects.filter(status="WAITING").update(due_at=starting.timezone.now())
        Gateway.objects.update(held_until=None)
        run_workers(1)
    assert statuses() == {"SENT": 700}
    assert set(received(server).values()) == {1}


PROMO = "<p>$!data.get('promo_codes').get(0).get('promo_code')</p>"
CODES = """
DROP TABLE IF EXISTS promo_codes;
CREATE TABLE promo_codes (id int PRIMARY KEY, email text, promo_code text);
INSERT INTO promo_codes
SELECT n, 'p' || n || '@example.com', 'CODE-' || n FROM generate_series(0, 299) n;
CREATE INDEX ON promo_codes (email);
"""


@pytest.fixture
def codes(cast, shop):
    shop.run(CODES)
    connector = customer.connector(shop, cast.owner)
    return customer.source(connector, cast.owner, table="promo_codes")


def test_a_source_dropped_in_mid_campaign_holds_the_rest(cast, campaign, shop, codes, monkeypatch):
    monkeypatch.setattr(queueing, "BATCH_SIZE", 100)
    campaign(300, html=PROMO)
    start_due()
    assert dispatch_once() == 1
    shop.run("DROP TABLE promo_codes")
    while dispatch_once():
        pass
    assert statuses() == {"SENT": 100, "WAITING": 200}
    held = Batch.objects.filter(status="WAITING")
    assert all("promo_codes" in batch.note for batch in held)
    shop.run(CODES)
    Batch.objects.filter(status="WAITING").update(due_at=starting.timezone.now())
    while start_due() + dispatch_once():
        pass
    assert statuses() == {"SENT": 300}
    everybodys = {
        mail.recipient: message_from_bytes(bytes(mail.raw), policy=policy.default)
        .get_body(("html",))
        .get_content()
        for mail in Captured.objects.all()
    }
    assert Captured.objects.count() == len(everybodys) == 300
    assert all(f"<p>CODE-{to[1:].split('@')[0]}</p>" in html for to, html in everybodys.items())


def test_a_hanging_source_holds_the_campaign_and_not_the_worker(cast, campaign, shop, codes):
    campaign(20, html=PROMO)
    start_due()
    with psycopg.connect(shop.dsn) as holder:
        holder.execute("LOCK TABLE promo_codes IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        while dispatch_once():
            pass
        assert time.monotonic() - began < 30
        assert statuses() == {"WAITING": 20}
        assert "promo_codes" in Batch.objects.get().note
    Batch.objects.update(due_at=starting.timezone.now())
    while dispatch_once():
        pass
    assert statuses() == {"SENT": 20}


def test_a_source_whose_policy_is_to_skip_leaves_its_people_out(cast, campaign, shop, codes):
    codes.outage = "SKIP"
    codes.save(update_fields=["outage"])
    campaign(20, html=PROMO)
    start_due()
    shop.run("DROP TABLE promo_codes")
    while dispatch_once():
        pass
    assert statuses() == {"EXCLUDED": 20}
    assert set(Delivery.objects.values_list("reason", flat=True)) == {"SOURCE_DOWN"}


def kill_a_worker_that_waits_for(table, *, mode="EXCLUSIVE"):
    another_process.kill_one_that_waits(WORKER, table=table, mode=mode)
    execute("UPDATE sending_batch SET leased_until = now() WHERE lease IS NOT NULL")


def run_workers(count):
    workers = [another_process.begin(WORKER) for _ in range(count)]
    assert [worker.wait(timeout=120) for worker in workers] == [0] * count
