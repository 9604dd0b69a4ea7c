"""The pages of campaigns, and the settings of sending."""

import email

import pytest
from smtp_server import SmtpServer

from sanderling.broadcasts.models import Broadcast
from sanderling.broadcasts.starting import start_due
from sanderling.contacts import lists
from sanderling.messages.models import Message
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Captured, Delivery, Gateway


@pytest.fixture
def campaign(cast, sender):
    message = Message.objects.create(
        organisation=cast.organisation, name="News", subject="Hi", html="<p>Hi $firstName</p>"
    )
    readers = lists.create(cast.organisation.pk, "Readers", by=cast.owner)
    lists.add_members(cast.organisation.pk, readers.pk, [cast.dina.pk, cast.ivan.pk], by=cast.owner)
    page = sender.post("/campaigns/new", {"message": message.pk, "include": [readers.pk]})
    made = Broadcast.objects.get()
    assert page["Location"] == f"/campaigns/{made.pk}"
    return made


def work():
    while start_due() + dispatch_once():
        pass


def test_a_campaign_is_made_started_and_watched(cast, sender, campaign):
    address = f"/campaigns/{campaign.pk}"
    assert "Start now" in sender.get(address).content.decode()
    assert "There is no link to unsubscribe" in sender.get(f"{address}/dry-run").content.decode()
    page = sender.post(f"{address}/start", follow=True).content.decode()
    assert "The campaign has begun." in page
    assert 'hx-trigger="every 2s"' in page
    work()
    page = sender.get(f"{address}/progress").content.decode()
    assert "Done" in page
    assert "hx-trigger" not in page
    assert Captured.objects.count() == 2
    assert "News: Readers" in sender.get("/campaigns/").content.decode()


def test_a_campaign_can_be_given_a_speed(cast, sender, campaign):
    form = {"message": campaign.message_id, "include": campaign.include}
    assert "At most" not in sender.get(f"/campaigns/{campaign.pk}").content.decode()
    refused = sender.post("/campaigns/new", form | {"batch_size": "0", "batch_unit": "HOUR"})
    assert refused.status_code == 200
    assert Broadcast.objects.count() == 1
    made = sender.post("/campaigns/new", form | {"batch_size": "200", "batch_unit": "MINUTE"})
    assert "At most 200 a minute" in sender.get(made["Location"]).content.decode()


def test_the_estimate_counts_the_chosen_people(cast, sender, campaign):
    answer = sender.post("/campaigns/estimate", {"include": campaign.include})
    assert answer.content.decode().strip() == "2 contacts now"
    assert "no segment" in sender.post("/campaigns/estimate", {"include": ["7"]}).content.decode()


def test_what_stands_in_the_way_is_listed_and_nothing_starts(cast, sender, campaign):
    Message.objects.update(subject="")
    page = sender.post(f"/campaigns/{campaign.pk}/start", follow=True).content.decode()
    assert "The message has no subject." in page
    campaign.refresh_from_db()
    assert campaign.status == "DRAFT"


def test_a_time_is_of_the_organisations_clock(cast, sender, campaign):
    sender.post(f"/campaigns/{campaign.pk}/schedule", {"at": "2030-07-01T12:00"})
    campaign.refresh_from_db()
    assert campaign.status == "SCHEDULED"
    assert campaign.scheduled_at.isoformat() == "2030-07-01T09:00:00+00:00"
    sender.post(f"/campaigns/{campaign.pk}/unschedule")
    page = sender.post(
        f"/campaigns/{campaign.pk}/schedule", {"at": "2020-07-01T12:00"}, follow=True
    )
    assert "This time has passed." in page.content.decode()
    campaign.refresh_from_db()
    assert campaign.status == "DRAFT"


def test_a_campaign_is_paused_resumed_and_stopped(cast, sender, campaign):
    address = f"/campaigns/{campaign.pk}"
    statuses = []
    for act in ("start", "pause", "resume", "stop"):
        sender.post(f"{address}/{act}")
        campaign.refresh_from_db()
        statuses.append(campaign.status)
    assert statuses == ["RUNNING", "PAUSED", "RUNNING", "IDLE"]
    work()
    assert Captured.objects.count() == 0


def test_the_first_person_sees_no_way_to_approve(cast, owner, sender, campaign):
    cast.organisation.second_person = True
    cast.organisation.save(update_fields=["second_person"])
    address = f"/campaigns/{campaign.pk}"
    sender.post(f"{address}/start")
    assert "Somebody else has to approve it." in sender.get(address).content.decode()
    assert "Approve" in owner.get(address).content.decode()
    owner.post(f"{address}/approve")
    work()
    assert Captured.objects.count() == 2


def test_what_is_in_doubt_is_shown_and_settled_by_a_person(cast, sender, campaign):
    address = f"/campaigns/{campaign.pk}"
    sender.post(f"{address}/start")
    work()
    Delivery.objects.update(status="UNSURE")
    assert "2 mails are in doubt" in sender.get(address).content.decode()
    sender.post(f"{address}/count-as-sent")
    assert set(Delivery.objects.values_list("status", flat=True)) == {"SENT"}
    Delivery.objects.update(status="UNSURE")
    sender.post(f"{address}/resend")
    work()
    assert Captured.objects.count() == 4
    assert Captured.objects.values("message_id").distinct().count() == 2


def test_sending_is_set_up_tried_and_its_password_never_shown(cast, owner, sender):
    assert sender.get("/settings/sending").status_code == 403
    with SmtpServer(users={"shop": "sea-lavender"}) as server:
        form = {
            "host": "127.0.0.1", "port": server.port, "tls": "NONE", "username": "shop",
            "password": "sea-lavender", "per_minute": 0, "sender_email": "news@sandpiper.example",
        }  # fmt: skip
        page = owner.post("/settings/sending", form, follow=True).content.decode()
        assert "sea-lavender" not in page
        assert b"sea-lavender" not in bytes(Gateway.objects.get().secret)
        page = owner.post("/settings/sending/check", follow=True).content.decode()
        assert "is ready to take messages" in page
        owner.post("/settings/sending", form | {"password": ""})
        page = owner.post("/settings/sending/test", follow=True).content.decode()
        assert "took the mail for owner@sandpiper.example" in page
        [received] = server.received
    assert received.recipient == "owner@sandpiper.example"


def test_a_wrong_password_is_told_in_words(cast, owner):
    with SmtpServer(users={"shop": "right"}) as server:
        form = {
            "host": "127.0.0.1", "port": server.port, "tls": "NONE", "username": "shop",
            "password": "sea-holly", "per_minute": 0, "sender_email": "news@sandpiper.example",
        }  # fmt: skip
        owner.post("/settings/sending", form)
        page = owner.post("/settings/sending/test", follow=True).content.decode()
    assert "user name" in page
    assert "sea-holly" not in page


def test_a_signing_key_is_made_and_its_record_shown(cast, owner):
    form = {"port": 587, "tls": "NONE", "per_minute": 0, "sender_email": "news@sandpiper.example"}
    owner.post("/settings/sending", form)
    page = owner.post("/settings/sending/signature", {"selector": "s1"}, follow=True)
    assert "s1._domainkey.sandpiper.example" in page.content.decode()
    owner.post("/settings/sending/test")
    assert email.message_from_bytes(bytes(Captured.objects.get().raw))["DKIM-Signature"]
