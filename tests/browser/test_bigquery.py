"""Connecting BigQuery with a key file, and exporting into it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from sanderling.connectors.models import Connector
from sanderling.exports import running
from sanderling.exports.models import Export

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("bigquery")]


def test_a_key_file_is_uploaded_and_an_export_made(open_page, people, live_server, warehouse):
    page = open_page("/settings/connectors/new-bigquery")
    page.get_by_label("Name", exact=True).fill("Warehouse")
    file = {"name": "key.json", "mimeType": "application/json"}
    page.get_by_label("Key file").set_input_files({**file, "buffer": warehouse.key_file().encode()})
    page.get_by_label("Dataset").fill("shop")
    page.get_by_role("button", name="Validate connection").click()
    page.locator("#notices").get_by_text("Connection is valid.").wait_for()
    page.get_by_text("the first data export makes it in EU").wait_for()
    fits(page)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"{live_server}/settings/connectors")
    page.get_by_text("sandpiper-shop · shop").wait_for()
    fits(page)
    page.goto(f"{live_server}/settings/connectors/{Connector.objects.get().pk}")
    page.get_by_text(warehouse.accounts.email).wait_for()
    fits(page)
    page.goto(f"{live_server}/data-export/new")
    assert page.get_by_label("Schema or dataset").input_value() == "shop"
    fits(page)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/data-export/\d+$"))
    running.run(Export.objects.get())
    page.reload()
    page.get_by_text(re.compile(r"\d+ requests")).first.wait_for()
    fits(page)
    assert page.problems == []


def fits(page):
    """Hold the page against axe and the width of a telephone."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert complaints(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def complaints(page):
    """Return what axe finds wrong with the page that is open."""
    found = Axe().run(page).response["violations"]
    return [(violation["id"], violation["nodes"][0]["html"]) for violation in found]
