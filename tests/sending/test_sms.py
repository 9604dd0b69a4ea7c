"""An SMS leaves, and what became of it comes back."""

import json

import pytest
from django.test import Client
from provider import HANG_UP, Provider

from sanderling.activities.models import Activity, Rollup
from sanderling.channels.sms import PRESETS
from sanderling.contacts import suppressing
from sanderling.contacts.models import Contact, Suppression
from sanderling.lib.errors import Conflict, Forbidden, Invalid
from sanderling.messages.freezing import freeze
from sanderling.messages.models import Message
from sanderling.sending import choosing, connecting, queueing
from sanderling.sending.carriers.over_http import close_pools
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import (
    Batch,
    Captured,
    Delivery,
    EarlyReport,
    Gateway,
    OriginKind,
    Reference,
)
from sanderling.sending.queueing import NewDelivery, Origin, People

API = Origin(OriginKind.API, 1)
WORKFLOW = Origin(OriginKind.WORKFLOW, 9)


@pytest.fixture
def sms(cast):
    return Message.objects.create(
        organisation=cast.organisation, channel="Sms", name="Code", sender_name="SHOP",
        text="Hi $!{firstName} & <you>",
    )  # fmt: skip


@pytest.fixture
def gateway(cast):
    """Connect a gateway of the test."""

    def connected(provider=None, **more):
        if provider is None:
            return connecting.save(
                cast.organisation.pk, channel="Sms", kind="CAPTURE", by=cast.owner
            )
        description = {**PRESETS["HTTP"], "url": f"{provider.url}/v1/messages", **more}
        return connecting.save(
            cast.organisation.pk, channel="Sms", kind="HTTP", name="Ours", senders=["SHOP"],
            settings={"description": description}, secret={"token": "t0ken"}, by=cast.owner,
        )  # fmt: skip

    yield connected
    close_pools()


@pytest.fixture
def queue(cast, sms):
    def queued(*contacts, origin=API, step="r-1"):
        wishes = [NewDelivery(contact.pk, step) for contact in contacts or [cast.dina]]
        return queueing.enqueue_many(freeze(sms), wishes, origin=origin)

    return queued


@pytest.fixture
def crowd(cast):
    def gathered(size):
        return Contact.objects.bulk_create(
            Contact(organisation=cast.organisation, phone=f"38067{n:07}")
            for n in range(1, size + 1)
        )

    return gathered


def statuses():
    found = {}
    for status in Delivery.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


def facts():
    rows = Activity.objects.order_by("id").values_list("status", "media_type")
    return [status for status, media in rows if media == "Sms"]


def reported(asked, **members):
    """Call back as the provider would, at the address that it was given."""
    path = asked.json["callback"].partition("/r/")[2]
    body = json.dumps({"reference": asked.json["reference"], **members})
    return Client().post(f"/r/{path}", body, content_type="application/json")


def test_an_sms_leaves_by_the_gateway_and_its_report_delivers_it(cast, queue, gateway):
    with Provider() as provider:
        ours = gateway(provider)
        queue(cast.dina)
        assert dispatch_once() == 1
        [asked] = provider.asked
    assert asked.json["text"] == "Hi Dina & <you>"
    assert (asked.json["to"], asked.json["from"]) == ("380670000001", "SHOP")
    assert asked.headers["Authorization"] == "Bearer t0ken"
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.parts, delivery.reported) == ("SENT", 1, "")
    assert (delivery.gateway_id, delivery.media_type) == (ours.pk, "Sms")
    assert Reference.objects.get().reference == "m-1"
    assert facts() == ["SENT"]
    assert reported(asked, status="sent").content == b"0"
    assert facts() == ["SENT"]
    assert reported(asked, status="delivered").content == b"1"
    assert facts() == ["SENT", "DELIVERED"]
    totals = Rollup.objects.get(media_type="Sms")
    assert (totals.total_sent, totals.total_received) == (1, 1)


def test_reports_tell_once_whatever_their_order(cast, queue, gateway):
    with Provider() as provider:
        gateway(provider)
        queue(cast.dina)
        dispatch_once()
        [asked] = provider.asked
    told = [reported(asked, status=status).content for status in (
        "read", "delivered", "read", "failed", "expired", "delivered",
    )]  # fmt: skip
    assert told == [b"1", b"0", b"1", b"0", b"0", b"0"]
    assert facts() == ["SENT", "DELIVERED", "RECEIVED", "RECEIVED"]
    assert Rollup.objects.get(media_type="Sms").total_viewed == 1
    assert Delivery.objects.get().status == "SENT"


