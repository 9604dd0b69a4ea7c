"""Gateways and short messages, as people see them."""

import json
import re

from django.utils import timezone

from sanderling.activities.models import Activity
from sanderling.messages.models import Message
from sanderling.sending import connecting
from sanderling.sending.models import Captured, Gateway


def test_an_owner_connects_a_gateway_and_its_secret_is_never_shown(owner, sender):
    new = "/settings/channels/new"
    assert owner.get(f"{new}?channel=Sms&kind=PIGEON").status_code == 302
    assert "Auth token" in owner.get(f"{new}?channel=Sms&kind=TWILIO").content.decode()
    filled = {
        "channel": "Sms", "kind": "TWILIO", "name": "Ours", "senders": "SHOP\nNEWS\n",
        "per_minute": "0", "account": "AC1", "token": "s3cret",
    }  # fmt: skip
    assert sender.post(new, filled).status_code == 403
    wrong = owner.post(new, filled | {"senders": "", "token": ""}).content.decode()
    assert "This field is required" in wrong
    assert Gateway.objects.count() == 0
    answer = owner.post(new, filled)
    made = Gateway.objects.get()
    assert answer["Location"] == f"/settings/channels/{made.pk}"
    assert made.senders == ["SHOP", "NEWS"]
    page = owner.get(answer["Location"]).content.decode()
    assert "s3cret" not in page
    assert "/r/" in page
    again = owner.post(answer["Location"], filled | {"token": "", "name": "Renamed"})
    assert again.status_code == 302
    made.refresh_from_db()
    assert (made.name, made.secret is not None) == ("Renamed", True)
    assert "Renamed" in owner.get("/settings/channels").content.decode()


def test_a_description_that_is_no_json_is_said_at_its_place(owner):
    filled = {
        "channel": "Sms", "kind": "HTTP", "senders": "SHOP", "per_minute": "0",
        "description": "{", "token": "t",
    }  # fmt: skip
    assert "This is not JSON" in owner.post("/settings/channels/new", filled).content.decode()
    filled["description"] = json.dumps({"url": "ftp://x", "body": {"to": "{{to}}"}})
    page = owner.post("/settings/channels/new", filled).content.decode()
    assert "The address must begin with https://" in page
    assert Gateway.objects.count() == 0


def test_a_gateway_is_paused_tried_and_deleted(owner, cast):
    made = connecting.save(cast.organisation.pk, channel="Sms", kind="CAPTURE", by=cast.owner)
    path = f"/settings/channels/{made.pk}"
    owner.post(f"{path}/pause")
    made.refresh_from_db()
    assert made.is_paused
    assert "paused" in owner.get(path).content.decode()
    owner.post(f"{path}/resume")
    page = owner.post(f"{path}/test", {"to": "+380 67 000 00 01"}, follow=True).content.decode()
    assert "captured" in page
    kept = Captured.objects.get()
    shown = owner.get(f"/inbox/{kept.pk}").content.decode()
    assert "A test from Sandpiper." in shown
    assert owner.get(f"/inbox/{kept.pk}/source").status_code == 404
    page = owner.post(f"{path}/test", {"to": "nobody"}, follow=True).content.decode()
    assert "phone number" in page
    owner.post(f"{path}/delete")
    assert Gateway.objects.count() == 0


SMS = {"channel": "Sms", "name": "Code", "sender": "SHOP", "text": "Hi, $!{firstName}"}


def test_an_sms_is_written_previewed_and_translated(owner, cast):
    assert "SMS" in owner.get("/messages/new?channel=Sms").content.decode()
    preview = owner.post("/messages/preview/short", SMS | {"reader": "kozak@example.com"})
    assert "Hi, Dina" in preview.content.decode()
    assert "8 signs, SMS parts: 1 (GSM-7, 160 signs in a part)" in preview.content.decode()
    cyrillic = owner.post("/messages/preview/short", SMS | {"text": "Привіт " * 11})
    assert "SMS parts: 2 (UCS-2, 67 signs in a part)" in cyrillic.content.decode()
    assert "Because of these signs" in cyrillic.content.decode()
    assert Message.objects.count() == 0
    unsaved = owner.post("/messages/new", SMS | {"preview": "1", "text": "Look"})
    assert re.search(r'telephone-text">Look<', unsaved.content.decode())
    assert Message.objects.count() == 0
    owner.post("/messages/new", SMS | {"trackUrls": "on", "tags": "a, b"})
    made = Message.objects.get()
    assert (made.channel, made.text, made.details) == ("Sms", SMS["text"], {"trackUrls": True})
    assert (made.sender_name, made.tags) == ("SHOP", ["a", "b"])
    owner.post(f"/messages/{made.pk}/languages", {"language": "uk"})
    path = f"/messages/{made.pk}/languages/uk"
    assert owner.get(path).status_code == 200
    owner.post(path, {"channel": "Sms", "text": "Привіт"})
    assert made.translations.get().text == "Привіт"
    listed = owner.get("/messages/?channel=Sms").content.decode()
    assert ">Code<" in listed
    assert ">Code<" not in owner.get("/messages/?channel=Email").content.decode()


def test_the_members_of_a_push_and_of_viber_are_written_in_the_form(owner):
    push = {
        "channel": "MobilePush", "name": "P", "title": "T", "text": "Hi", "link": "shop://a",
        "images": "https://i.example/1\nhttps://i.example/2", "badgeCount": "3",
        "buttons": "1 | Go | shop://b\n2 | Stay",
    }  # fmt: skip
    owner.post("/messages/new", push)
    made = Message.objects.get(channel="MobilePush")
    assert made.details == {
        "link": "shop://a", "badgeCount": 3,
        "images": ["https://i.example/1", "https://i.example/2"],
        "buttons": [
            {"actionId": "1", "label": "Go", "link": "shop://b"},
            {"actionId": "2", "label": "Stay"},
        ],
    }  # fmt: skip
    page = owner.get(f"/messages/{made.pk}").content.decode()
    assert "1 | Go | shop://b" in page
    viber = {"channel": "Viber", "name": "V", "sender": "SHOP", "text": "Hi", "caption": "Go"}
    refused = owner.post("/messages/new", viber).content.decode()
    assert "img, caption and action must be given together" in refused
    assert not Message.objects.filter(channel="Viber").exists()


def test_reports_tell_channels_apart(owner, cast):
    assert "By channel" not in owner.get("/reports/").content.decode()
    now = timezone.now()
    for media, statuses in (("Sms", ("SENT", "UNDELIVERED")), ("Email", ("SENT", "DELIVERED"))):
        for status in statuses:
            Activity.objects.create(
                organisation=cast.organisation, contact_id=cast.dina.pk, media_type=media,
                status=status, occurred_at=now,
            )  # fmt: skip
    page = owner.get("/reports/").content.decode()
    rows = re.findall(r"<tr><td>(\w+)</td>((?:<td class=\"numbers\">\d+</td>){5})</tr>", page)
    assert {name: re.findall(r"\d+", cells) for name, cells in rows} == {
        "Email": ["1", "1", "0", "0", "0"], "SMS": ["1", "0", "1", "0", "0"],
    }  # fmt: skip
