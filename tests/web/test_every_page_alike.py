"""What all pages have in common: how numbers and times are written, and on whose clock."""

import datetime as dt
import re

import pytest
from django.template import Context, Template
from django.utils import translation

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
