"""What every page shows around its content: the navigation and the organisation."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanderling import __version__


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation."""

    title: str | Promise
    url: str
    is_current: bool


AREAS = (
    (_("Contacts"), "contacts-list"),
    (_("Segments"), "segments-list"),
    (_("Messages"), "messages-list"),
    (_("Campaigns"), "campaigns-list"),
    (_("Workflows"), "workflows-list"),
    (_("Data sources"), "sources-list"),
    (_("Data export"), "exports-list"),
    (_("Reports"), "reports-list"),
    (_("Settings"), "settings-home"),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """Return the navigation, the organisation and the actor for templates."""
    return {
        "navigation": entries(request),
        "organisation": getattr(request, "organisation", None),
        "memberships": getattr(request, "memberships", []),
        "actor": getattr(request, "actor", None),
        "version": __version__,
    }


def entries(request: HttpRequest) -> list[Entry]:
    """Return the areas that exist, in their order."""
    return [entry for area in AREAS if (entry := _entry(request, *area))]


def _entry(request: HttpRequest, title: str | Promise, name: str) -> Entry | None:
    try:
        url = reverse(name)
    except NoReverseMatch:
        return None
    return Entry(title, url, request.path.startswith(url))
