"""A real Chromium in front of the real pages."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from cast import PASSWORD, Cast, assemble
from playwright.sync_api import Browser, Page, sync_playwright

# Playwright keeps an event loop in this thread; Django would refuse plain queries beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium once."""
    if CHROMIUM is None:
        assert os.environ.get("CI") != "true", "CI must have chromium"
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def people(transactional_db: None) -> Cast:
    """Return the cast, committed, so that the server's threads see it."""
    return assemble()


@pytest.fixture
def open_page(
    chromium: Browser, live_server: object, people: Cast
) -> Iterator[Callable[..., Page]]:
    """Return a function that opens an address as Sandpiper's owner at a width in pixels."""
    contexts = []

    def open_(address: str, *, width: int = 1280, signed_in: bool = True) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.problems = []  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.problems.append(str(error)))  # type: ignore[attr-defined]
        page.on(
            "console",
            lambda line: page.problems.append(line.text) if line.type == "error" else None,  # type: ignore[attr-defined]
        )
        if signed_in:
            sign_in(page, str(live_server))
        page.goto(f"{live_server}{address}")
        return page

    yield open_
    for context in contexts:
        context.close()


def sign_in(page: Page, server: str) -> None:
    """Go through the form, as a person does."""
    page.goto(f"{server}/sign-in")
    page.get_by_label("Email").fill("owner@sandpiper.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
