"""What a call or a page asks of the database does not grow with the rows that it is about."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sanderling.accounts.models import ApiKey
from sanderling.activities.models import Activity
from sanderling.broadcasts.models import Broadcast
from sanderling.contacts.models import Contact, ContactKey, ContactList
from sanderling.events.models import EventType
from sanderling.messages.models import Message
from sanderling.segments.models import Segment
from sanderling.workflows.models import Workflow

WHEN = dt.datetime(2025, 3, 1, 8, 16, 20, tzinfo=dt.UTC)
FEW, MANY = 2, 12


@pytest.fixture
def world(cast, api):
    """Return how to have more of everything, and the message that is there from the start."""
    message = Message.objects.create(
        organisation=cast.organisation, name="Hello", subject="Hi", html="<p>Hi</p>",
        sender_email="news@shop.example",
    )  # fmt: skip
    return World(cast, api, message)


class World:
    def __init__(self, cast, api, message):
        self.cast, self.api, self.message, self.people = cast, api, message, 0

    def grow(self, number):
        """Have so many people more, and something of every kind about each."""
        ours = self.cast.organisation
        for n in range(self.people, self.people + number):
            email = f"person{n}@example.com"
            one = Contact.objects.create(
                organisation=ours, email=email, external_id=f"P-{n}", email_status="CONFIRMED"
            )
            for kind, value in (("EMAIL", email), ("EXTERNAL_ID", f"P-{n}")):
                ContactKey.objects.create(
                    organisation=ours, kind=kind, value=value, contact_id=one.pk
                )
            Activity.objects.create(
                organisation=ours, contact_id=one.pk, delivery_id=n + 1, status="CLICKED",
                message_id=self.message.pk, message_name="Sale", occurred_at=WHEN,
            )  # fmt: skip
            segment = Segment.objects.create(organisation=ours, name=f"Segment {n}")
            made = ContactList.objects.create(organisation=ours, name=f"List {n}")
            Broadcast.objects.create(
                organisation=ours, name=f"Sale {n}", message=self.message,
                include=[made.pk, segment.pk], created_by=self.cast.owner_user,
            )  # fmt: skip
            Workflow.objects.create(organisation=ours, name=f"Greeting {n}", event_type=f"type{n}")
            ApiKey.objects.create(
                organisation=ours,
                digest=f"{n:064}",
                start="abcdef",
                created_by=self.cast.owner_user,
            )
            EventType.objects.create(organisation=ours, key=f"type{n}")
            letter = Message.objects.create(
                organisation=ours, name=f"Letter {n}", subject="Hi", html="<p>Hi</p>",
                sender_email="news@shop.example",
            )  # fmt: skip
            letter.translations.create(organisation=ours, language="uk", html="<p>Ой</p>")
        self.people += number

    def recipients(self, number):
        return [{"locator": f"person{n}@example.com"} for n in range(number)]


def asked(call):
    """Return the statements of a call that is answered well."""
    with CaptureQueriesContext(connection) as caught:
        answer = call()
    assert answer.status_code == 200, answer.content[:300]
    return [one["sql"][:150] for one in caught]


# The most statements that each may cost: who calls is one of them.
READS = {
    "/v1/contacts": 4,
    "/v1/contacts/email?ids=1": 2,
    "/v2/contacts/activity?dateFrom=2025-03-01&dateTo=2025-03-01": 4,
    "/v1/messages/email": 5,
    "/v1/groups": 3,
    "/v1/broadcasts": 2,
    "/v1/workflows": 2,
}


@pytest.mark.parametrize("path", READS)
def test_more_rows_cost_no_more_statements(world, path):
    world.grow(FEW)
    world.api.get(path)  # the first use of a key is written down
    few = asked(lambda: world.api.get(path))
    world.grow(MANY)
    many = asked(lambda: world.api.get(path))
    assert len(many) == len(few) <= READS[path], many


WRITES = {
    "smartsend": lambda world, n: world.api.post(
        f"/v1/message/{world.message.pk}/smartsend", {"recipients": world.recipients(n)}
    ),
    "past events": lambda world, n: world.api.post("/v3/past_events", {"events": [
        {"eventTypeKey": "type0", "occurred": "2025-03-01T10:00:00",
         "params": {"email": f"person{at}@example.com"}} for at in range(n)]}),
    "orders": lambda world, n: world.api.post("/v1/orders", {"orders": [
        {"externalOrderId": f"{n}-{at}", "externalCustomerId": f"P-{at}", "totalCost": 10,
         "status": "INITIALIZED", "date": "2025-03-01T10:00:00", "currency": "UAH",
         "items": [{"externalItemId": "1", "name": "Boot", "quantity": 1, "cost": 10}]}
        for at in range(n)]}),
    "unsubscribed": lambda world, n: world.api.post(
        "/v1/emails/unsubscribed/add", {"emails": [f"person{at}@example.com" for at in range(n)]}
    ),
}  # fmt: skip


MOST = {"smartsend": 20, "past events": 8, "orders": 19, "unsubscribed": 8}


@pytest.mark.parametrize("name", WRITES)
def test_a_call_about_many_costs_no_more_statements(world, name):
    world.grow(MANY)
    call = WRITES[name]
    call(world, FEW + 1)
    few = asked(lambda: call(world, FEW))
    many = asked(lambda: call(world, MANY))
    assert len(many) == len(few) <= MOST[name], many


def test_the_status_of_many_messages_costs_no_more_statements(world):
    world.grow(MANY)
    sent = WRITES["smartsend"](world, MANY).json()["results"]
    ids = [row["requestId"] for row in sent]
    path = "/v1/message/status?ids="
    few = asked(lambda: world.api.get(path + ",".join(ids[:FEW])))
    many = asked(lambda: world.api.get(path + ",".join(ids)))
    assert len(many) == len(few) <= 3, many


PAGES = {
    "/": 12, "/contacts/": 6, "/segments/": 5, "/campaigns/": 4, "/messages/": 4, "/workflows/": 5,
    "/reports/": 6, "/settings/keys": 4, "/settings/members": 4, "/contacts/lists/": 4,
    "/settings/audit": 4,
}  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_more_rows_cost_a_page_no_more_statements(world, owner, path):
    world.grow(FEW)
    owner.get(path)
    few = asked(lambda: owner.get(path))
    world.grow(MANY)
    many = asked(lambda: owner.get(path))
    assert len(many) == len(few) <= PAGES[path], many
