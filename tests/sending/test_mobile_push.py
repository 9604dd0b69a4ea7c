"""A push to an app, by a server on the loopback that speaks FCM's HTTP v1."""

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from google.auth import jwt
from provider import Provider

from sanderling.accounts.actors import Actor
from sanderling.activities.models import Activity
from sanderling.contacts import devices
from sanderling.contacts.models import Device
from sanderling.lib.errors import Invalid
from sanderling.messages.freezing import freeze
from sanderling.messages.models import Message
from sanderling.sending import connecting, queueing
from sanderling.sending.carriers.mobile_push import close_senders
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Delivery, Gateway, OriginKind
from sanderling.sending.queueing import NewDelivery, Origin

API = Origin(OriginKind.API, 1)


def error(status, code, **detail):
    details = [{"@type": "x"}, {"@type": "…FcmError", "errorCode": code, **detail}]
    return status, {"error": {"code": status, "message": "No.", "status": "X", "details": details}}


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def key_file(key):
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return json.dumps({
        "type": "service_account", "project_id": "shop-1", "private_key_id": "k1",
        "client_email": "push@shop-1.example", "private_key": pem.decode(),
        "token_uri": "http://169.254.169.254/steal",
    })  # fmt: skip


@pytest.fixture
def firebase(cast, key_file):
    """Serve FCM with these answers; connect it as Sandpiper's gateway."""

    def served(answer=None):
        def answered(asked, number):
            if asked.path == "/token":
                return 200, {"access_token": "at-1", "expires_in": 3600}
            return answer(asked) if answer else (200, {"name": "projects/shop-1/messages/1"})

        provider = Provider(answered)
        connecting.save(
            cast.organisation.pk, channel="MobilePush", kind="FCM",
            settings={"endpoint": provider.url}, secret={"key_file": key_file}, by=cast.owner,
        )  # fmt: skip
        return provider

    yield served
    close_senders()


@pytest.fixture
def message(cast):
    return Message.objects.create(
        organisation=cast.organisation, channel="MobilePush", name="P", subject="Hi $!{firstName}",
        text="Come", details={
            "link": "shop://sale", "imageSource": "https://i.example/a.png", "ttlSec": 60,
            "customData": '{"a": 1, "from": "x"}', "soundEnabled": True, "badgeCount": 3,
            "subtitle": "Sub", "buttons": [{"actionId": "1", "label": "Go, $!{firstName}"}],
        },
    )  # fmt: skip


def own(cast, contact, *tokens):
    for token in tokens:
        devices.register(
            cast.organisation.pk, contact.pk, devices.Registration(push_token=token),
            by=Actor.system(cast.organisation.pk),
        )  # fmt: skip


def send(cast, message, *contacts, step="r-1"):
    wishes = [NewDelivery(contact.pk, step) for contact in contacts]
    queueing.enqueue_many(freeze(message), wishes, origin=API)
    while dispatch_once():
        pass


def pushed(provider):
    return [one.json["message"] for one in provider.asked if one.path != "/token"]


def test_the_newest_app_gets_the_notification_with_all_its_members(cast, message, firebase, key):
    own(cast, cast.dina, "old", "new")
    with firebase() as provider:
        send(cast, message, cast.dina, cast.ivan)
    asked, sent = provider.asked
    assert sent.path == "/v1/projects/shop-1/messages:send"
    assert sent.headers["Authorization"] == "Bearer at-1"
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = jwt.decode(asked.form["assertion"], certs=public, audience=f"{provider.url}/token")
    assert claims["iss"] == "push@shop-1.example"
    assert claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
    [push] = pushed(provider)
    assert push["token"] == "new"
    assert push["notification"] == {
        "title": "Hi Dina", "body": "Come", "image": "https://i.example/a.png",
    }  # fmt: skip
    interaction = push["data"].pop("es_interaction_id")
    assert push["data"] == {
        "a": "1", "es_title": "Hi Dina", "es_content": "Come", "es_link": "shop://sale",
        "es_notification_image": "https://i.example/a.png", "es_badge_count": "3",
        "es_buttons": '[{"label": "Go, Dina", "actionId": "1"}]',
    }  # fmt: skip
    assert push["android"]["ttl"] == "60s"
    assert push["apns"]["payload"]["aps"] == {
        "alert": {"title": "Hi Dina", "subtitle": "Sub", "body": "Come"}, "sound": "default",
        "badge": 3, "mutable-content": 1,
    }  # fmt: skip
    states = dict(Delivery.objects.values_list("contact_id", "reason"))
    assert states == {cast.dina.pk: "", cast.ivan.pk: "NO_ADDRESS"}
    assert facts() == ["SENT"]
    for status, told in (
        ("DELIVERED", ["SENT", "DELIVERED"]),
        ("DELIVERED", ["SENT", "DELIVERED"]),
        ("OPENED", ["SENT", "DELIVERED", "RECEIVED"]),
        ("CLICKED", ["SENT", "DELIVERED", "RECEIVED", "CLICKED"]),
    ):
        answer = Client().put(
            f"/api/v1/interactions/{interaction}/status",
            json.dumps({"token": "new", "status": status, "time": "2030-01-01T10:00:00Z"}),
            content_type="application/json",
        )
        assert (answer.status_code, answer.content) == (200, b"")
        assert facts() == told


