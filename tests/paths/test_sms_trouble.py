"""A campaign of SMS whose worker is killed: nobody gets two, and reports settle the doubt."""

import json
from collections import Counter

import pytest
from django.test import Client
from paths.test_campaign_trouble import kill_a_worker_that_waits_for, run_workers
from provider import Provider

from sanderling.broadcasts import drafting, starting
from sanderling.broadcasts.starting import start_due
from sanderling.channels.sms import PRESETS
from sanderling.contacts import lists
from sanderling.contacts.models import Contact
from sanderling.messages.models import Message
from sanderling.sending import connecting
from sanderling.sending.models import Delivery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SIZE = 700


def test_a_killed_worker_doubles_nothing_and_reports_settle_what_it_left(cast):
    people = Contact.objects.bulk_create(
        Contact(organisation=cast.organisation, phone=f"38067{n:07}") for n in range(SIZE)
    )
    crowd = lists.create(cast.organisation.pk, "Crowd", by=cast.owner)
    ids = [person.pk for person in people]
    lists.add_members(cast.organisation.pk, crowd.pk, ids, by=cast.owner)
    message = Message.objects.create(
        organisation=cast.organisation, channel="Sms", name="S", sender_name="SHOP", text="Hi"
    )
    with Provider() as provider:
        description = {**PRESETS["HTTP"], "url": f"{provider.url}/v1"}
        connecting.save(
            cast.organisation.pk, channel="Sms", kind="HTTP", senders=["SHOP"],
            settings={"description": description}, secret={"token": "t"}, by=cast.owner,
        )  # fmt: skip
        broadcast = drafting.create(
            cast.organisation.pk, message_id=message.pk, include=[crowd.pk], by=cast.sender
        )
        starting.start(broadcast, by=cast.sender)
        start_due()
        kill_a_worker_that_waits_for("activities_activity")
        assert len(provider.asked) == 300
        run_workers(2)
    assert Counter(Delivery.objects.values_list("status", flat=True)) == {
        "SENT": 400, "UNSURE": 300,
    }  # fmt: skip
    keys = Counter(one.json["reference"] for one in provider.asked)
    assert (len(keys), max(keys.values())) == (SIZE, 1)
    path = "/r/" + provider.asked[0].json["callback"].partition("/r/")[2]
    reports = [{"reference": key, "status": "delivered"} for key in keys]
    answer = Client().post(path, json.dumps(reports), content_type="application/json")
    assert answer.content == str(SIZE).encode()
    assert Counter(Delivery.objects.values_list("status", flat=True)) == {"SENT": SIZE}
    assert Delivery.objects.filter(reported="DELIVERED").count() == SIZE
