import json
from html.parser import HTMLParser

import customer
import pytest
from cast import Cast
from django.test import Client
from shopdb import Shop

from sanderling.contacts import fields
from sanderling.contacts.models import Field
from sanderling.events.models import EventType
from sanderling.segments import saving
from sanderling.segments.models import Segment

HAS_EMAIL = {"field": "email", "operator": "specified"}


def post(client: Client, address: str, **form: str) -> str:
    answer = client.post(address, form)
    assert answer.status_code in (200, 400), answer
    return answer.content.decode()


def test_the_ready_conditions_are_one_click_away(owner: Client, cast: Cast) -> None:
    fields.create_defaults(cast.organisation.pk)
    birthday = Field.objects.get(name="Birthday")
    page = owner.get("/segments/new").content.decode()
    assert "External ID: not specified" in page
    assert "Personal: Birthday today, any year" in page
    drawn = post(owner, "/segments/builder", do=f"start:birthday-{birthday.pk}")
    assert f'<option value="field:field:{birthday.pk}" selected>' in drawn
    assert '<option value="anniversary" selected>' in drawn
    assert '<option value="today" selected>' in drawn


def test_a_segment_is_built_without_script_and_saved(owner: Client) -> None:
    form = {"name": "Cyrillic", "c-about": "all", "c-0-about": "field:email"}
    drawn = post(owner, "/segments/new", do="add:", **form)
    assert 'name="c-1-about"' in drawn
    assert Segment.objects.count() == 0
    conditions = {
        "c-0-operator": "specified",
        "c-1-about": "any",
        "c-1-0-about": "field:language",
        "c-1-0-operator": "is",
        "c-1-0-value": "uk",
    }
    answer = owner.post("/segments/new", {**form, **conditions})
    segment = Segment.objects.get()
    assert answer["Location"] == f"/segments/{segment.pk}"
    assert segment.condition == {
        "all": [HAS_EMAIL, {"any": [{"field": "language", "operator": "is", "value": "uk"}]}]
    }
    page = owner.get(f"/segments/{segment.pk}").content.decode()
    assert "Email: specified" in page
    found = owner.get(f"/segments/{segment.pk}/people").content.decode()
    assert 'data-total="1"' in found
    assert "Іван" in found
    segment.refresh_from_db()
    assert segment.size == 1


CREATED = {"field": "created_at"}
DRAWABLE = [
    HAS_EMAIL,
    {"field": "town", "operator": "in", "value": ["Kyiv", "Lviv"]},
    {"none": [{**CREATED, "operator": "during", "value": "last_30_days"}]},
    {"any": [{**CREATED, "operator": "between", "value": ["2026-01-01", "2026-02-01"]}]},
    {**CREATED, "operator": "ago", "value": {"n": 3, "unit": "months"}},
    {**CREATED, "operator": "anniversary", "value": "in_7_days"},
    {"activity": "opened", "channel": "Email", "operator": "within", "days": 30},
    {"activity": "clicked", "channel": None, "operator": "during", "value": "today"},
    {"orders": "total", "operator": ">=", "value": 1000, "days": 90, "status": ["DELIVERED"]},
    {"event": "cart", "operator": "not_occurred", "days": 7},
    {"any": [HAS_EMAIL, {"none": [HAS_EMAIL, {"all": [HAS_EMAIL]}]}]},
]


@pytest.mark.parametrize("part", DRAWABLE, ids=lambda part: json.dumps(part)[:60])
def test_what_is_saved_is_drawn_and_saved_the_same(owner: Client, cast: Cast, part: object) -> None:
    condition = {"all": [part]}
    EventType.objects.create(organisation=cast.organisation, key="cart")
    segment = saving.save(cast.organisation.pk, name="S", condition=condition, by=cast.owner)
    assert segment.condition == condition
    page = owner.get(f"/segments/{segment.pk}/edit").content.decode()
    answer = owner.post(f"/segments/{segment.pk}/edit", {"name": "S", **fields_of(page)})
    assert answer.status_code == 302, answer.content.decode()
    segment.refresh_from_db()
    assert segment.condition == condition


