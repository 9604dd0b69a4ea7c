"""Workflows send by every channel that has a gateway, and say so when there is none."""

import json

import pytest
from workflow_world import chain, only_run, start_all, step_all, tell, trail, workflow

from sanderling.contacts import devices
from sanderling.messages.models import Message
from sanderling.sending import connecting
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Captured, Delivery
from sanderling.workflows.checking import problems_of

pytestmark = pytest.mark.django_db(transaction=True)
CHANNELS = {"sms": "Sms", "viber": "Viber", "mobile_push": "MobilePush"}


@pytest.fixture
def block(cast):
    def made(kind):
        stored = Message.objects.create(
            organisation=cast.organisation, channel=CHANNELS[kind], name=kind, subject="Title",
            sender_name="" if kind == "mobile_push" else "SHOP", text="Hi $!{firstName}",
        )  # fmt: skip
        devices.register(
            cast.organisation.pk, cast.dina.pk, devices.Registration(push_token="t-1"),
            by=cast.owner,
        )  # fmt: skip
        return {"kind": kind, "message": str(stored.pk)}

    return made


@pytest.mark.parametrize("kind", CHANNELS)
def test_a_block_sends_to_the_contacts_address_in_its_channel(cast, block, kind):
    connecting.save(cast.organisation.pk, channel=CHANNELS[kind], kind="CAPTURE", by=cast.owner)
    made = workflow(cast, chain(block(kind)))
    assert problems_of(made) == {}
    tell(cast, cast.dina)
    start_all()
    step_all()
    run = only_run()
    assert (trail(run), run.status) == (["start", "b1", "end"], "FINISHED")
    delivery = Delivery.objects.get()
    address = "t-1" if kind == "mobile_push" else cast.dina.phone
    assert (delivery.media_type, delivery.address) == (CHANNELS[kind], address)
    while dispatch_once():
        pass
    kept = Captured.objects.get()
    assert kept.media_type == CHANNELS[kind]
    assert json.loads(bytes(kept.raw))["text"] == "Hi Dina"


@pytest.mark.parametrize("kind", CHANNELS)
def test_without_a_gateway_the_author_is_told_and_a_run_fails_in_words(cast, block, kind):
    connecting.save(cast.organisation.pk, channel=CHANNELS[kind], kind="CAPTURE", by=cast.owner)
    made = workflow(cast, chain(block(kind)))
    [gateway] = cast.organisation.gateway_set.exclude(channel="Email")
    connecting.delete(cast.organisation.pk, gateway.pk, by=cast.owner)
    [said] = problems_of(made)["b1.message"]
    assert said.startswith("No gateway for ")
    tell(cast, cast.dina)
    start_all()
    step_all()
    run = only_run()
    assert run.status == "FAILED"
    assert run.error.startswith("No gateway for ")
    assert Delivery.objects.count() == 0
