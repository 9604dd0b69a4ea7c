"""Every page that needs no object, looked at by Chromium: script errors, axe, narrow screens."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLPattern, URLResolver, get_resolver, reverse

pytestmark = pytest.mark.browser

# Addresses that are not pages for people;
# the consent page wants an app's request and has a test of its own.
NOT_PAGES = {"healthz", "readyz", "metrics", "oauth-authorize", "oauth-metadata"}
WIDTHS = (1280, 390)
# A telephone in the dark, a desk in the light: contrasts are judged in both themes.
SCREENS = tuple(zip(WIDTHS, ("light", "dark"), strict=True))


def names_of_pages() -> list[str]:
    """Return the names of all plain GET pages of the door for people."""
    found = []
    for pattern, module in _walk(get_resolver()):
        ours = module.startswith("sanderling.web") and pattern.name
        plain = not pattern.pattern.converters and pattern.name not in NOT_PAGES
        if ours and plain and not _is_post_only(pattern):
            found.append(pattern.name)
    return sorted(set(found))


@pytest.mark.timeout(900)  # some sixty pages, each twice
def test_every_page_is_sound_and_accessible(open_page, live_server):
    page = open_page("/settings/")
    complaints = []
    for name in names_of_pages():
        for width, theme in SCREENS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            page.problems.clear()
            answer = page.goto(f"{live_server}{reverse(name)}")
            complaints += [f"{name} at {width}, {theme}: {text}" for text in faults(page, answer)]
    assert not complaints, "\n".join(complaints)


def faults(page, answer):
    """Return what is wrong with the page that is open."""
    if answer is None or answer.status >= 400:
        return [f"status {answer.status if answer else None}"]
    found = [f"script: {problem}" for problem in page.problems]
    if "sandbox" in answer.headers.get("content-security-policy", ""):
        return found  # no script runs there, axe's neither: asking one would wait for good
    for violation in Axe().run(page).response["violations"]:
        nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:2])
        found.append(f"axe {violation['id']}: {nodes}")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the screen")
    return found


def _walk(resolver):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry)
        elif isinstance(entry, URLPattern):
            yield entry, getattr(entry.callback, "__module__", "")


def _is_post_only(pattern: URLPattern) -> bool:
    """A view that only takes POST answers a GET with 405; it is no page."""
    from django.test import RequestFactory

    view = pattern.callback
    request = RequestFactory().get("/")
    try:
        answer = view(request)
    except Exception:
        return False
    return answer.status_code == 405
