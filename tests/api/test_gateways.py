"""Gateways by /api/v3, and what the compatible API shows of them."""

import pytest
from provider import Provider

from sanderling.accounts.models import AuditEntry
from sanderling.broadcasts import drafting, starting
from sanderling.channels.sms import PRESETS
from sanderling.contacts import lists
from sanderling.messages.models import Message
from sanderling.sending.carriers.over_http import close_pools
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Captured, Gateway

TWILIO = {
    "channel": "Sms", "kind": "TWILIO", "name": "Ours", "senders": ["SHOP"],
    "settings": {"account": "AC1"}, "secret": {"token": "s3cret"},
}  # fmt: skip


def test_a_gateway_is_added_changed_paused_and_deleted(api, strange_api):
    made = api.post("/v3/gateways", TWILIO).json()
    assert made["secrets"] == ["token"]
    assert "s3cret" not in str(made)
    path = f"/v3/gateways/{made['id']}"
    assert api.get("/v3/gateways").json() == [made]
    changed = api.put(path, {"name": "Renamed", "perMinute": 60}).json()
    assert (changed["name"], changed["perMinute"], changed["kind"]) == ("Renamed", 60, "TWILIO")
    assert api.post(f"{path}/pause", {}).json()["isPaused"] is True
    assert api.post(f"{path}/resume", {}).json()["isPaused"] is False
    for method, to in (("GET", path), ("PUT", path), ("DELETE", path), ("POST", f"{path}/pause")):
        assert strange_api.call(method, to, {}).status_code == 404
    assert strange_api.get("/v3/gateways").json() == []
    assert api.delete(path).status_code == 200
    assert Gateway.objects.count() == 0
    actions = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"channel.save", "channel.pause", "channel.resume", "channel.delete"} <= actions


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"kind": "PIGEON"}, "no such kind"),
        ({"channel": "Email", "kind": "SMTP"}, "no such kind"),
        ({"senders": []}, "at least one sender"),
        ({"secret": {}}, "This is needed"),
    ],
)
def test_a_gateway_that_lacks_something_is_refused(api, more, said):
    answer = api.post("/v3/gateways", TWILIO | more)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert Gateway.objects.count() == 0


def test_the_kinds_say_what_they_ask_for(api):
    kinds = {(one["channel"], one["kind"]): one for one in api.get("/v3/gateways/kinds").json()}
    assert kinds["Sms", "TWILIO"]["settings"] == ["account"]
    assert kinds["Sms", "TWILIO"]["secrets"] == ["token"]
    assert ("Viber", "HTTP") in kinds


def test_a_trial_goes_by_the_gateway_and_says_what_became_of_it(api):
    captured = api.post("/v3/gateways", {"channel": "Sms", "kind": "CAPTURE"}).json()
    path = f"/v3/gateways/{captured['id']}/test"
    assert "captured" in api.post(path, {"to": "+380 67 000 00 01"}).json()["message"]
    assert Captured.objects.get().recipient == "380670000001"
    assert api.post(path, {"to": "nobody"}).status_code == 400
    with Provider(lambda *_: (400, {"error": "invalid_number"})) as provider:
        description = {**PRESETS["HTTP"], "url": provider.url}
        ours = api.post("/v3/gateways", TWILIO | {
            "kind": "HTTP", "settings": {"description": description},
        }).json()  # fmt: skip
        refused = api.post(f"/v3/gateways/{ours['id']}/test", {"to": "380670000001"})
        assert "invalid_number" in refused.content.decode()
        provider.answer = None
        taken = api.post(f"/v3/gateways/{ours['id']}/test", {"to": "380670000001"})
        assert "took the message" in taken.json()["message"]
    close_pools()
    assert provider.asked[-1].json["text"] == "A test from Sandpiper."


def test_senders_and_campaigns_of_sms_are_shown_as_the_contract_says(api, cast):
    assert api.get("/v1/interfaces/sms").json() == []
    assert api.get("/v1/callouts/sms").json() == []
    api.post("/v3/gateways", {"channel": "Sms", "kind": "CAPTURE", "senders": ["SHOP", "NEWS"]})
    assert api.get("/v1/interfaces/sms").json() == [
        {"type": "sms", "value": "SHOP"}, {"type": "sms", "value": "NEWS"},
    ]  # fmt: skip
    group = lists.create(cast.organisation.pk, "Everybody", by=cast.owner)
    people = [cast.dina.pk, cast.ghost.pk]
    lists.add_members(cast.organisation.pk, group.pk, people, by=cast.owner)
    message = Message.objects.create(
        organisation=cast.organisation, channel="Sms", name="Sale", sender_name="SHOP", text="Hi"
    )
    broadcast = drafting.create(
        cast.organisation.pk, message_id=message.pk, include=[group.pk], name="May", by=cast.owner
    )
    starting.start(broadcast, by=cast.owner)
    while starting.start_due() + dispatch_once():
        pass
    [row] = api.get("/v1/callouts/sms").json()
    broadcast.refresh_from_db()
    assert row.pop("date").startswith(f"{broadcast.started_at.year}-")
    assert row == {
        "calloutName": "May", "groupId": group.pk, "groupName": "Everybody", "sent": 1,
        "delivered": 1, "errors": 0,
    }  # fmt: skip
    assert Captured.objects.get().media_type == "Sms"


def test_a_campaign_of_a_channel_without_a_gateway_does_not_start(cast):
    group = lists.create(cast.organisation.pk, "Everybody", by=cast.owner)
    message = Message.objects.create(
        organisation=cast.organisation, channel="Sms", name="Sale", sender_name="SHOP", text="Hi"
    )
    broadcast = drafting.create(
        cast.organisation.pk, message_id=message.pk, include=[group.pk], by=cast.owner
    )
    with pytest.raises(starting.NotReady, match="No gateway for SMS is connected"):
        starting.start(broadcast, by=cast.owner)
    broadcast.refresh_from_db()
    assert broadcast.status == "DRAFT"
