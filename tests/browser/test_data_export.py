"""An export's page with everything on it: plot, comparison, history, errors."""

import datetime as dt
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from customer import connector
from django.utils import timezone

from sanderling.exports import comparing, running
from sanderling.exports.models import Export, Run

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("SANDERLING_PICTURES")


@pytest.fixture
def export(people, shop):
    shop.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    export = Export.objects.create(
        organisation=people.organisation,
        connector=connector(shop, people.owner, name="The shop's warehouse"),
        datasets=["contacts", "orders", "revenue"],
        interval="1h",
        next_run_at=timezone.now(),
    )
    for hours in range(9, 0, -1):
        run = running.run(export, "SCHEDULE")
        then = timezone.now() - dt.timedelta(hours=hours)
        Run.objects.filter(pk=run.pk).update(
            started_at=then, finished_at=then + dt.timedelta(seconds=40)
        )
    shop.run("DROP TABLE revenue; CREATE VIEW revenue AS SELECT 1 AS x")
    shop.run("UPDATE contacts SET email = 'wrong'")
    running.run(export)
    comparing.compare(export)
    return export


def test_the_pages_of_an_export_are_sound_wide_and_narrow(export, open_page, live_server):
    here = f"/data-export/{export.pk}"
    page = open_page(here)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for address in (here, f"{here}/edit", "/data-export/", "/data-export/datasets"):
            page.goto(f"{live_server}{address}")
            assert page.problems == []
            assert Axe().run(page).response["violations"] == []
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
            if address == here:
                assert page.locator(".plot svg").count() == 1
            keep(page, f"{address.strip('/').replace('/', '-')}-{width}.png")


def keep(page, name):
    """Keep a picture for a person to look at, when asked to."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / name, full_page=True)
