"""The pages of a sent campaign and of its captured mails, looked at by Chromium."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from sanderling.broadcasts import drafting
from sanderling.broadcasts.starting import start, start_due
from sanderling.contacts import lists
from sanderling.messages.models import Message
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Captured

pytestmark = pytest.mark.browser


@pytest.fixture
def addresses(people):
    here = people.organisation.pk
    readers = lists.create(here, "Readers", by=people.owner)
    everybody = [people.dina.pk, people.ivan.pk, people.ghost.pk]
    lists.add_members(here, readers.pk, everybody, by=people.owner)
    message = Message.objects.create(
        organisation=people.organisation, name="News", subject="News",
        sender_email="news@sandpiper.example", html="<p>Hello</p>",
    )  # fmt: skip
    sent = drafting.create(here, message_id=message.pk, include=[readers.pk], by=people.owner)
    start(sent, by=people.owner)
    while start_due() + dispatch_once():
        pass
    report = f"/reports/campaigns/{sent.pk}"
    return [
        "/reports/",
        report,
        f"{report}/people",
        f"{report}/people/{people.dina.pk}",
        f"{report}/people/{people.ghost.pk}",
        "/inbox/",
        f"/inbox/{Captured.objects.get(recipient='kozak@example.com').pk}",
    ]


def test_the_pages_of_a_sent_campaign_are_sound(open_page, live_server, addresses):
    page = open_page("/settings/")
    complaints = []
    for address in addresses:
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.problems.clear()
            answer = page.goto(f"{live_server}{address}")
            assert answer.status == 200, address
            found = [*page.problems, *(v["id"] for v in Axe().run(page).response["violations"])]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append("wider than the screen")
            complaints += [f"{address} at {width}: {text}" for text in found]
    assert not complaints, "\n".join(complaints)
