"""What browsers say of their visitors, on the wire."""

import hmac
import json
from functools import partial
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from together import at_once

from sanderling.contacts import adding
from sanderling.contacts.models import Contact
from sanderling.contacts.people import Person
from sanderling.events import types
from sanderling.events.models import Event, EventType
from sanderling.websites import tickets
from sanderling.websites.models import Domain, Hit, Site, Visitor

SHOP = "https://shop.example"
COOKIE = "c0ffee00-1111-4222-8333-444455556666"


@pytest.fixture
def site(api) -> str:
    """Return the code of Sandpiper's site with one domain."""
    return api.post("/v1/site/domains", {"domain": "shop.example"}).json()["siteId"]


def said(site: str, event: str, *, cookie: str = COOKIE, about: Any = None, **general: Any) -> Any:
    body = {
        "GeneralInfo": {
            "eventName": event, "siteId": site, "cookies": {"sc": cookie},
            "url": f"{SHOP}/cup", **general,
        }
    }  # fmt: skip
    return body | ({event: about} if about is not None else {})


def send(body: Any, *, origin: str = SHOP, kind: str = "text/plain", path: str = "/api/v2") -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body)
    headers = {"Origin": origin} if origin else {}
    return Client().generic("POST", path, raw, content_type=kind, headers=headers)


def events() -> list[tuple[int, str, str, dict[str, Any], bool]]:
    found = Event.objects.order_by("id").select_related("type")
    return [(one.contact_id, one.type.key, one.key_value, one.params, one.is_past) for one in found]


