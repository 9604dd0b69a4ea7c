"""Connecting a database and choosing a table, as the product document walks through it."""

import re

import customer
import pytest
from axe_playwright_python.sync_playwright import Axe

from sanderling.connectors.models import Connector
from sanderling.sources.models import DataSource

pytestmark = pytest.mark.browser


def test_a_database_is_connected_and_a_table_chosen(open_page, people, live_server, shop):
    shop.run(customer.PROMO_CODES)
    page = open_page("/settings/connectors/new")
    assert page.get_by_label("Port").input_value() == "5432"
    for label, value in (
        ("Name", "Shop"),
        ("Host", shop.host),
        ("Port", str(shop.port)),
        ("Database", shop.database),
        ("Username", shop.username),
        ("Password", shop.password),
        ("Table column", "email"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("TLS").select_option("disable")
    page.get_by_role("button", name="Validate connection").click()
    page.locator("#notices").get_by_text("Connection is valid.").wait_for()
    page.get_by_text("Connection is not SSL-secured").wait_for()
    assert complaints(page) == []
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"{live_server}/settings/connectors")
    page.goto(f"{live_server}/data-sources/new")
    page.get_by_label("Table", exact=True).select_option("promo_codes")
    page.get_by_label("Source name").fill("promo_codes")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/data-sources/\d+$"))
    page.get_by_text("AAAA-BBBB-DDDD").wait_for()
    assert (Connector.objects.count(), DataSource.objects.get().table) == (1, "promo_codes")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert complaints(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.problems == []


def complaints(page):
    """Return what axe finds wrong with the page that is open."""
    return [
        (violation["id"], violation["nodes"][0]["html"])
        for violation in Axe().run(page).response["violations"]
    ]