def test_a_condition_on_a_source_is_built_and_counted(
    owner: Client, cast: Cast, shop: Shop
) -> None:
    shop.run(customer.PROMO_CODES)
    source = customer.source(customer.connector(shop, cast.owner), cast.owner, table="promo_codes")
    form = {
        "c-about": "all",
        "c-0-about": f"source:{source.pk}",
        "c-0-match": "all",
        "c-0-0-about": "column:promo_code",
        "c-0-0-operator": "starts",
        "c-0-0-value": "AAAA",
    }
    found = post(owner, "/segments/found", **form)
    assert 'data-total="1"' in found
    assert "Has a row in the data source “promo_codes” where:" in found
    plan = post(owner, "/segments/explained", **form)
    assert "The keys from the data source are joined with contacts." in plan
    assert owner.post("/segments/new", {"name": "S", **form}).status_code == 302
    segment = Segment.objects.get()
    test = {"column": "promo_code", "operator": "starts", "value": "AAAA"}
    assert segment.condition == {"all": [{"source": source.pk, "where": {"all": [test]}}]}
    page = owner.get(f"/segments/{segment.pk}/edit").content.decode()
    assert fields_of(page) == form
    shop.run("DROP TABLE promo_codes")
    assert "“promo_codes”" in post(owner, "/segments/found", **form)
    assert "“promo_codes”" in post(owner, "/segments/explained", **form)


def test_an_unfinished_condition_says_what_is_missing(owner: Client) -> None:
    form = {"c-about": "all", "c-0-about": "field:town", "c-0-operator": "is", "c-0-value": ""}
    assert "Give a text." in post(owner, "/segments/found", **form)
    page = post(owner, "/segments/new", name="S", **form)
    assert "<code>all[0].value</code>: Give a text." in page
    assert Segment.objects.count() == 0


def test_json_is_edited_where_the_builder_cannot_draw(owner: Client, cast: Cast) -> None:
    deep = {"event": "x", "operator": "occurred", "times": {"operator": ">", "value": 1}}
    text = json.dumps(deep)
    owner.post("/segments/new", {"name": "S", "mode": "json", "condition": text})
    segment = Segment.objects.get()
    assert segment.condition == deep
    page = owner.get(f"/segments/{segment.pk}/edit").content.decode()
    assert 'value="json" checked' in page
    assert 'id="editor"' not in page
    for broken in ("{", "[" * 100_000, '{"all": 1}', "", "null", '{"any": ["\\u0000"]}'):
        page = post(owner, f"/segments/{segment.pk}/edit", name="S", mode="json", condition=broken)
        assert "The segment is not saved yet" in page
    segment.refresh_from_db()
    assert segment.condition == deep


@pytest.mark.parametrize(
    "form",
    [
        {"c-about": "all", "c-9-9-9-about": "x"},
        {"c-0-about": "field:nothing"},
        {"c-about": "field:email"},
        {"c-about": "all", "c-0-about": "source:x", "c-0-0-about": "column:y"},
        {"c-about": "all", "c-0-about": "source:999", "c-0-0-about": "column:y"},
        {"c-about": "all", "c-0-about": "orders:x", "c-0-operator": "\0"},
        {"c-about": "all", "c-0-about": "activity:x", "c-0-days": "٣"},
        {"do": "remove:0-9-9"},
        {"do": "start:birthday-x"},
        {"do": "add:999"},
        {"do": "group:0-"},
    ],
    ids=str,
)
def test_a_strange_form_is_drawn_all_the_same(owner: Client, form: dict[str, str]) -> None:
    assert "c-about" in post(owner, "/segments/builder", **form)
    post(owner, "/segments/found", **form)
    post(owner, "/segments/explained", **form)


