"""People in a real browser: found while typing, imported while watching."""

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from sanderling.contacts import consent, devices, fields, importing, lists, suppressing
from sanderling.contacts.models import Contact, Field, Import

pytestmark = pytest.mark.browser


def test_a_person_is_found_while_typing(open_page, people):
    page = open_page("/contacts/")
    page.get_by_text("Іван Франко").wait_for()
    page.get_by_label("Search").press_sequentially("koz")
    page.get_by_text("Іван Франко").wait_for(state="detached")
    page.get_by_role("link", name="Dina Kozak").click()
    page.get_by_role("heading", name="Dina Kozak").wait_for()
    assert page.problems == []


def test_a_file_is_imported_while_one_watches(open_page, people):
    page = open_page("/contacts/imports/")
    content = "email;Имя\nkozak@example.com;Диана\nnobody;Пётр\n".encode()
    page.get_by_label("CSV or text file").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Upload").click()
    page.get_by_text("1 of them would be rejected.").wait_for()
    page.get_by_label("Put everybody into a new list").fill("From the fair")
    page.get_by_role("button", name="Start the import").click()
    page.get_by_text("Waiting for a worker.").wait_for()
    assert importing.run_due() == 1
    page.get_by_text("Finished.").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all as CSV").click()
    assert "nobody" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert Contact.objects.get(pk=people.dina.pk).first_name == "Диана"
    assert page.problems == []


def test_deleting_asks_first(open_page, people):
    page = open_page(f"/contacts/{people.dina.pk}")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Delete").click()
    assert Contact.objects.get(pk=people.dina.pk).deleted_at is None
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Restore").wait_for()
    assert Contact.objects.get(pk=people.dina.pk).deleted_at is not None


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_contacts_are_sound(open_page, people, live_server, width):
    furnish(people)
    mapping, finished = Import.objects.order_by("-pk").values_list("pk", flat=True)
    birthday = Field.objects.get(key="BIRTHDAY").pk
    page = open_page("/contacts/", width=width)
    complaints = []
    for address in (
        "",
        "?q=nobody",
        f"{people.dina.pk}",
        f"{people.dina.pk}/edit",
        f"{people.dina.pk}/erase",
        "lists/",
        "categories/",
        "fields/",
        f"fields/{birthday}",
        "suppressions/",
        "imports/",
        f"imports/{mapping}",
        f"imports/{finished}",
    ):
        answer = page.goto(f"{live_server}/contacts/{address}")
        photograph(page, f"{width}-{address}")
        if answer.status != 200:
            complaints.append((address, answer.status))
        violations = Axe().run(page).response["violations"]
        complaints += [(address, one["id"], one["nodes"][0]["html"][:150]) for one in violations]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            complaints.append((address, f"{wide} wide"))
    assert complaints == []
    assert page.problems == []


def furnish(people):
    """Give the pages something to show."""
    here, dina, by = people.organisation.pk, people.dina.pk, people.owner
    fields.create_defaults(here)
    news, _ = lists.named(here, ["News", "People of the fair in Kharkiv, spring"], by=by)
    lists.add_members(here, news, [dina], by=by)
    consent.create_category(here, key="sales", name="Sales", by=by)
    suppressing.suppress(here, "EMAIL", ["a-very-long-address-of-somebody@example.com"], by=by)
    said = devices.Registration(push_token="abc", device_model="iPhone 15", os_type="iOS")
    devices.register(here, dina, said, by=by)
    content = "email;Имя;Город;Шляпа\nkozak@example.com;Диана;Київ;1\nnobody;Пётр;Львів;2\n"
    for _ in range(2):
        importing.create(here, "people of the fair.csv", chunks=[content.encode()], by=by)
    importing.start(here, Import.objects.order_by("pk")[0].pk, by=by)
    importing.run_due()


def photograph(page, name):
    """Keep a picture where somebody wants to look at the pages."""
    if where := os.environ.get("SANDERLING_PHOTOGRAPHS"):
        page.screenshot(path=f"{where}/{re.sub('[^0-9a-z]+', '-', name)}.png", full_page=True)