def test_a_failure_that_is_reported_refuses_the_delivery_for_good(cast, queue, gateway):
    with Provider() as provider:
        gateway(provider)
        queue(cast.dina)
        dispatch_once()
        [asked] = provider.asked
    assert reported(asked, status="expired", reason="off").content == b"1"
    assert reported(asked, status="delivered").content == b"0"
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.reason) == ("REFUSED", "EXPIRED")
    assert delivery.description == "The phone could not be reached in time. (expired: off)"
    assert facts() == ["SENT", "UNDELIVERED"]


def test_a_report_that_is_faster_than_our_receipt_is_kept_and_settled(cast, queue, gateway):
    with Provider() as provider:
        ours = gateway(provider)
        address = f"/r/{choosing_word(ours)}"
        early = {"id": "m-1", "status": "delivered"}
        for _ in range(2):
            answer = Client().post(address, json.dumps(early), content_type="application/json")
            assert (answer.status_code, answer.content) == (200, b"0")
        assert EarlyReport.objects.count() == 1
        queue(cast.dina)
        dispatch_once()
    assert facts() == ["SENT", "DELIVERED"]
    assert EarlyReport.objects.count() == 0
    assert Delivery.objects.get().reported == "DELIVERED"


def test_a_forged_or_foreign_report_changes_nothing(cast, queue, gateway):
    with Provider() as provider:
        gateway(provider)
        theirs = Gateway.objects.create(
            organisation=cast.elsewhere, channel="Sms", kind="HTTP",
            settings={"description": PRESETS["HTTP"]},
        )  # fmt: skip
        queue(cast.dina)
        dispatch_once()
        [asked] = provider.asked
    word = choosing_word(theirs)
    body = json.dumps({"reference": asked.json["reference"], "id": "m-1", "status": "delivered"})
    for path, status in ((f"/r/{word}", 200), (f"/r/{word}x", 404), ("/r/1-abc", 404)):
        answer = Client().post(path, body, content_type="application/json")
        assert answer.status_code == status
    assert facts() == ["SENT"]
    assert Delivery.objects.get().reported == ""


def choosing_word(gateway):
    from sanderling.sending import tokens

    return tokens.sign_gateway(gateway.pk)


def test_the_capture_keeps_it_and_delivered_is_all_that_will_be_known(cast, queue, gateway):
    gateway()
    queue(cast.dina)
    dispatch_once()
    kept = Captured.objects.get()
    assert (kept.media_type, kept.recipient) == ("Sms", "380670000001")
    assert json.loads(bytes(kept.raw))["text"] == "Hi Dina & <you>"
    assert facts() == ["SENT", "DELIVERED"]
    assert Delivery.objects.get().reported == "DELIVERED"


def test_without_a_gateway_the_batch_waits_and_says_why(cast, queue):
    queue(cast.dina)
    dispatch_once()
    assert statuses() == {"WAITING": 1}
    assert Batch.objects.get().note.startswith("No gateway for SMS is connected")
    assert dispatch_once() == 0


def test_a_paused_gateway_holds_its_messages_and_lets_them_go(cast, queue, gateway):
    ours = gateway()
    connecting.pause(cast.organisation.pk, ours.pk, on=True, by=cast.owner)
    queue(cast.dina)
    dispatch_once()
    assert statuses() == {"WAITING": 1}
    connecting.pause(cast.organisation.pk, ours.pk, on=False, by=cast.owner)
    Batch.objects.update(due_at=Delivery.objects.get().created_at)
    dispatch_once()
    assert statuses() == {"SENT": 1}


def test_wrong_credentials_hold_the_gateway_and_cost_nobody_the_message(queue, gateway, crowd):
    with Provider(lambda *_: (401, {"error": "bad token"})) as provider:
        ours = gateway(provider)
        queue(*crowd(20))
        dispatch_once()
        assert statuses() == {"WAITING": 20}
        assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
        ours.refresh_from_db()
        assert "does not accept the credentials" in ours.note
        assert ours.held_until is not None
        provider.answer = None
        Gateway.objects.update(held_until=None)
        Batch.objects.update(due_at=Delivery.objects.first().created_at)
        dispatch_once()
    assert statuses() == {"SENT": 20}