def test_a_segment_is_copied_explained_and_deleted(owner: Client, cast: Cast) -> None:
    segment = saving.save(cast.organisation.pk, name="S", condition=HAS_EMAIL, by=cast.owner)
    assert owner.post(f"/segments/{segment.pk}/copy").status_code == 302
    assert list(Segment.objects.order_by("id").values_list("name", flat=True)) == ["S", "S (2)"]
    page = owner.get(f"/segments/{segment.pk}/plan").content.decode()
    assert "PostgreSQL expects about" in page
    assert owner.post(f"/segments/{segment.pk}/delete")["Location"] == "/segments/"
    assert Segment.objects.count() == 1


def test_a_stranger_finds_no_segment_of_ours(stranger: Client, cast: Cast) -> None:
    segment = saving.save(cast.organisation.pk, name="S", condition=HAS_EMAIL, by=cast.owner)
    for page in ("", "/edit", "/people", "/plan"):
        assert stranger.get(f"/segments/{segment.pk}{page}").status_code == 404
    for page in ("/edit", "/copy", "/delete"):
        assert stranger.post(f"/segments/{segment.pk}{page}").status_code == 404
    inside = {"c-about": "all", "c-0-about": "segment", "c-0-operator": "in"}
    found = post(stranger, "/segments/found", **inside, **{"c-0-value": str(segment.pk)})
    assert "There is no segment" in found
    assert Segment.objects.count() == 1


class BuilderFields(HTMLParser):
    """Reads what a browser would send of the builder's fields."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag in ("select", "textarea"):
            self.open = name if name.startswith("c-") else ""
        if tag == "input" and name.startswith("c-"):
            self.found[name] = value
        if tag == "option" and self.open:
            first = self.open not in self.found
            self.found[self.open] = value if first or "selected" in given else self.found[self.open]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open.endswith("-lines"):
            self.found[self.open] = self.found.get(self.open, "") + data


def fields_of(page: str) -> dict[str, str]:
    """Return the builder's fields as a browser would send them."""
    parser = BuilderFields()
    parser.feed(page)
    return parser.found


def test_a_page_says_why_somebody_is_in_a_segment_or_not(owner: Client, cast: Cast) -> None:
    condition = {"all": [HAS_EMAIL, {"field": "language", "operator": "is", "value": "uk"}]}
    segment = saving.save(cast.organisation.pk, name="S", condition=condition, by=cast.owner)
    address = f"/segments/{segment.pk}/contacts"
    for who in ("KOZAK@example.com", "C-1", "+380 67 000 00 01", str(cast.dina.pk)):
        found = owner.get(address, {"who": who})
        assert found["Location"] == f"{address}/{cast.dina.pk}", who
    for nobody in ("", "nobody@example.com", "9" * 30, "\0", "x" * 400, "²"):
        assert owner.get(address, {"who": nobody})["Location"] == f"/segments/{segment.pk}"
    page = owner.get(f"{address}/{cast.dina.pk}").content.decode()
    assert "Is not in the segment “S”." in page
    assert page.count("✓") == 1
    assert page.count("✗") == 2
    everything = owner.get(f"/segments/contacts/{cast.ivan.pk}").content.decode()
    assert everything.count("✓") == 3


def test_a_stranger_is_told_nothing_of_our_people(stranger: Client, cast: Cast) -> None:
    ours = saving.save(cast.organisation.pk, name="S", condition=HAS_EMAIL, by=cast.owner)
    theirs = saving.save(cast.elsewhere.pk, name="S", condition=HAS_EMAIL, by=cast.stranger)
    for segment in (ours, theirs):
        address = f"/segments/{segment.pk}/contacts"
        assert stranger.get(f"{address}/{cast.dina.pk}").status_code == 404
    asked = {"who": str(cast.dina.pk)}
    assert stranger.get(f"/segments/{ours.pk}/contacts", asked).status_code == 404
    found = stranger.get(f"/segments/{theirs.pk}/contacts", asked)
    assert found["Location"] == f"/segments/{theirs.pk}"
    assert stranger.get(f"/segments/contacts/{cast.dina.pk}").status_code == 404
