"""A push leaves for a browser, sealed; and a browser that is gone gets no more."""

import json
import time

import pytest
from cryptography.exceptions import InvalidTag
from django.test import Client
from provider import HANG_UP, Provider
from push_service import Browser, claims_of

from sanderling.activities.models import Activity
from sanderling.contacts import devices, muting
from sanderling.contacts.devices import Registration
from sanderling.contacts.models import Device
from sanderling.messages.freezing import freeze
from sanderling.messages.models import Message
from sanderling.sending import offering, queueing
from sanderling.sending.carriers.web_push import close_senders
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Delivery, Gateway, OriginKind
from sanderling.sending.queueing import NewDelivery, Origin
from sanderling.websites import registering
from sanderling.websites.models import Site

API = Origin(OriginKind.API, 1)
WORKFLOW = Origin(OriginKind.WORKFLOW, 9)


@pytest.fixture
def pushes(cast):
    """Offer pushes on a domain of Sandpiper; return the public key."""
    here = cast.organisation.pk
    domain, _ = registering.add_domain(here, "shop.example", by=cast.owner)
    offering.switch(here, domain.pk, on=True, by=cast.owner)
    from sanderling.websites import pushing

    yield pushing.public_key(Site.objects.get(organisation=cast.organisation))
    close_senders()


@pytest.fixture
def message(cast):
    return Message.objects.create(
        organisation=cast.organisation, channel="WebPush", name="Cup", subject="Hi $!{firstName}",
        text="A cup & <more>", details={"link": "https://shop.example/cup", "ttlSec": 600},
    )  # fmt: skip


@pytest.fixture
def subscribed(cast):
    """Give Dina a browser at a push service."""

    def subscribe(provider, path="/send/1"):
        browser = Browser(provider.url + path)
        said = Registration(
            push_token=browser.endpoint, category="webpush", subscription=browser.subscription
        )
        devices.register(cast.organisation.pk, cast.dina.pk, said, by=cast.owner)
        return browser

    return subscribe


def send(message, *contacts, origin=API, step="r-1"):
    wishes = [NewDelivery(contact.pk, step) for contact in contacts]
    queueing.enqueue_many(freeze(message), wishes, origin=origin)
    while dispatch_once():
        pass
    return list(Delivery.objects.order_by("id"))


def taken(asked, number):
    return 201, {}


def test_offering_pushes_connects_their_gateway_once(cast, pushes):
    gateway = Gateway.objects.get(channel="WebPush")
    assert gateway.kind == "VAPID"
    other, _ = registering.add_domain(cast.organisation.pk, "other.example", by=cast.owner)
    offering.switch(cast.organisation.pk, other.pk, on=True, by=cast.owner)
    assert Gateway.objects.filter(channel="WebPush").count() == 1


def test_a_push_is_sealed_for_the_browser_and_signed_by_the_site(cast, pushes, message, subscribed):
    with Provider(taken) as service:
        browser = subscribed(service)
        (delivery,) = send(message, cast.dina)
    assert delivery.status == "SENT", (delivery.reason, delivery.description)
    (asked,) = service.asked
    assert (asked.method, asked.path) == ("POST", "/send/1")
    assert asked.headers["Content-Encoding"] == "aes128gcm"
    assert asked.headers["TTL"] == "600"
    shown = browser.opened(asked.body)
    assert shown == {
        "title": "Hi Dina", "text": "A cup & <more>", "link": "https://shop.example/cup",
        "tag": str(delivery.id), "iid": shown["iid"],
    }  # fmt: skip
    with pytest.raises(InvalidTag):
        Browser(browser.endpoint).opened(asked.body)
    claims = claims_of(asked.headers["Authorization"], pushes)
    assert claims["aud"] == service.url
    assert claims["sub"].startswith("https://")
    assert time.time() < claims["exp"] <= time.time() + 24 * 3600
    # What the service worker says of it is a fact.
    body = json.dumps({"interaction": shown["iid"], "status": "CLICKED"})
    assert Client().post("/api/v2", body, content_type="text/plain").status_code == 200
    statuses = list(Activity.objects.order_by("id").values_list("media_type", "status"))
    assert ("WebPush", "CLICKED") in statuses
    assert ("WebPush", "DELIVERED") in statuses


@pytest.mark.parametrize("gone", [404, 410])
def test_a_browser_that_is_gone_is_not_pushed_to_again(cast, pushes, message, subscribed, gone):
    with Provider(lambda asked, number: (gone, {})) as service:
        subscribed(service)
        (delivery,) = send(message, cast.dina)
        assert (delivery.status, delivery.reason) == ("REFUSED", "HARD_BOUNCE")
        assert not Device.objects.get().is_active
        later = send(message, cast.dina, step="r-2")[-1]
    assert (later.status, later.reason) == ("EXCLUDED", "NO_ADDRESS")
    assert len(service.asked) == 1


def test_a_muted_browser_gets_what_a_program_sends_but_no_workflows(
    cast, pushes, message, subscribed
):
    with Provider(taken) as service:
        browser = subscribed(service)
        muting.mute(cast.organisation.pk, 0, browser.endpoint, seconds=60, by=cast.owner)
        (first,) = send(message, cast.dina, origin=WORKFLOW)
        assert (first.status, first.reason, service.asked) == ("EXCLUDED", "NO_ADDRESS", [])
        assert send(message, cast.dina, step="r-2")[-1].status == "SENT"
        muting.unmute(cast.organisation.pk, 0, browser.endpoint, by=cast.owner)
        assert send(message, cast.dina, origin=WORKFLOW, step="w-2")[-1].status == "SENT"
    assert len(service.asked) == 2


@pytest.mark.parametrize("answer", [(503, {}), (429, {}), HANG_UP])
def test_a_push_service_in_trouble_is_asked_again_later(cast, pushes, message, subscribed, answer):
    with Provider(lambda asked, number: answer) as service:
        subscribed(service)
        (delivery,) = send(message, cast.dina)
    assert (delivery.status, delivery.reason, delivery.attempts) == ("WAITING", "DEFERRED", 1)
    gateway = Gateway.objects.get(channel="WebPush")
    assert (gateway.held_until, gateway.failures) == (None, 0)  # others are not held up
    assert Device.objects.get().is_active


def test_an_endpoint_inside_our_network_is_never_connected_to(
    cast, pushes, message, subscribed, settings
):
    settings.ALLOWED_PRIVATE_HOSTS = ()
    with Provider(taken) as service:
        subscribed(service)
        (delivery,) = send(message, cast.dina)
    assert (delivery.status, service.asked) == ("REFUSED", [])


def test_a_message_that_no_browser_takes_is_said_before_it_leaves(
    cast, pushes, message, subscribed
):
    message.text = "Ц" * 2000
    message.save()
    with Provider(taken) as service:
        subscribed(service)
        (delivery,) = send(message, cast.dina)
    assert (delivery.status, delivery.reason) == ("FAILED", "INVALID_MESSAGE")
    assert "browsers take 3993" in delivery.description
    assert service.asked == []