def test_a_visitor_is_no_contact_and_its_events_wait(site, cast):
    before = Contact.objects.count()
    answer = send(said(site, "PageView"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Access-Control-Allow-Origin"] == SHOP
    send(said(site, "CategoryPage", about={"Category": {"categoryKey": "cups"}}))
    visitor = Visitor.objects.get()
    assert (visitor.cookie, visitor.contact_id, visitor.held) == (COOKIE, 0, 2)
    assert list(Hit.objects.order_by("id").values_list("type_key", "params")) == [
        ("PageView", {"url": f"{SHOP}/cup"}),
        ("CategoryPage", {"categoryKey": "cups", "url": f"{SHOP}/cup"}),
    ]
    assert (events(), Contact.objects.count()) == ([], before)


def test_history_joins_the_contact_that_it_turns_out_to_be(site, cast):
    send(said(site, "ProductPage", about={"Product": {"productKey": "42", "price": "9.5"}}))
    send(said(site, "CustomerData", externalCustomerId="C-1"))
    send(said(site, "SearchRequest", about={"search": "cup", "isFound": 1}))
    url = {"url": f"{SHOP}/cup"}
    assert events() == [
        (cast.dina.pk, "ProductPage", COOKIE, {"productKey": "42", "price": "9.5"} | url, True),
        (cast.dina.pk, "CustomerData", COOKIE, url, False),
        (cast.dina.pk, "SearchRequest", COOKIE, {"search": "cup", "isFound": 1} | url, False),
    ]
    assert Hit.objects.count() == 0
    assert Visitor.objects.get().contact_id == cast.dina.pk


@pytest.mark.parametrize(
    ("name", "value"),
    [("user_email", "KOZAK@example.com"), ("user_phone", "+380 67 000 00 01")],
)
def test_email_and_phone_name_a_contact_too(site, cast, name, value):
    send(said(site, "CustomerData", **{name: value}))
    assert [event[0] for event in events()] == [cast.dina.pk]


def test_a_page_never_changes_a_contact_that_exists(site, cast):
    before = Contact.objects.filter(pk=cast.dina.pk).values().get()
    send(said(site, "CustomerData", externalCustomerId="C-1", user_email="new@example.com",
              user_name="Mallory"))  # fmt: skip
    assert Contact.objects.filter(pk=cast.dina.pk).values().get() == before


def test_an_unknown_person_becomes_an_unconfirmed_contact(site, cast):
    send(said(site, "PageView"))
    send(
        said(
            site,
            "CustomerData",
            about={"user_email": "olena@shop.example", "user_name": "Olena Petrenko"},
        )
    )
    made = Contact.objects.get(email="olena@shop.example")
    assert (made.source, made.email_status) == ("SITE_AUTOMATED", "UNCONFIRMED")
    assert (made.first_name, made.last_name) == ("Olena", "Petrenko")
    assert [event[:2] for event in events()] == [
        (made.pk, "PageView"), (made.pk, "CustomerData")
    ]  # fmt: skip


def test_where_pages_make_no_contacts_a_name_waits_for_its_contact(site, api, cast):
    assert api.put("/v3/website", {"createsContacts": False}).json()["createsContacts"] is False
    send(said(site, "CustomerData", user_email="olena@shop.example"))
    assert Contact.objects.filter(email="olena@shop.example").count() == 0
    assert Visitor.objects.get().said == {"email": "olena@shop.example"}
    made = adding.upsert(
        cast.organisation.pk, Person(email="olena@shop.example"), by=cast.owner
    ).contact_id
    send(said(site, "PageView"))  # says no name again
    assert [event[:2] for event in events()] == [(made, "CustomerData"), (made, "PageView")]
    assert Visitor.objects.get().said == {}


def test_a_deleted_contact_is_not_brought_back_by_a_page(site, api, cast):
    api.delete(f"/v1/contact/{cast.dina.pk}")
    assert send(said(site, "CustomerData", externalCustomerId="C-1")).status_code == 200
    cast.dina.refresh_from_db()
    assert cast.dina.deleted_at is not None
    assert events() == []


def test_another_person_on_the_same_browser_gets_only_what_follows(site, cast):
    send(said(site, "CustomerData", externalCustomerId="C-1"))
    send(said(site, "CustomerData", externalCustomerId="C-3"))
    send(said(site, "PageView"))
    assert [event[:2] for event in events()] == [
        (cast.dina.pk, "CustomerData"), (cast.ghost.pk, "CustomerData"),
        (cast.ghost.pk, "PageView"),
    ]  # fmt: skip


def test_a_bare_contact_id_is_not_believed_but_a_ticket_of_a_mail_is(site, cast, settings):
    send(said(site, "PageView", user_es_contact_id=cast.dina.pk))
    assert events() == []
    address = tickets.stamped(cast.organisation.pk, cast.dina.pk, f"{SHOP}/cup?a=1")
    word = address.removeprefix(f"{SHOP}/cup?a=1&sc_ticket=")
    assert word != address
    send(said(site, "PageView", ticket=word + "x"))
    assert events() == []
    send(said(site, "PageView", ticket=word))
    assert {event[0] for event in events()} == {cast.dina.pk}
    assert len(events()) == 3
    foreign = signing.dumps([cast.elsewhere.pk, cast.dina.pk], salt=tickets.SALT)
    assert tickets.read(cast.organisation.pk, foreign) == 0


def test_a_ticket_is_given_to_our_own_domains_only(site, cast):
    for elsewhere in ("https://evil.example/", "mailto:a@shop.example", "https://[", "/cup"):
        stamped = tickets.stamped(cast.organisation.pk, cast.dina.pk, elsewhere)
        assert stamped == elsewhere


def test_carts_and_orders_have_their_own_keys(site, cast):
    cart = said(site, "StatusCart", externalCustomerId="C-1", about=[{"productKey": "42"}])
    send(cart | {"GUID": "cart-7"})
    order = {"Products": [{"product_id": "42", "quantity": 1}], "OrderNumber": 99, "Tags": {}}
    send(said(site, "PurchasedItems", about=order))
    assert [(event[1], event[2], event[3]) for event in events()] == [
        ("StatusCart", "cart-7",
         {"Products": [{"productKey": "42"}], "GUID": "cart-7", "url": f"{SHOP}/cup"}),
        ("PurchasedItems", "99", order | {"url": f"{SHOP}/cup"}),
    ]  # fmt: skip


def test_only_registered_domains_are_heard(site, cast):
    for origin in ("https://evil.example", "https://shop.example.evil.example", "null",
                   "https://notshop.example", "%00"):  # fmt: skip
        answer = send(said(site, "CustomerData", externalCustomerId="C-1"), origin=origin)
        assert answer.status_code == 403, origin
    assert (events(), Visitor.objects.count()) == ([], 0)
    for origin in ("https://www.shop.example", "http://shop.example:8080", ""):
        answer = send(said(site, "CustomerData", externalCustomerId="C-1"), origin=origin)
        assert answer.status_code == 200, origin
    assert len(events()) == 3


def test_a_site_reaches_only_its_own_organisation(site, cast, strange_api):
    strange_api.post("/v1/site/domains", {"domain": "shop.example"})
    theirs = Site.objects.get(organisation=cast.elsewhere).code
    assert theirs != site
    send(said(theirs, "CustomerData", externalCustomerId="C-1"))
    assert [event[0] for event in events()] != [cast.dina.pk]
    assert Event.objects.filter(organisation=cast.organisation).count() == 0
    assert send(said("0" * 12, "PageView")).status_code == 404
    strange_api.post("/v1/site/domains", {"domain": "plover.example"})
    assert send(said(site, "PageView"), origin="https://plover.example").status_code == 403


HOSTILE = [
    (b"", 400), (b"x", 400), (b"[1", 400), (b"\xff\xfe", 400), (b'{"GeneralInfo":"\xff"}', 400),
    (b'"text"', 200), (b"[]", 200), (b"null", 200), (b"{}", 200),
    (b'{"GeneralInfo":{"siteId":"SITE"}}', 400),
    (b'{"GeneralInfo":{"siteId":{},"eventName":[],"cookies":7}}', 400),
    (b'{"GeneralInfo":{"siteId":"SITE","eventName":"A"}}', 400),
    (b'{"GeneralInfo":{"siteId":"SITE","eventName":"A","cookies":{"sc":"x"}}}', 400),
    (b'{"GeneralInfo":{"siteId":"SITE","eventName":"A<b>","cookies":{"sc":"COOKIE"}}}', 400),
    (b'{"GeneralInfo":{"siteId":"SITE","eventName":"A","cookies":{"sc":"COOKIE"}},"A":{"":1}}',
     400),
    (b'{"GeneralInfo":{"siteId":"SITE","eventName":"A","cookies":{"sc":"COOKIE"}},"A":{"n":"\\u0000"}}',
     400),
    (b'{"GeneralInfo":{"siteId":"SITE","eventName":"\\u0000","cookies":{"sc":"COOKIE"}}}', 400),
    (b'{"GeneralInfo":{"siteId":"SITE","eventName":"A","cookies":{"sc":"COOKIE"}},"A":{"n":"\\ud800"}}',
     400),
    (b'{"GeneralInfo":' + b"[" * 20_000 + b"]" * 20_000 + b"}", 400),
    (b'{"GeneralInfo":{"siteId":"SITE","eventName":"A","cookies":{"sc":"COOKIE"},"n":'
     + b"9" * 50_000 + b"}}",
     400),
    (b" " * 70_000, 413),
    (b'{"interaction":"x-x","status":"CLICKED"}', 404), (b'{"interaction":"x"}', 400),
    (b'{"orgId":7,"typeCMS":"shop","message":"boom","log_level":"ERROR"}', 200),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status"), HOSTILE, ids=lambda value: repr(value)[:60])
def test_hostile_bodies_get_an_answer_and_leave_nothing(site, cast, body, status):
    raw = body.replace(b"SITE", site.encode()).replace(b"COOKIE", COOKIE.encode())
    assert send(raw).status_code == status
    assert (Visitor.objects.count(), Hit.objects.count(), events()) == (0, 0, [])


@pytest.mark.parametrize(
    "general",
    [
        {"user_email": "\x00", "user_phone": "x" * 5_000}, {"user_email": ["a"]},
        {"externalCustomerId": "\x00"}, {"externalCustomerId": "x" * 5_000},
        {"datetime": 10**15}, {"datetime": -1}, {"datetime": "x"}, {"datetime": 1e300},
        {"user_name": "💥" * 3_000}, {"url": "x" * 30_000, "title": 7}, {"ticket": "a:b:c"},
    ],
    ids=repr,
)  # fmt: skip
def test_odd_things_said_of_a_person_are_no_error_of_ours(site, cast, general):
    assert send(said(site, "PageView", **general)).status_code in (200, 400)


def test_strangers_cannot_make_event_types_without_end(site, cast, monkeypatch):
    EventType.objects.bulk_create(
        EventType(organisation=cast.organisation, key=f"k{number}") for number in range(300)
    )
    assert send(said(site, "k299")).status_code == 200
    assert send(said(site, "New")).status_code == 400
    assert EventType.objects.count() == 300


def test_a_validated_type_refuses_what_lacks_its_parameters(site, cast):
    here = cast.organisation.pk
    kind = types.of_keys(here, ["Rated"])["Rated"]
    types.declare(here, kind.id, parameters=[{"name": "stars", "required": True}], by=cast.owner)
    assert send(said(site, "Rated", about={"text": "good"})).status_code == 400
    assert Hit.objects.count() == 0
    assert send(said(site, "Rated", about={"stars": 5})).status_code == 200
    assert Hit.objects.count() == 1


def test_a_nobody_keeps_its_last_hits_only(site, cast, monkeypatch):
    monkeypatch.setattr("sanderling.websites.visiting.MOST_HELD", 20)
    for number in range(23):
        send(said(site, "PageView", url=f"{SHOP}/{number}"))
    urls = [hit.params["url"] for hit in Hit.objects.order_by("id")]
    assert (urls[0], urls[-1]) == (f"{SHOP}/4", f"{SHOP}/22")
    assert len(urls) == Visitor.objects.get().held == 19


def test_too_many_events_are_a_429(site, cast, settings):
    settings.API_LIMITS = {"tracker": 1}
    first, second = send(said(site, "PageView")), send(said(site, "PageView"))
    assert (first.status_code, second.status_code) == (200, 429)
    assert Hit.objects.count() == 1


def test_browsers_ask_before_they_send_json(site):
    asked = Client().options("/api/v2", headers={"Origin": SHOP})
    assert asked["Access-Control-Allow-Headers"] == "Content-Type"
    assert Client().get("/api/v2").status_code == 405


def test_the_last_events_of_a_domain_are_seen(site, api):
    assert api.get("/v3/website/domains").json()[0]["lastEvents"] == []
    send(said(site, "PageView"))
    send(said(site, "SearchRequest"))  # in the same second
    shown = api.get("/v3/website/domains").json()[0]
    assert [entry["event"] for entry in shown["lastEvents"]] == ["PageView"]
    assert shown["lastEventAt"]


def test_erasing_a_person_forgets_the_browser(site, api, cast):
    from sanderling.worker.forgetting import forget_due

    send(said(site, "CustomerData", externalCustomerId="C-1"))
    api.delete(f"/v1/contact/{cast.dina.pk}?erase=true")
    forget_due()
    assert (Visitor.objects.count(), events()) == (0, [])


def test_nobodies_are_forgotten_after_three_months(site, cast):
    from sanderling.websites.forgetting import forget_nobodies

    send(said(site, "PageView"))
    assert forget_nobodies() == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE websites_visitor SET last_seen_at = now() - interval '91 days'")
    assert forget_nobodies() == 1
    assert (Visitor.objects.count(), Hit.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("browsers", [1, 16])
def test_sixteen_at_once_end_in_one_contact(browsers):
    from cast import assemble

    from sanderling.websites import registering

    here = assemble()
    registering.add_domain(here.organisation.pk, "shop.example", by=here.owner)
    site = Site.objects.get().code
    cookies = [f"{number % browsers:036d}" for number in range(16)]
    for cookie in set(cookies):
        send(said(site, "PageView", cookie=cookie))

    def identify(cookie: str) -> int:
        body = said(site, "CustomerData", cookie=cookie, externalCustomerId="N-1",
                    user_email="new@shop.example")  # fmt: skip
        return send(body).status_code

    statuses = at_once(*(partial(identify, cookie) for cookie in cookies))
    assert statuses == [200] * 16
    made = Contact.objects.get(email="new@shop.example")
    assert made.external_id == "N-1"
    assert set(Visitor.objects.values_list("contact_id", flat=True)) == {made.pk}
    found = [event[:2] for event in events()]
    assert sorted(found) == [(made.pk, "CustomerData")] * 16 + [(made.pk, "PageView")] * browsers
    assert Hit.objects.count() == 0
    assert Domain.objects.get().recent[0]["event"] in ("PageView", "CustomerData")


def test_where_names_must_be_signed_a_page_cannot_claim_somebody(site, api, cast):
    secret = api.put("/v3/website", {"signedNames": True}).json()["nameSecret"]
    assert len(secret) == 64
    right = hmac.new(secret.encode(), b"C-1", "sha256").hexdigest()
    for wrong in ({}, {"signature": "x"}, {"signature": right[:-1] + "é"}, {"signature": 7}):
        who = {"externalCustomerId": "C-1", **wrong}
        assert send(said(site, "CustomerData", **who)).status_code == 200
        assert send(said(site, "CustomerData", cookie="", **who)).status_code == 403
    assert send(said(site, "PageView", user_email="kozak@example.com")).status_code == 200
    assert (events(), Visitor.objects.get().contact_id, Visitor.objects.get().said) == ([], 0, {})
    # What was signed counts alone: the e-mail beside it is the page's word.
    who = {"externalCustomerId": "C-1", "user_email": "ivan@xn--80aikifvh.xn--j1amh"}
    send(said(site, "CustomerData", about={**who, "signature": right}))
    assert {event[0] for event in events()} == {cast.dina.pk}
    assert Visitor.objects.get().contact_id == cast.dina.pk
    again = api.put("/v3/website", {"signedNames": False}).json()
    assert "nameSecret" not in again
    assert api.put("/v3/website", {"signedNames": True}).json()["nameSecret"] != secret
