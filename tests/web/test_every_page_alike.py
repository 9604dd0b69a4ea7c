"""What all pages have in common: how numbers and times are written, and on whose clock."""

import datetime as dt
import re

import pytest
from django.template import Context, Template
from django.utils import translation

from sanderling.accounts import organising
from sanderling.broadcasts import drafting
from sanderling.broadcasts.models import Broadcast
from sanderling.messages.models import Message, Translation
from sanderling.segments import saving as segments
from sanderling.segments.models import Segment

MOMENT = dt.datetime(2026, 3, 2, 15, 4, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("language", "number", "money", "moment"),
    [
        ("en", "1,234,567", "1,234.50", "2 Mar 2026, 15:04"),
        ("uk", "1\xa0234\xa0567", "1\xa0234,50", "02.03.2026, 15:04"),
        ("ru", "1\xa0234\xa0567", "1\xa0234,50", "02.03.2026, 15:04"),
    ],
)
def test_numbers_and_times_are_written_as_the_reader_writes_them(language, number, money, moment):
    page = Template(
        '{{ n|grouped }}|{{ m|floatformat:"2g" }}|{{ at|date:"DATETIME_FORMAT" }}|{{ n }}|'
        "{{ words|grouped }}"
    )
    with translation.override(language):
        shown = page.render(Context({"n": 1234567, "m": 1234.5, "at": MOMENT, "words": "–"}))
    assert shown.split("|") == [number, money, moment, "1234567", "–"]


def test_every_page_names_the_clock_of_its_times(cast, owner, client):
    assert "Times are those of Europe/Kyiv" in owner.get("/campaigns/").content.decode()
    assert "Times are those of" not in client.get("/sign-in").content.decode()


def test_settings_show_only_doors_that_open(cast, owner, sender):
    seen = {}
    for name, person in (("owner", owner), ("marketer", sender)):
        page = person.get("/settings/").content.decode()
        seen[name] = re.findall(r'card-link h-100" href="([^"]+)"', page)
        assert {person.get(address).status_code for address in seen[name]} == {200}
    assert {"/settings/keys", "/settings/audit"} <= {*seen["owner"]} - {*seen["marketer"]}
    assert "/contacts/fields/" in seen["marketer"]


def test_what_was_deleted_is_taken_back_from_the_notice(cast, sender):
    here = cast.organisation
    message = Message.objects.create(organisation=here, name="News", subject="Hi", tags=["a"])
    Translation.objects.create(organisation=here, message=message, language="uk", subject="Привіт")
    everybody = {"field": "email", "operator": "specified"}
    segment = segments.save(here.pk, name="Reachable", condition=everybody, by=cast.sender)
    pace = {"batch_size": 5, "batch_unit": "HOUR"}
    draft = drafting.create(
        here.pk, message_id=message.pk, include=[segment.pk], **pace, by=cast.sender
    )
    for address in (f"campaigns/{draft.pk}", f"segments/{segment.pk}", f"messages/{message.pk}"):
        page = sender.post(f"/{address}/delete", follow=True).content.decode()
        assert 'action="/undo"' in page
        assert sender.get(f"/{address}").status_code == 404
        back = sender.post("/undo", follow=True)
        assert "It is there again." in back.content.decode()
        assert back.redirect_chain[0][0].startswith(f"/{address.partition('/')[0]}/")
        if address.startswith("campaigns"):
            again = Broadcast.objects.get()
            assert (again.include, again.batch_size, again.status) == ([segment.pk], 5, "DRAFT")
            again.delete()  # or it would hold on to the others
    assert Segment.objects.get().condition == everybody
    assert (Message.objects.get().tags, Translation.objects.get().subject) == (["a"], "Привіт")
    nothing = sender.post("/undo", follow=True)
    assert "nothing to take back" in nothing.content.decode()
    assert Message.objects.count() == 1


def test_a_deletion_is_taken_back_only_where_it_happened(cast, owner):
    message = Message.objects.create(organisation=cast.organisation, name="News")
    owner.post(f"/messages/{message.pk}/delete")
    organising.add_user(cast.elsewhere, email=cast.owner_user.email, role="OWNER")
    owner.post(f"/organisations/{cast.elsewhere.pk}/choose")
    assert "nothing to take back" in owner.post("/undo", follow=True).content.decode()
    assert Message.objects.count() == 0
