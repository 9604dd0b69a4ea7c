"""Which organisation a signed-in person works for right now."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Membership, Organisation
from sanderling.lib.logs import traced

SESSION_KEY = "organisation"


class PersonRequest(HttpRequest):
    """A request after the middleware: who asks, and for which organisation."""

    actor: Actor
    organisation: Organisation
    memberships: list[Membership]


class CurrentOrganisation:
    """Middleware: ``request.actor``, ``request.organisation``, ``request.memberships``.

    The choice in the session counts only while the person is still a member.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with its membership known."""
        request.memberships = _memberships(request)  # type: ignore[attr-defined]
        chosen = _chosen(request, request.memberships)  # type: ignore[attr-defined]
        request.organisation = chosen.organisation if chosen else None  # type: ignore[attr-defined]
        request.actor = Actor.member(chosen) if chosen else None  # type: ignore[attr-defined]
        if chosen is None:
            return self.get_response(request)
        # Times are shown, and read from forms, in the organisation's zone.
        with (
            traced(organisation=chosen.organisation_id),
            timezone.override(chosen.organisation.zone),
        ):
            return self.get_response(request)


def choose(request: HttpRequest, organisation_id: int) -> bool:
    """Work for another of the person's organisations from now on; False when not a member."""
    memberships: list[Membership] = request.memberships  # type: ignore[attr-defined]
    if all(member.organisation_id != organisation_id for member in memberships):
        return False
    request.session[SESSION_KEY] = organisation_id
    return True


def _memberships(request: HttpRequest) -> list[Membership]:
    if request.path.startswith(("/static/", "/api/", "/t/", "/healthz", "/readyz", "/metrics")):
        return []
    if not request.user.is_authenticated:
        return []
    return list(
        Membership.objects.filter(user_id=request.user.pk)
        .select_related("organisation", "user")
        .order_by("organisation__name", "pk")
    )


def _chosen(request: HttpRequest, memberships: list[Membership]) -> Membership | None:
    if not memberships:
        return None
    wanted = request.session.get(SESSION_KEY)
    return next((m for m in memberships if m.organisation_id == wanted), memberships[0])
