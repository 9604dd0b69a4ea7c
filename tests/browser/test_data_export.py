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
from sanderling.reports.models import Alert, Check

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
    comparing.compare(export, run)
    comparing.compare(export, running.run(export))
    return export


def test_the_pages_of_an_export_are_sound_wide_and_narrow(export, open_page, live_server):
    here = f"/data-export/{export.pk}"
    page = open_page(here)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        pages = (here, f"{here}/edit", f"{here}/analysis", "/data-export/", "/data-export/datasets")
        for address in pages:
            page.goto(f"{live_server}{address}")
            assert page.problems == []
            assert Axe().run(page).response["violations"] == []
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
            if address == here:
                assert page.locator(".plot svg").count() == 2
            keep(page, f"{address.strip('/').replace('/', '-')}-{width}.png")


@pytest.fixture
def alert(people):
    alert = Alert.objects.create(
        organisation=people.organisation, name="Mail arrives", figure="DELIVERY_RATE",
        condition="BELOW", limit=90, is_firing=True, readers=[people.owner_user.pk],
    )  # fmt: skip
    for hours in range(48, -1, -1):
        value = 97 - hours % 5 - (12 if hours < 3 else 0)
        moment = timezone.now() - dt.timedelta(hours=hours)
        Check.objects.create(
            alert=alert, checked_at=moment, value=value, before=96, volume=400 + hours,
            is_firing=value < 90,
        )  # fmt: skip
    return alert


def test_the_pages_of_an_alert_are_sound_wide_and_narrow(alert, open_page, live_server):
    here = f"/reports/alerts/{alert.pk}"
    page = open_page(here)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for address in (here, f"{here}/edit", "/reports/alerts/"):
            page.goto(f"{live_server}{address}")
            assert page.problems == []
            assert Axe().run(page).response["violations"] == []
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
            keep(page, f"{address.strip('/').replace('/', '-')}-{width}.png")


def keep(page, name):
    """Keep a picture for a person to look at, when asked to."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / name, full_page=True)
