"""Letting an app in, in a real browser: its rules about forms hold through redirections."""

import http.server
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import loopback
import pytest
from axe_playwright_python.sync_playwright import Axe

from sanderling.oauth import registering

pytestmark = pytest.mark.browser


@pytest.fixture
def callback() -> Iterator[str]:
    """An app's own server, of another origin than ours."""

    class Landing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Back at the app</title>")

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Landing)
    with loopback.serving(server):
        yield f"http://127.0.0.1:{server.server_port}/back"


@pytest.mark.parametrize(("button", "member"), [("Allow", "code"), ("Deny", "error")])
def test_a_person_lands_at_the_app_again(open_page, people, callback, button, member):
    app, _ = registering.register(
        people.elsewhere.pk, name="Plover CRM", callback=callback, rights=["events-contacts"],
        by=people.stranger,
    )  # fmt: skip
    wish = {"response_type": "code", "client_id": app.client_id, "redirect_uri": callback}
    page = open_page(f"/uaa/oauth/authorize?{urlencode(wish)}&state=s")
    assert page.get_by_role("heading", name="Let Plover CRM in?").is_visible()
    assert Axe().run(page).response["violations"] == []
    assert "Read, add, change and delete contacts" in page.content()
    page.get_by_role("button", name=button).click()
    page.wait_for_url(f"{callback}**")
    query = parse_qs(urlsplit(page.url).query)
    assert page.title() == "Back at the app"
    assert query["state"] == ["s"]
    assert query[member]


@pytest.mark.parametrize("width", [1280, 390])
def test_an_app_is_registered_and_dressed(open_page, people, width):
    page = open_page("/partners/register", width=width)
    assert Axe().run(page).response["violations"] == []
    page.get_by_label("Name", exact=True).fill("Our CRM")
    page.get_by_label("Access to messages", exact=True).check()
    page.get_by_role("button", name="Register").click()
    assert len(page.locator("#client-secret").inner_text()) == 64
    page.get_by_role("link", name="Set up the authorization form").click()
    assert page.get_by_label("Name on the authorization form").input_value() == "Our CRM"
    page.get_by_role("link", name="Preview").click()
    assert page.get_by_role("button", name="Allow").is_disabled()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.problems == []


@pytest.mark.parametrize(
    "address", ["/api/docs", "/settings/revenue", "/partners/", "/connected-apps/"]
)
def test_pages_fit_a_phone(open_page, people, address):
    page = open_page(address, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.problems == []
    page.screenshot(path=f"/tmp/facts_scratch/{address.strip('/').replace('/', '-')}.png")
