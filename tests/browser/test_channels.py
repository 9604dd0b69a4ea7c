"""Gateways and short messages in Chromium: sound, accessible, with a preview that follows."""

import os
from pathlib import Path

import pytest
from browser.test_every_page import WIDTHS, faults

from sanderling.messages.models import Message
from sanderling.sending import connecting, trying

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("SANDERLING_SCREENSHOTS")


@pytest.fixture
def addresses(people):
    ours, by = people.organisation, people.owner
    gateway = connecting.save(ours.pk, channel="Sms", kind="CAPTURE", senders=["SHOP"], by=by)
    trying.send_trial(ours.pk, gateway.pk, to="380670000001", sender="SHOP", by=by)
    twilio = connecting.save(
        ours.pk, channel="Sms", kind="TWILIO", senders=["NEWS"], settings={"account": "AC1"},
        secret={"token": "t"}, by=by,
    )  # fmt: skip
    sms = Message.objects.create(
        organisation=ours, channel="Sms", name="Код", sender_name="SHOP",
        text="Вітаємо, $!{firstName}! Знижка 20 % лише сьогодні: https://shop.example/sale",
        details={"trackUrls": True},
    )  # fmt: skip
    push = Message.objects.create(
        organisation=ours, channel="MobilePush", name="Push", subject="Sale", text="Come and see",
        details={"imageSource": "https://i.example/a.png", "subtitle": "Today",
                 "buttons": [{"actionId": "1", "label": "Go"}]},
    )  # fmt: skip
    viber = Message.objects.create(
        organisation=ours, channel="Viber", name="Viber", sender_name="SHOP", text="Sale",
        details={"img": "https://i.example/a.png", "caption": "Go", "action": "https://a.example/"},
    )  # fmt: skip
    return {
        "channels": "/settings/channels",
        "twilio": f"/settings/channels/{twilio.pk}",
        "http": "/settings/channels/new?channel=Sms&kind=HTTP",
        "sms": f"/messages/{sms.pk}",
        "push": f"/messages/{push.pk}",
        "viber": f"/messages/{viber.pk}",
        "messages": "/messages/",
        "inbox": "/inbox/",
        "note": "/inbox/1",
    }


def test_every_page_of_a_channel_is_sound(open_page, live_server, addresses):
    from sanderling.sending.models import Captured

    addresses["note"] = f"/inbox/{Captured.objects.get().pk}"
    page = open_page("/settings/")
    complaints = []
    for name, address in addresses.items():
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.problems.clear()
            answer = page.goto(f"{live_server}{address}")
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
            complaints += [f"{name} at {width}: {text}" for text in faults(page, answer)]
    assert not complaints, "\n".join(complaints)


def test_the_count_of_signs_follows_the_typing(open_page, addresses):
    page = open_page(addresses["sms"])
    page.get_by_label("Text", exact=True).fill("Hello $!{firstName}")
    page.get_by_text("SMS parts: 1 (GSM-7").wait_for()
    page.get_by_label("Text", exact=True).fill("Привіт " * 11)
    page.get_by_text("SMS parts: 2 (UCS-2").wait_for()
    assert page.locator(".telephone-text").inner_text().startswith("Привіт")
    page.get_by_label("Text", exact=True).fill("Dear ")
    page.get_by_text("Put in a name, a field or a row of your database").click()
    page.get_by_role("button", name="First name").click()
    assert page.get_by_label("Text", exact=True).input_value() == "Dear $!{firstName}"
    page.get_by_text("SMS parts: 1 (GSM-7").wait_for()
    assert not page.problems
