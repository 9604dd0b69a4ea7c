"""A Viber message, and the SMS that takes its place when it does not arrive."""

import json

import pytest
from django.test import Client
from provider import Provider

from sanderling.activities.models import Activity
from sanderling.channels.viber import PRESETS
from sanderling.messages.freezing import freeze
from sanderling.messages.models import Message
from sanderling.sending import connecting, queueing
from sanderling.sending.carriers.over_http import close_pools
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Captured, Delivery, OriginKind
from sanderling.sending.queueing import NewDelivery, Origin

WORKFLOW = Origin(OriginKind.WORKFLOW, 9)
FALLBACK = {"smsFallback": True, "smsSender": "SHOP", "smsContent": "By SMS, $!{firstName}"}


@pytest.fixture
def message(cast):
    return Message.objects.create(
        organisation=cast.organisation, channel="Viber", name="V", sender_name="SHOP",
        text="Hi $!{firstName}",
        details={"img": "https://i.example/$!{firstName}.png", "caption": "Go", "ttlSec": 60,
                 "action": "https://shop.example/"},
    )  # fmt: skip


@pytest.fixture
def gateways(cast):
    def connected(provider):
        description = {**PRESETS["HTTP"], "url": f"{provider.url}/v"}
        connecting.save(
            cast.organisation.pk, channel="Viber", kind="HTTP", senders=["SHOP"],
            settings={"description": description}, by=cast.owner,
        )  # fmt: skip
        connecting.save(cast.organisation.pk, channel="Sms", kind="CAPTURE", by=cast.owner)

    yield connected
    close_pools()


def send(cast, message):
    queueing.enqueue_many(
        freeze(message), [NewDelivery(cast.dina.pk, "5/b1", params={"a": 1})], origin=WORKFLOW
    )
    while dispatch_once():
        pass


def reported(asked, status):
    body = {"reference": asked.json["reference"], "status": status}
    path = "/r/" + asked.json["callback"].partition("/r/")[2]
    return Client().post(path, json.dumps(body), content_type="application/json").content


def test_the_members_of_viber_leave_with_the_message(cast, message, gateways):
    with Provider() as provider:
        gateways(provider)
        send(cast, message)
        [asked] = provider.asked
    sent = asked.json
    assert (sent["text"], sent["ttl"], sent["transactional"]) == ("Hi Dina", 60, False)
    assert sent["image"] == "https://i.example/Dina.png"
    assert sent["button"] == {"caption": "Go", "url": "https://shop.example/"}
    assert reported(asked, "read") == b"1"
    facts = Activity.objects.order_by("id").values_list("status", "media_type")
    assert list(facts) == [("SENT", "Viber"), ("DELIVERED", "Viber"), ("RECEIVED", "Viber")]


def test_a_message_without_a_picture_has_no_member_for_it(cast, message, gateways):
    message.details = {}
    message.save()
    with Provider() as provider:
        gateways(provider)
        send(cast, message)
    [asked] = provider.asked
    assert {"image", "button", "ios_expiry_text"} & set(asked.json) == set()
    assert asked.json["ttl"] == 86_400


def test_who_has_no_viber_gets_one_sms(cast, message, gateways):
    message.details = FALLBACK
    message.save()
    with Provider() as provider:
        gateways(provider)
        send(cast, message)
        [asked] = provider.asked
    assert Captured.objects.count() == 0
    assert reported(asked, "unknown_user") == b"1"
    assert reported(asked, "unknown_user") == b"0"
    while dispatch_once():
        pass
    kept = Captured.objects.get()
    assert (kept.media_type, kept.recipient) == ("Sms", cast.dina.phone)
    assert json.loads(bytes(kept.raw))["text"] == "By SMS, Dina"
    states = {one.media_type: (one.status, one.origin_step) for one in Delivery.objects.all()}
    assert states == {"Viber": ("REFUSED", "5/b1"), "Sms": ("SENT", "5/b1~sms")}


def test_a_refusal_falls_back_at_once_and_a_delivery_never(cast, message, gateways):
    message.details = FALLBACK
    message.save()
    with Provider(lambda *_: (400, {"error": "unknown_user"})) as provider:
        gateways(provider)
        send(cast, message)
    assert Captured.objects.get().media_type == "Sms"
    refused = Delivery.objects.get(media_type="Viber")
    assert (refused.status, refused.reason) == ("REFUSED", "HARD_BOUNCE")


def test_without_the_authors_wish_nothing_falls_back(cast, message, gateways):
    with Provider() as provider:
        gateways(provider)
        send(cast, message)
        [asked] = provider.asked
    assert reported(asked, "expired") == b"1"
    assert Delivery.objects.get().reason == "EXPIRED"
    assert dispatch_once() == 0