def facts():
    rows = Activity.objects.filter(media_type="MobilePush").order_by("id")
    return list(rows.values_list("status", flat=True))


def test_an_app_that_is_gone_is_switched_off_and_the_next_one_is_used(cast, message, firebase):
    own(cast, cast.dina, "good", "dead")
    own(cast, cast.ivan, "ivans")

    def answer(asked):
        if asked.json["message"]["token"] == "dead":
            return error(404, "UNREGISTERED")
        return 200, {"name": "n"}

    with firebase(answer) as provider:
        send(cast, message, cast.dina, cast.ivan)
        assert not Device.objects.get(push_token="dead").is_active
        assert Device.objects.get(push_token="good").is_active
        refused = Delivery.objects.get(status="REFUSED")
        assert (refused.contact_id, refused.reason) == (cast.dina.pk, "HARD_BOUNCE")
        assert refused.description.startswith("The app is not installed any more. (404 UNREG")
        send(cast, message, cast.dina, step="r-2")
    assert pushed(provider)[-1]["token"] == "good"
    assert sum(one.path == "/token" for one in provider.asked) == 1


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (error(503, "UNAVAILABLE"), "WAITING", "DEFERRED"),
        (error(429, "QUOTA_EXCEEDED"), "WAITING", "DEFERRED"),
        (error(500, "INTERNAL"), "UNSURE", "NO_ANSWER"),
        (error(400, "INVALID_ARGUMENT"), "REFUSED", "POLICY"),
        (error(400, "INVALID_ARGUMENT", fieldViolations=[{"field": "message.token"}]), "REFUSED",
         "HARD_BOUNCE"),
        (error(401, "THIRD_PARTY_AUTH_ERROR"), "WAITING", ""),
        (error(403, "SENDER_ID_MISMATCH"), "REFUSED", "HARD_BOUNCE"),
    ],
)  # fmt: skip
def test_firebases_answers_are_told_apart(cast, message, firebase, answer, status, reason):
    own(cast, cast.dina, "t")
    with firebase(lambda asked: answer):
        send(cast, message, cast.dina)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.reason) == (status, reason)


def test_a_muted_app_gets_no_campaign_and_does_get_an_answer(cast, message, firebase):
    own(cast, cast.dina, "t")
    Device.objects.update(muted_until="2099-01-01T00:00Z")
    with firebase() as provider:
        wish = NewDelivery(cast.dina.pk, "1/b1")
        workflow = Origin(OriginKind.WORKFLOW, 2)
        [queued] = queueing.enqueue_many(freeze(message), [wish], origin=workflow)
        assert (queued.status, queued.reason) == ("EXCLUDED", "NO_ADDRESS")
        send(cast, message, cast.dina)
    assert len(pushed(provider)) == 1


@pytest.mark.parametrize("file", ["", "{}", "[]", '{"private_key": "x"}', "nonsense"])
def test_a_file_that_is_no_key_is_refused(cast, file):
    with pytest.raises(Invalid) as refusal:
        connecting.save(
            cast.organisation.pk, channel="MobilePush", kind="FCM", secret={"key_file": file},
            by=cast.owner,
        )  # fmt: skip
    assert set(refusal.value.problems) == {"key_file"}
    assert Gateway.objects.count() == 0
