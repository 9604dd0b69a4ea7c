"""Writing a message and sending it, as a person does it in Chromium."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from sanderling.broadcasts.models import Broadcast
from sanderling.broadcasts.starting import start_due
from sanderling.contacts import lists
from sanderling.messages.models import Message
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Captured, Delivery

pytestmark = pytest.mark.browser
WIDTHS = (1280, 390)


@pytest.fixture
def message(people):
    return Message.objects.create(
        organisation=people.organisation,
        name="News",
        subject="For $firstName",
        html="<h1>Hello, $!{firstName}</h1>\n<p>$!firstName.substring(9)</p>",
    )


def test_the_preview_follows_the_typing_and_a_problem_leads_to_its_line(open_page, people, message):
    page = open_page(f"/messages/{message.pk}")
    page.get_by_label("As this contact gets it").fill("kozak@example.com")
    frame = page.frame_locator("iframe[name=message-preview]")
    frame.get_by_role("heading", name="Hello, Dina").wait_for()
    page.locator("#preview-words").get_by_text("For Dina").wait_for()
    page.locator("#preview-words").get_by_role("button", name="line 2").first.click()
    assert page.locator(".CodeMirror-focused .problem-line").count() == 1
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("<h2>Changed for $!firstName</h2>")
    frame.get_by_role("heading", name="Changed for Dina").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    message.refresh_from_db()
    assert message.html == "<h2>Changed for $!firstName</h2>"
    assert page.problems == []


def test_a_name_is_put_in_by_a_press_and_a_test_leaves(open_page, people, message):
    page = open_page(f"/messages/{message.pk}")
    page.get_by_text("Put in a name, a field or a row of your database").click()
    page.get_by_label("Preheader").click()
    page.get_by_role("button", name="Last name").click()
    assert page.get_by_label("Preheader").input_value() == "$!{lastName}"
    page.get_by_label("As this contact gets it").fill("kozak@example.com")
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("Dear ")
    page.get_by_role("button", name="First name").click()
    page.get_by_role("button", name="Send a test").click()
    page.get_by_text("lies in the inbox").wait_for()
    [mail] = Captured.objects.all()
    assert (mail.recipient, mail.subject) == ("owner@sandpiper.example", "For Dina")
    assert b"Dear Dina" in bytes(mail.raw)
    message.refresh_from_db()
    assert message.html.startswith("<h1>")  # what is being written is not saved by it
    assert page.problems == []


def test_a_campaign_is_made_started_and_watched_to_its_end(open_page, people, message):
    readers = lists.create(people.organisation.pk, "Readers", by=people.owner)
    ids = [people.dina.pk, people.ivan.pk]
    lists.add_members(people.organisation.pk, readers.pk, ids, by=people.owner)
    page = open_page(f"/campaigns/new?message={message.pk}")
    page.get_by_role("group", name="Send to").get_by_label("Readers").check()
    page.get_by_text("2 contacts now").wait_for()  # unasked
    page.get_by_role("button", name="Create the draft").click()
    page.locator("dl").get_by_text("2 contacts now").wait_for()
    page.get_by_text("There is no link to unsubscribe").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Start now").click()
    page.get_by_text("The campaign has begun.").wait_for()
    while start_due() + dispatch_once():
        pass
    page.locator("#progress").get_by_text("Done", exact=True).wait_for()
    assert Delivery.objects.filter(status="SENT").count() == 2
    assert page.problems == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_of_messages_and_campaigns_are_sound(
    open_page, live_server, people, message, width
):
    campaign = Broadcast.objects.create(
        organisation=people.organisation, name="Campaign", message=message, include=[]
    )
    page = open_page("/settings/", width=width)
    complaints = []
    for status in ("DRAFT", "UNCONFIRMED", "RUNNING", "PAUSED", "IDLE"):
        Broadcast.objects.update(status=status, started_at="2026-01-01T00:00Z")
        page.problems.clear()
        answer = page.goto(f"{live_server}/campaigns/{campaign.pk}")
        complaints += [f"{status}: {text}" for text in faults(page, answer)]
    for address in (f"/messages/{message.pk}", "/campaigns/", "/settings/sending"):
        page.problems.clear()
        answer = page.goto(f"{live_server}{address}")
        complaints += [f"{address}: {text}" for text in faults(page, answer)]
    assert complaints == []


def faults(page, answer):
    """Return what is wrong with the page that is open."""
    found = [] if answer.status < 400 else [f"status {answer.status}"]
    found += [f"script: {problem}" for problem in page.problems]
    for violation in Axe().run(page).response["violations"]:
        nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:2])
        found.append(f"axe {violation['id']}: {nodes}")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the screen")
    return found
