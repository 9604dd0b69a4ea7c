"""The reports, in the words and figures of people."""

import customer
import pytest

from sanderling.accounts import organising
from sanderling.broadcasts import drafting
from sanderling.broadcasts.models import Broadcast
from sanderling.broadcasts.starting import start, start_due
from sanderling.contacts import lists
from sanderling.messages.models import Message
from sanderling.segments import saving as segments
from sanderling.sending.dispatching import dispatch_once

ITEMS = """
DROP TABLE IF EXISTS items;
CREATE TABLE items (email text PRIMARY KEY, items text);
INSERT INTO items VALUES ('kozak@example.com', 'seven teapots');
"""


@pytest.fixture
def readers(cast):
    made = lists.create(cast.organisation.pk, "Readers", by=cast.owner)
    people = [cast.dina.pk, cast.ivan.pk, cast.ghost.pk]
    lists.add_members(cast.organisation.pk, made.pk, people, by=cast.owner)
    return made


def sent(cast, readers, html):
    message = Message.objects.create(
        organisation=cast.organisation, name="News", subject="Hi", html=html
    )
    here, groups = cast.organisation.pk, [readers.pk]
    campaign = drafting.create(
        here, message_id=message.pk, include=groups, exclude=[], name="", by=cast.sender
    )
    start(Broadcast.objects.get(pk=campaign.pk), by=cast.sender)
    while start_due() + dispatch_once():
        pass
    return campaign


def test_a_campaign_tells_who_did_not_get_it_and_why_in_words(cast, owner, readers):
    address = f"/reports/campaigns/{sent(cast, readers, '<p>Hi</p>').pk}"
    page = owner.get(address).content.decode()
    assert "Excluded" in page
    assert "The contact has no address in this channel." in page
    assert "NO_ADDRESS" not in page
    people = owner.get(f"{address}/people?status=EXCLUDED").content.decode()
    assert "The contact has no address in this channel." in people
    assert "NO_ADDRESS" not in people


def test_a_source_and_a_column_may_be_called_items(cast, owner, readers, shop):
    shop.run(ITEMS)
    customer.source(customer.connector(shop, cast.owner), cast.owner, table="items")
    html = "<p>$!data.get('items').get(0).get('items')</p>"
    campaign = sent(cast, readers, html)
    page = owner.get(f"/reports/campaigns/{campaign.pk}/people/{cast.dina.pk}")
    assert page.status_code == 200
    assert "<td>seven teapots</td>" in page.content.decode()
    form = {"name": "News", "html": html, "reader": "kozak@example.com"}
    seen = owner.post("/messages/preview", form)
    assert seen.status_code == 200
    assert "seven teapots" in seen.content.decode()


def test_who_belongs_to_two_organisations_sees_the_segments_of_a_contact(cast, owner):
    organising.add_user(cast.elsewhere, email=cast.owner_user.email, role="OWNER")
    everybody = {"field": "email", "operator": "specified"}
    segments.save(cast.organisation.pk, name="Reachable", condition=everybody, by=cast.owner)
    owner.post(f"/organisations/{cast.organisation.pk}/choose")
    page = owner.get(f"/segments/contacts/{cast.dina.pk}")
    assert page.status_code == 200
    assert "Reachable: yes" in page.content.decode()
    assert "Switch to Plover" in page.content.decode()
