"""Tokens of apps and browsers: muted, subscribed, joined with the person (api.md §5.10.5, §7)."""

import base64
import datetime as dt
import json
import os
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from together import at_once

from sanderling.accounts.models import AuditEntry
from sanderling.contacts import reaching
from sanderling.contacts.models import Contact, ContactKey, Device
from sanderling.events.models import Event
from sanderling.websites import pushing
from sanderling.websites.models import Site, Visitor
from sanderling.worker.following import follow_due

APP = "b1946ac9-2492-4d23-87c1-9f0a1b2c3d4e"
COOKIE = "c0ffee00-1111-4222-8333-444455556666"
SHOP = "https://shop.example"
ENDPOINT = "https://push.example/send/abc"


@pytest.fixture
def phone(api, cast) -> Device:
    """Return Dina's phone, registered as an app does."""
    body = {"tokens": [{"token": "phone-1", "contactId": cast.dina.pk}]}
    assert api.post(f"/v1/apps/{APP}/tokens", body).status_code == 200
    return Device.objects.get()


def reached(cast: Any, *, even_muted: bool = False, category: str = "mobilepush") -> list[str]:
    found = reaching.devices_of(
        cast.organisation.pk, [cast.dina.pk, cast.ivan.pk], category, even_muted=even_muted
    )
    return [device["push_token"] for devices in found.values() for device in devices]


def test_a_muted_token_gets_no_campaigns_until_it_ends(api, cast, phone):
    assert reached(cast) == ["phone-1"]
    before = dt.datetime.now(dt.UTC)
    answer = api.post(f"/v1/apps/{APP}/token/mute", {"token": "phone-1", "duration": 60})
    assert (answer.status_code, answer.json()) == (200, "Token has been muted")
    phone.refresh_from_db()
    assert 59 < (phone.muted_until - before).total_seconds() < 70
    assert (reached(cast), reached(cast, even_muted=True)) == ([], ["phone-1"])
    Device.objects.update(muted_until=before - dt.timedelta(hours=1))
    assert reached(cast) == ["phone-1"]


def test_a_mute_without_a_duration_is_for_ever_and_ends_by_unmuting(api, cast, phone):
    api.post(f"/v1/apps/{APP}/token/mute", {"token": "phone-1"})
    phone.refresh_from_db()
    assert phone.muted_until == dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
    assert api.post(f"/v1/apps/{APP}/token/unmute", {"token": "phone-1"}).status_code == 200
    phone.refresh_from_db()
    assert (phone.muted_until, reached(cast)) == (None, ["phone-1"])
    assert AuditEntry.objects.filter(verb="device.mute").count() == 2


@pytest.mark.parametrize(
    ("app", "body", "status", "text"),
    [
        ("x", {"token": "phone-1"}, 400, "Wrong app uuid"),
        (APP, {}, 400, "Token must be specified"),
        (APP, {"token": ""}, 400, "Token must be specified"),
        (APP, {"token": "phone-1", "duration": 0}, 400, "Duration must be positive integer"),
        (APP, {"token": "phone-1", "duration": -5}, 400, "Duration must be positive integer"),
        (APP, {"token": "phone-1", "duration": 4}, 400, "Duration must be positive integer"),
        (APP, {"token": "phone-1", "duration": 31_536_001}, 400, "Duration must be positive int"),
        (APP, {"token": "phone-1", "duration": "soon"}, 400, "Duration must be positive integer"),
        (APP, {"token": "phone-1", "duration": 1.5}, 400, "Duration must be positive integer"),
        (APP, {"token": "phone-1", "duration": True}, 400, "Duration must be positive integer"),
        (APP[:-1] + "0", {"token": "phone-1"}, 404, "Not registered application"),
        (APP, {"token": "phone-2"}, 404, "Token not found"),
    ],
)
def test_what_cannot_be_muted_is_said_in_the_contracts_words(
    api, cast, phone, app, body, status, text
):
    answer = api.post(f"/v1/apps/{app}/token/mute", body)
    assert (answer.status_code, text in answer.content.decode()) == (status, True)
    phone.refresh_from_db()
    assert phone.muted_until is None


def test_tokens_of_others_are_not_there(api, cast, phone, strange_api):
    answer = strange_api.post(f"/v1/apps/{APP}/token/mute", {"token": "phone-1"})
    assert (answer.status_code, answer.content) == (404, b"Not registered application (not found)")
    assert reached(cast) == ["phone-1"]


# Browsers


@pytest.fixture
def site(api) -> str:
    api.post("/v1/site/webpush/domain", {"domain": "shop.example"})
    return Site.objects.get().code


def subscription(endpoint: str = ENDPOINT) -> dict[str, Any]:
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )  # fmt: skip
    keys = {"p256dh": word(point), "auth": word(os.urandom(16))}
    return {"endpoint": endpoint, "expirationTime": None, "keys": keys}


