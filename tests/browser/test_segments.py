"""The builder of segments in a real browser: choices redraw it, people are counted meanwhile."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from sanderling.contacts import fields
from sanderling.segments import saving
from sanderling.segments.models import Segment

pytestmark = pytest.mark.browser


def test_a_segment_is_built_by_hand_and_counted_meanwhile(open_page, people, live_server):
    fields.create_defaults(people.organisation.pk)
    page = open_page("/segments/new")
    page.locator("[data-total='3']").wait_for()
    page.get_by_label("Name").fill("Others")
    page.get_by_label("What the condition is about").select_option("field:language")
    with page.expect_response("**/segments/builder"):
        page.get_by_label("Operator").select_option("is_not")
    page.locator("#c-0-operator option[value=is_not][selected]").wait_for(state="attached")
    page.get_by_label("Value").fill("UK")
    page.get_by_label("Value").blur()
    page.locator("[data-total='2']").wait_for()
    page.get_by_role("button", name="External ID: not specified").click()
    chosen = "#c-1-about option[value='field:external_id'][selected]"
    page.locator(chosen).wait_for(state="attached")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/segments/\d+$"), timeout=5000)
    page.locator("[data-total='0']").wait_for()
    assert page.problems == []
    assert Segment.objects.get().condition == {
        "all": [
            {"field": "language", "operator": "is_not", "value": "UK"},
            {"field": "external_id", "operator": "not_specified"},
        ]
    }


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_a_segment_are_sound(open_page, people, live_server, width):
    condition = {
        "all": [
            {"field": "town", "operator": "in", "value": ["Kyiv", "Lviv"]},
            {"any": [{"field": "created_at", "operator": "during", "value": "last_30_days"}]},
            {"orders": "total", "operator": "between", "value": [1, 2]},
        ]
    }
    segment = saving.save(people.organisation.pk, name="S", condition=condition, by=people.owner)
    page = open_page("/segments/", width=width)
    for address in ("", "/edit", "/people", "/plan"):
        answer = page.goto(f"{live_server}/segments/{segment.pk}{address}")
        page.wait_for_load_state("networkidle")
        assert answer.status == 200
        violations = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == [], address
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{address} is {wide} wide at {width}"
    assert page.problems == []