def test_a_number_that_nobody_has_is_suppressed_for_sms_only(cast, queue, gateway, crowd):
    def answer(asked, number):
        dead = asked.json["to"].endswith("2")
        return (400, {"error": "invalid_number"}) if dead else (200, {"id": f"m-{number}"})

    people = crowd(5)
    with Provider(answer) as provider:
        gateway(provider)
        queue(*people)
        dispatch_once()
    assert statuses() == {"SENT": 4, "REFUSED": 1}
    refused = Delivery.objects.get(status="REFUSED")
    assert (refused.contact_id, refused.reason) == (people[1].pk, "HARD_BOUNCE")
    gone = Suppression.objects.get()
    assert (gone.channel, gone.address) == ("SMS", people[1].phone)
    queue(*people, step="r-2")
    assert Delivery.objects.get(status="EXCLUDED").reason == "SUPPRESSED"


def test_an_answer_that_got_lost_is_a_doubt_which_a_report_settles(cast, queue, gateway):
    with Provider(lambda *_: HANG_UP) as provider:
        gateway(provider, is_idempotent=False)
        queue(cast.dina)
        dispatch_once()
        [asked] = provider.asked
    assert statuses() == {"UNSURE": 1}
    assert facts() == []
    assert reported(asked, status="delivered").content == b"1"
    assert statuses() == {"SENT": 1}
    assert facts() == ["SENT", "DELIVERED"]


def test_a_gateway_that_knows_our_key_gets_it_again(cast, queue, gateway):
    with Provider(lambda asked, n: HANG_UP if n == 1 else (200, {"id": "m"})) as provider:
        gateway(provider)
        queue(cast.dina)
        dispatch_once()
        assert statuses() == {"WAITING": 1}
        Gateway.objects.update(held_until=None)
        Batch.objects.update(due_at=Delivery.objects.get().created_at)
        dispatch_once()
        first, second = provider.asked
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert statuses() == {"SENT": 1}


def test_consent_is_by_channel_and_address(cast, queue, gateway):
    gateway()
    by = cast.owner
    suppressing.suppress(cast.organisation.pk, "EMAIL", [cast.dina.email], by=by)
    queue(cast.dina, origin=WORKFLOW)
    assert statuses() == {"WAITING": 1}
    suppressing.suppress(
        cast.organisation.pk, "SMS", ["+38 067 000 00 01"], reason="UNSUBSCRIBED", by=by
    )
    dispatch_once()
    excluded = Delivery.objects.get()
    assert (excluded.status, excluded.reason) == ("EXCLUDED", "UNSUBSCRIBED")
    assert Captured.objects.count() == 0
    queue(cast.dina, origin=API)
    assert statuses() == {"EXCLUDED": 1, "WAITING": 1}


def test_an_audience_is_reached_by_its_phones_each_once(cast, sms, gateway):
    gateway()
    Contact.objects.create(organisation=cast.organisation, phone=cast.dina.phone)
    people = People(
        "SELECT id FROM contacts_contact WHERE organisation_id = %(o)s",
        {"o": cast.organisation.pk},
    )
    from django.db import transaction

    with transaction.atomic():
        audience = queueing.enqueue_audience(
            freeze(sms), people, origin=Origin(OriginKind.BROADCAST, 5)
        )
    assert audience.queued == 1
    assert audience.excluded == {"NO_ADDRESS": 2, "DUPLICATE_ADDRESS": 1}
    assert Batch.objects.get().media_type == "Sms"
    dispatch_once()
    assert Captured.objects.get().recipient == cast.dina.phone


def test_a_held_mail_server_does_not_hold_sms(cast, queue, gateway):
    from django.utils import timezone

    gateway()
    Gateway.objects.create(
        organisation=cast.organisation, host="mail", held_until=timezone.now().replace(year=2099)
    )
    queue(cast.dina)
    assert dispatch_once() == 1
    assert statuses() == {"SENT": 1}


def test_links_are_short_and_a_click_is_written_down(cast, sms, queue, gateway, settings):
    settings.BASE_URL = "https://s.example"
    sms.text = "See https://shop.example/a?b=1, or https://shop.example/$!{firstName}."
    sms.details = {"trackUrls": True}
    sms.utm_campaign = "may"
    sms.save()
    gateway()
    queue(cast.dina)
    dispatch_once()
    text = json.loads(bytes(Captured.objects.get().raw))["text"]
    start, _, rest = text.partition("https://s.example/l/")
    word, _, end = rest.partition(",")
    assert (start, end) == ("See ", " or https://shop.example/Dina.")
    assert len(word) <= 20
    target = "https://shop.example/a?b=1&utm_source=sanderling&utm_medium=sms&utm_campaign=may"
    head = Client().head(f"/l/{word}")
    assert (head.status_code, head["Location"]) == (302, target)
    assert facts() == ["SENT", "DELIVERED"]
    assert Client().get(f"/l/{word}")["Location"] == target
    assert facts() == ["SENT", "DELIVERED", "RECEIVED", "CLICKED"]
    assert Activity.objects.get(status="CLICKED").link == target
    for wrong in (word[:-1], word + "A", "AAAA", "%00", "x" * 500):
        assert Client().get(f"/l/{wrong}").status_code == 404
    assert facts() == ["SENT", "DELIVERED", "RECEIVED", "CLICKED"]


