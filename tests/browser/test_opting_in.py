"""The double opt-in as its people see it: the settings, the letter, the button, the card."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe

from sanderling.contacts import consent, devices
from sanderling.contacts.models import Contact
from sanderling.optin import asking
from sanderling.optin.asking import Form
from sanderling.optin.models import Confirmation
from sanderling.sending import tokens
from sanderling.sending.tokens import Purpose, Token

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("SANDERLING_SHOTS", "")  # a directory to keep pictures in


def look(page, name):
    """Look at the page at both widths, and keep a picture where one is wanted."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        violations = [one["id"] for one in Axe().run(page).response["violations"]]
        assert (page.problems, violations) == ([], []), f"{name} at {width}"
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), name
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)


@pytest.fixture
def nia(people):
    return Contact.objects.create(
        organisation=people.organisation, email="nia@example.com", email_status="UNCONFIRMED"
    )


def test_from_the_form_to_the_button(open_page, people, nia, live_server):
    consent.create_category(people.organisation.pk, key="news", name="News", by=people.owner)
    asking.receive(nia, Form(form_type="footer", categories=["news"]), by=people.owner)
    question = Confirmation.objects.get()
    token = Token(people.organisation.pk, nia.pk, question.id)
    reader = open_page(f"/s/{tokens.sign(token, Purpose.CONFIRM)}", signed_in=False)
    look(reader, "confirm")
    reader.get_by_role("button", name="Confirm").click()
    reader.wait_for_selector("text=is confirmed")
    look(reader, "thanks")
    nia.refresh_from_db()
    assert nia.email_status == "CONFIRMED"


def test_the_settings_and_a_letter_in_another_language(open_page, people):
    page = open_page("/settings/subscriptions")
    look(page, "subscriptions")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_placeholder("Another language, such as pl").fill("pl")
    page.get_by_role("button", name="Write it").click()
    page.get_by_label("Subject").fill("Tak?")
    page.get_by_role("button", name="Preview").click()
    frame = page.frame(name="letter-preview")
    frame.wait_for_selector("text=Confirm")
    look(page, "letter")
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector("text=Saved.")
    assert page.get_by_label("Subject").input_value() == "Tak?"


def test_the_card_of_somebody_who_was_asked_and_of_somebody_who_was_joined(
    open_page, people, nia, live_server
):
    asking.receive(nia, Form(form_type="footer"), by=people.owner)
    page = open_page(f"/contacts/{nia.pk}")
    look(page, "card-asked")
    phone = Contact.objects.create(organisation=people.organisation)
    token = devices.Registration(push_token="tok", device_model="Pixel", os_type="ANDROID")
    for contact in (phone, people.dina):
        devices.register(people.organisation.pk, contact.pk, token, by=people.owner)
    page.goto(f"{live_server}/contacts/{people.dina.pk}")
    look(page, "card-joined")
    page.goto(f"{live_server}/contacts/{phone.pk}")
    look(page, "card-former")


def test_a_reader_sees_the_preferences(open_page, people, live_server):
    for key in ("news", "sales"):
        consent.create_category(people.organisation.pk, key=key, name=key.title(), by=people.owner)
    token = Token(people.organisation.pk, people.dina.pk, 1)
    path = f"/u/{tokens.sign(token, Purpose.UNSUBSCRIBE)}"
    reader = open_page(path, signed_in=False)
    look(reader, "unsubscribe")
    reader.get_by_role("link", name="Choose what you hear about instead").click()
    reader.wait_for_selector("text=Sales")
    look(reader, "preferences")