def word(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def say(site: str, path: str = "/api/v2/push", *, cookie: str = COOKIE, origin: str = SHOP,
        general: dict[str, Any] | None = None, **body: Any) -> Any:  # fmt: skip
    said = {"siteId": site, "eventName": "PageView", "cookies": {"sc": cookie}, **(general or {})}
    raw = json.dumps({"GeneralInfo": said, **body})
    return Client().post(path, raw, content_type="text/plain", headers={"Origin": origin})


def test_a_browser_that_subscribes_becomes_a_contact_of_a_token(site, cast):
    say(site, "/api/v2")
    before = Contact.objects.count()
    sent = subscription()
    general = {"userAgent": "Browser/1", "language": "uk", "url": f"{SHOP}/cup"}
    assert say(site, subscription=sent, general=general).status_code == 200
    device = Device.objects.get()
    assert (device.category, device.push_token, device.language) == ("webpush", ENDPOINT, "uk")
    assert device.subscription == {
        "endpoint": ENDPOINT, "keys": sent["keys"], "userAgent": "Browser/1",
        "subscriptionPage": f"{SHOP}/cup",
    }  # fmt: skip
    contact = Contact.objects.get(pk=device.contact_id)
    assert (contact.email, contact.external_id, contact.source) == ("", "", "SITE_AUTOMATED")
    assert Contact.objects.count() == before + 1
    assert Visitor.objects.get().contact_id == contact.pk
    assert [event.contact_id for event in Event.objects.all()] == [contact.pk]
    say(site, subscription=sent)
    assert (Device.objects.count(), Contact.objects.count()) == (1, before + 1)


def test_a_known_visitors_browser_is_the_contacts(site, cast):
    say(site, "/api/v2", general={"externalCustomerId": "C-1"})
    say(site, subscription=subscription())
    assert Device.objects.get().contact_id == cast.dina.pk
    assert reached(cast, category="webpush") == [ENDPOINT]


def test_a_subscriber_who_says_its_name_is_joined_with_the_known_contact(site, cast):
    say(site, subscription=subscription())
    say(site, "/api/v2")
    former = Device.objects.get().contact_id
    assert former != cast.dina.pk
    say(site, "/api/v2", general={"externalCustomerId": "C-1"})
    follow_due()
    assert Device.objects.get().contact_id == cast.dina.pk
    assert ContactKey.objects.get(kind="TOKEN").contact_id == cast.dina.pk
    assert {event.contact_id for event in Event.objects.all()} == {cast.dina.pk}
    assert Event.objects.count() == 2
    assert Contact.objects.get(pk=former).deleted_at is not None
    assert Visitor.objects.get().contact_id == cast.dina.pk


def test_who_unsubscribes_is_not_pushed_to(site, cast):
    say(site, "/api/v2", general={"externalCustomerId": "C-1"})
    say(site, subscription=subscription())
    gone = say(site, subscription={"endpoint": ENDPOINT}, gone=True)
    assert gone.status_code == 200
    assert (Device.objects.get().is_active, reached(cast, category="webpush")) == (False, [])
    say(site, subscription=subscription())
    assert reached(cast, category="webpush") == [ENDPOINT]


@pytest.mark.parametrize(
    "wrong",
    [
        None, [], "x", {}, {"endpoint": 7}, {"endpoint": "http://push.example/1"},
        {"endpoint": "https://["}, {"endpoint": "https://a@push.example/"},
        {"endpoint": "https://push.example:1:2/"}, {**subscription(), "endpoint": ENDPOINT + "\0"},
        {**subscription(), "endpoint": ENDPOINT + " x"}, {"endpoint": ENDPOINT},
        {"endpoint": ENDPOINT, "keys": []},
        {"endpoint": ENDPOINT, "keys": {"p256dh": "x", "auth": "y"}},
        {"endpoint": ENDPOINT, "keys": {"p256dh": word(b"\4" * 65), "auth": word(b"a" * 16)}},
        {"endpoint": "https://push.example/" + "x" * 500},
    ],
)  # fmt: skip
def test_what_is_no_subscription_is_refused(site, cast, wrong):
    before = Contact.objects.count()
    assert say(site, subscription=wrong).status_code == 400
    assert (Device.objects.count(), Contact.objects.count()) == (0, before)


def test_strangers_cannot_subscribe_from_elsewhere_nor_end_it_for_others(site, cast, strange_api):
    assert say(site, subscription=subscription(), origin="https://evil.example").status_code == 403
    say(site, subscription=subscription())
    strange_api.post("/v1/site/domains", {"domain": "shop.example"})
    theirs = Site.objects.get(organisation=cast.elsewhere).code
    assert say(theirs, subscription={"endpoint": ENDPOINT}, gone=True).status_code == 200
    assert Device.objects.get().is_active


def test_the_private_key_is_sealed_and_the_public_one_fits(site, cast):
    found = Site.objects.get()
    public = pushing.public_key(found)
    assert len(base64.urlsafe_b64decode(public + "=")) == 65
    pem = pushing.private_key(found)
    assert "PRIVATE KEY" in pem
    assert b"PRIVATE" not in bytes(Site.objects.get().push_secret)
    point = serialization.load_pem_private_key(pem.encode(), None).public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )  # fmt: skip
    assert word(point) == public == pushing.public_key(Site.objects.get())


@pytest.mark.django_db(transaction=True)
def test_one_browser_that_subscribes_and_signs_in_at_once_is_one_contact():
    from cast import assemble

    from sanderling.websites import registering

    here = assemble()
    registering.add_domain(here.organisation.pk, "shop.example", by=here.owner)
    site = Site.objects.get().code
    sent = subscription()

    def subscribe() -> int:
        return say(site, subscription=sent).status_code

    def sign_in() -> int:
        return say(site, "/api/v2", general={"externalCustomerId": "C-1"}).status_code

    statuses = at_once(*[subscribe, sign_in] * 8)
    follow_due()
    assert statuses == [200] * 16
    assert Device.objects.get().contact_id == here.dina.pk
    assert [event.contact_id for event in Event.objects.all()] == [here.dina.pk] * 8
    assert Contact.objects.filter(deleted_at=None, email="", external_id="").count() == 0