def test_unsubscribing_from_sms_leaves_the_mail_alone(cast, sms, queue, gateway):
    sms.text = "Stop: $!{unsubscribeUrl}"
    sms.save()
    gateway()
    queue(cast.dina)
    dispatch_once()
    text = json.loads(bytes(Captured.objects.get().raw))["text"]
    path = "/u/" + text.partition("/u/")[2]
    assert Client().post(path).status_code == 200
    gone = Suppression.objects.get()
    assert (gone.channel, gone.address) == ("SMS", cast.dina.phone)
    cast.dina.refresh_from_db()
    assert cast.dina.email_status == "CONFIRMED"
    assert Activity.objects.get(status="UNSUBSCRIBED").media_type == "Sms"


def test_the_sender_chooses_the_gateway(cast):
    def add(name, senders):
        return connecting.save(
            cast.organisation.pk, channel="Sms", kind="HTTP", name=name, senders=senders,
            settings={"description": PRESETS["HTTP"]}, by=cast.owner,
        )  # fmt: skip

    first, second = add("One", ["SHOP"]), add("Two", ["NEWS", "SHOP"])
    ours = cast.organisation.pk
    assert choosing.chosen(ours, "Sms", "shop") == first
    assert choosing.chosen(ours, "Sms", "NEWS") == second
    connecting.pause(ours, first.pk, on=True, by=cast.owner)
    assert choosing.chosen(ours, "Sms", "SHOP") == second
    with pytest.raises(Invalid):
        choosing.chosen(ours, "Sms", "OTHER")
    assert choosing.senders_of(ours, "Sms") == ["SHOP", "NEWS"]


def test_settings_are_checked_sealed_and_kept_from_strangers(cast):
    def save(by=cast.owner, **more):
        given = {
            "channel": "Sms", "kind": "TWILIO", "senders": ["SHOP"],
            "settings": {"account": "AC1"}, "secret": {"token": "s3cret"}, **more,
        }  # fmt: skip
        return connecting.save(cast.organisation.pk, by=by, **given)

    for wrong, member in (
        ({"kind": "PIGEON"}, "kind"), ({"channel": "Email"}, "kind"), ({"senders": []}, "senders"),
        ({"settings": {}}, "account"), ({"secret": {}}, "token"),
        ({"per_minute": -1}, "per_minute"),
        ({"settings": {"account": "A", "x": 1}}, "x"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refusal:
            save(**wrong)
        assert member in refusal.value.problems
    with pytest.raises(Forbidden):
        save(by=cast.sender)
    assert Gateway.objects.count() == 0
    made = save()
    assert b"s3cret" not in bytes(made.secret)
    kept = connecting.save(cast.organisation.pk, gateway_id=made.pk, name="Renamed", by=cast.owner)
    assert (kept.name, kept.settings) == ("Renamed", {"account": "AC1"})
    from sanderling.sending import secrets

    assert secrets.of(kept) == {"token": "s3cret"}


def test_the_last_gateway_stays_while_messages_wait_for_it(cast, queue, gateway):
    ours = gateway()
    queue(cast.dina)
    with pytest.raises(Conflict):
        connecting.delete(cast.organisation.pk, ours.pk, by=cast.owner)
    assert Gateway.objects.count() == 1
    dispatch_once()
    connecting.delete(cast.organisation.pk, ours.pk, by=cast.owner)
    assert Gateway.objects.count() == 0


def test_a_text_that_is_too_long_fails_alone(cast, sms, queue, gateway):
    sms.text = "$!{firstName}#foreach($i in [1..400])$!{lastName}#end"
    sms.save()
    gateway()
    other = Contact.objects.create(
        organisation=cast.organisation, phone="380670000009", first_name="A"
    )
    queue(cast.dina, other)
    dispatch_once()
    assert statuses() == {"FAILED": 1, "SENT": 1}
    failed = Delivery.objects.get(status="FAILED")
    assert (failed.contact_id, failed.reason) == (cast.dina.pk, "INVALID_MESSAGE")
    assert "parts" in failed.description
