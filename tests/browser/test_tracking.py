"""A shop's page in a real Chromium, on another port than ours, with our script in it."""

import json
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import loopback
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from workflow_world import chain, turn, workflow

from sanderling.activities.models import Activity
from sanderling.events.models import Event
from sanderling.messages.freezing import freeze
from sanderling.messages.models import Message
from sanderling.segments import counting, evaluating
from sanderling.sending import tokens
from sanderling.sending.models import Delivery
from sanderling.websites import registering, scripting, tickets
from sanderling.websites.models import Domain, Hit, Site, Visitor
from sanderling.workflows.models import Run

pytestmark = pytest.mark.browser
WAIT = {"kind": "timer", "mode": "for", "amount": 1, "unit": "days"}


class Shop(ThreadingHTTPServer):
    """Pages of a shop: ``/cup`` with the snippet, ``/ask`` that waits for consent."""

    snippet = worker = ""
    policy = ""

    @property
    def address(self) -> str:
        return f"http://localhost:{self.server_port}"


class Pages(BaseHTTPRequestHandler):
    """What the shop answers."""

    def do_GET(self) -> None:
        shop = self.server
        if self.path == "/sanderling-push.js":
            self._answer("text/javascript", shop.worker)
            return
        snippet = shop.snippet
        if self.path.startswith("/ask"):
            snippet = snippet.replace("<script async", '<script async data-consent="ask"')
        if self.path.startswith("/strict"):
            snippet = snippet.split("\n")[1]
        body = f"<!doctype html><html lang=en><head><title>Cup</title>{snippet}</head><body>Cup"
        self._answer("text/html", body)

    def _answer(self, kind: str, body: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        if self.path.startswith("/strict"):
            self.send_header("Content-Security-Policy", self.server.policy)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def shop(people, live_server, settings) -> Iterator[Shop]:
    """Return a running shop whose domain is registered."""
    settings.BASE_URL = str(live_server)
    here = people.organisation.pk
    registering.add_domain(here, "localhost", by=people.owner)
    with loopback.serving(Shop(("127.0.0.1", 0), Pages)) as server:
        server.snippet = scripting.snippet(here)
        server.policy = f"default-src 'none'; script-src {live_server}; connect-src {live_server}"
        yield server


@pytest.fixture
def visit(chromium, shop) -> Iterator[Page]:
    """Return a visitor's browser."""
    context = chromium.new_context()
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    yield page
    assert page.problems == []
    context.close()


def told(page: Page, action: object) -> None:
    """Do something and wait until the server has answered to what it tells."""
    with page.expect_response(lambda answer: answer.url.endswith("/api/v2")) as waiting:
        action()
    assert waiting.value.status == 200, waiting.value.text()


def test_a_visitors_history_joins_the_person_that_signs_in(people, shop, visit):
    told(visit, lambda: visit.goto(f"{shop.address}/cup?size=2"))
    cart = 'eS("sendEvent", "StatusCart", {StatusCart: [{productKey: "42"}], GUID: "cart-7"})'
    told(visit, lambda: visit.evaluate(cart))
    (cookie,) = visit.context.cookies()
    assert (cookie["name"], cookie["sameSite"], len(cookie["value"])) == ("sc", "Lax", 32)
    visitor = Visitor.objects.get()
    assert (visitor.cookie, visitor.contact_id, visitor.held) == (cookie["value"], 0, 2)
    assert Event.objects.count() == 0
    assert _people_with("PageView", people) == []

    who = 'eS("sendEvent", "CustomerData", {CustomerData: {externalCustomerId: "C-1"}})'
    told(visit, lambda: visit.evaluate(who))
    rows = Event.objects.order_by("id").values_list("contact_id", "type__key", "params", "is_past")
    page = {"url": f"{shop.address}/cup?size=2", "title": "Cup"}
    assert list(rows) == [
        (people.dina.pk, "PageView", page, True),
        (people.dina.pk, "StatusCart",
         {"Products": [{"productKey": "42"}], "GUID": "cart-7"} | page, True),
        (people.dina.pk, "CustomerData", page, False),
    ]  # fmt: skip
    assert Hit.objects.count() == 0
    assert _people_with("PageView", people) == [people.dina.pk]


def _people_with(type_key: str, people) -> list[int]:
    """Return who a segment finds by an event."""
    condition = {"event": type_key, "operator": "occurred"}
    parsed = evaluating.parsed(condition, people.organisation)
    return counting.sample(parsed, people.organisation)


def test_a_click_in_a_mail_tells_who_came(people, shop, visit):
    told(visit, lambda: visit.goto(f"{shop.address}/cup"))
    assert Visitor.objects.get().contact_id == 0
    link = tickets.stamped(people.organisation.pk, people.dina.pk, f"{shop.address}/cup?a=1&b=2#c")
    assert "sc_ticket=" in link
    told(visit, lambda: visit.goto(link))
    assert visit.url == f"{shop.address}/cup?a=1&b=2#c"
    rows = Event.objects.order_by("id").values_list("contact_id", "params", "is_past")
    assert [(owner, params["url"], past) for owner, params, past in rows] == [
        (people.dina.pk, f"{shop.address}/cup", True),
        (people.dina.pk, f"{shop.address}/cup?a=1&b=2", False),
    ]


def test_nothing_is_set_or_sent_before_consent_where_it_is_asked_for(people, shop, visit):
    visit.goto(f"{shop.address}/ask", wait_until="networkidle")
    assert (visit.context.cookies(), Visitor.objects.count()) == ([], 0)
    told(visit, lambda: visit.evaluate('eS("consent")'))
    assert {cookie["name"] for cookie in visit.context.cookies()} == {"sc", "sc_ok"}
    assert Hit.objects.get().type_key == "PageView"
    told(visit, lambda: visit.reload())  # the consent is remembered
    assert Hit.objects.count() == 2


def test_who_opts_out_is_left_alone(people, shop, visit):
    told(visit, lambda: visit.goto(f"{shop.address}/cup"))
    visit.evaluate('eS("optOut")')
    assert [cookie["name"] for cookie in visit.context.cookies()] == ["sc_off"]
    visit.goto(f"{shop.address}/cup", wait_until="networkidle")
    assert Hit.objects.count() == 1
    visit.evaluate('eS("optIn")')
    told(visit, lambda: visit.reload())
    assert Hit.objects.count() == 2


def test_a_browser_that_asks_not_to_be_tracked_is_not(people, shop, visit):
    visit.add_init_script(
        'Object.defineProperty(Navigator.prototype, "globalPrivacyControl", {get: () => true})'
    )
    visit.goto(f"{shop.address}/cup", wait_until="networkidle")
    assert (visit.context.cookies(), Visitor.objects.count()) == ([], 0)


def test_a_strict_policy_needs_our_address_only(people, shop, visit):
    told(visit, lambda: visit.goto(f"{shop.address}/strict"))
    assert Hit.objects.get().params["url"] == f"{shop.address}/strict"


def test_a_page_of_an_unregistered_domain_is_not_heard(people, shop, visit):
    Domain.objects.update(host="shop.example")
    with visit.expect_response(lambda answer: answer.url.endswith("/api/v2")) as waiting:
        visit.goto(f"{shop.address}/cup")
    assert waiting.value.status == 403
    assert Visitor.objects.count() == 0


def test_an_event_of_the_page_starts_a_workflow(people, shop, visit):
    asked = workflow(people, chain(WAIT), event_type="AskedBack")
    told(visit, lambda: visit.goto(f"{shop.address}/cup"))
    told(visit, lambda: visit.evaluate('eS("sendEvent", "AskedBack", {product: "42"})'))
    turn()
    assert Run.objects.filter(workflow=asked).count() == 0
    again = 'eS("sendEvent", "CustomerData", {externalCustomerId: "C-1"})'
    told(visit, lambda: visit.evaluate(again))
    turn()
    assert Run.objects.filter(workflow=asked).count() == 0  # history starts nothing
    told(visit, lambda: visit.evaluate('eS("sendEvent", "AskedBack", {product: "43"})'))
    turn()
    assert [run.contact_id for run in Run.objects.filter(workflow=asked)] == [people.dina.pk]


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_of_settings_says_whether_the_script_is_there(
    people, shop, visit, open_page, width
):
    page = open_page("/settings/website", width=width)
    expect(page.get_by_text("Nothing has come yet")).to_be_visible()
    page.get_by_role("link", name="localhost").click()
    expect(page.locator("#snippet")).to_contain_text(f"/scripts/{Site.objects.get().code}.js")
    expect(page.get_by_text("Nothing has come yet.")).to_be_visible()
    told(visit, lambda: visit.goto(f"{shop.address}/cup"))
    expect(page.get_by_text("Yes: the last event came")).to_be_visible(timeout=15_000)
    expect(page.locator("#events")).to_contain_text(f"{shop.address}/cup")
    page.get_by_role("button", name="Switch pushes on").click()
    expect(page.get_by_text("Pushes are offered.")).to_be_visible()
    assert Domain.objects.get().pushes
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/website-{width}.png", full_page=True)
        page.goto(page.url.rsplit("/", 1)[0])
        page.screenshot(path=f"{shots}/websites-{width}.png", full_page=True)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert page.problems == []


def test_a_push_is_shown_by_the_shops_worker_and_a_click_is_told(people, shop, visit):
    """The worker of the shop imports ours; Chromium delivers a push to it as a service would."""
    shop.worker = scripting.worker_file(Site.objects.get())
    visit.context.grant_permissions(["notifications"], origin=shop.address)
    told(visit, lambda: visit.goto(f"{shop.address}/cup"))
    session = visit.context.new_cdp_session(visit)
    registrations = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: registrations.extend(one["registrationId"] for one in said["registrations"]),
    )
    session.send("ServiceWorker.enable")
    visit.evaluate(
        "navigator.serviceWorker.register('/sanderling-push.js').then("
        "() => navigator.serviceWorker.ready).then(() => true)"
    )
    delivery = _pushed(people)
    iid = tokens.sign(
        tokens.Token(people.organisation.pk, people.dina.pk, delivery.id), tokens.Purpose.OPEN
    )
    message = {"title": "Cups", "text": "Half the price", "tag": "1", "iid": iid}
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": shop.address, "registrationId": registrations[0], "data": json.dumps(message)},
    )
    visit.wait_for_function(
        "() => navigator.serviceWorker.ready.then(r => r.getNotifications()).then(n => n.length)"
    )
    shown = visit.evaluate(
        "navigator.serviceWorker.ready.then(r => r.getNotifications())"
        ".then(all => all.map(one => [one.title, one.body, one.tag]))"
    )
    assert shown == [["Cups", "Half the price", "1"]]
    until(lambda: Activity.objects.filter(status="DELIVERED", media_type="WebPush").count() == 1)


def _pushed(people) -> Delivery:
    """Return a push that a push service has taken for Dina."""
    message = Message.objects.create(
        organisation=people.organisation, channel="WebPush", name="Cups", subject="Cups", text="x"
    )
    content = freeze(message)
    return Delivery.objects.create(
        organisation=people.organisation, contact_id=people.dina.pk, origin_kind="API",
        origin_id=1, content_id=content.pk, media_type="WebPush", status="SENT",
        address="https://push.example/1", handed_at="2026-01-01T00:00Z",
    )  # fmt: skip


def until(true, *, seconds: float = 10) -> None:
    """Wait for what the worker tells by itself."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "It did not happen."
        threading.Event().wait(0.05)
