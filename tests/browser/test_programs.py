"""The pages about programs: a key with its calls, the API's own page, the partner's app."""

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from sanderling.accounts import calls, keys
from sanderling.oauth import registering

pytestmark = pytest.mark.browser


@pytest.fixture
def key(people):
    made, _ = keys.create(people.organisation.pk, rights="full", description="CRM", by=people.owner)
    now = timezone.now()
    for hours in range(40):
        at, caller = now - dt.timedelta(hours=hours), f"key {made.pk}"
        answers = [200] * (hours % 7 + 1) + [404] * (hours % 3)
        known = (made.organisation_id, caller, "GET", "/v1/contact/{contact_id}")
        calls.write([(*known, status, 9, at) for status in answers])
    return made


def look_at(page):
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.problems == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_key_with_its_calls(open_page, key, width):
    page = open_page(f"/settings/keys/{key.pk}", width=width)
    assert page.locator("svg.calls-plot rect.plot-errors").count() == 26
    look_at(page)
    page.get_by_label("Answer").select_option("4xx")
    page.get_by_role("button", name="Filter").click()
    assert page.locator("tbody tr").count() == 39
    assert page.get_by_text("refused").count() > 30


@pytest.mark.parametrize("width", [1280, 390])
def test_the_apis_own_page(open_page, people, width):
    page = open_page("/api/docs", width=width)
    page.locator("summary", has_text="/api/v1/contacts ").first.click()
    look_at(page)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_partners_app(open_page, people, width):
    app, _ = registering.register(
        people.organisation.pk, name="CRM", callback="https://crm.example/back",
        rights=["events-contacts"], by=people.owner,
    )  # fmt: skip
    for place in ("", f"{app.pk}", f"{app.pk}/form", f"{app.pk}/preview", "register"):
        look_at(open_page(f"/partners/{place}", width=width))
    look_at(open_page("/connected-apps/", width=width))
