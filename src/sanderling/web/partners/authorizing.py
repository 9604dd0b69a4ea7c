"""The authorization server: asking a person, and answering an app (RFC 6749, 7009, 8414)."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Membership
from sanderling.accounts.rights import Permission, permissions_of
from sanderling.oauth import granting
from sanderling.oauth.models import Application
from sanderling.web.partners import words


class Elsewhere(HttpResponse):
    """A redirection to an app's own address; Django's refuses nothing here, the app is known."""

    def __init__(self, address: str) -> None:
        super().__init__(status=302, headers={"Location": address, "Cache-Control": "no-store"})


@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponseBase:
    """Ask the signed-in person whether an app may act for one of their organisations."""
    if granting.holds_nul(request):
        return HttpResponse("The request holds a character that is no text.", status=400)
    try:
        app, wish = granting.wish_of(request)
    except FatalClientError as error:  # whom to tell is not known: tell the person
        return _refused(request, error)
    except OAuthToolkitError as error:
        return Elsewhere(error.oauthlib_error.in_uri(error.oauthlib_error.redirect_uri))
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    memberships = _connectable(request)
    if request.method == "POST":
        return _decided(request, app, wish, memberships)
    return _asked(request, app, wish, memberships)


@csrf_exempt
@require_POST
@never_cache
def token(request: HttpRequest) -> HttpResponse:
    """Give tokens for a code or a refresh token."""
    return granting.tokens_for(request)


@csrf_exempt
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Make a token void."""
    return granting.revoke(request)


def metadata(request: HttpRequest, issuer_path: str = "") -> HttpResponse:
    """Say where everything is (RFC 8414)."""
    origin = f"{request.scheme}://{request.get_host()}"
    response = JsonResponse(
        {
            "issuer": f"{origin}/uaa",
            "authorization_endpoint": f"{origin}/uaa/oauth/authorize",
            "token_endpoint": f"{origin}/uaa/oauth/token",
            "revocation_endpoint": f"{origin}/uaa/oauth/revoke",
            "scopes_supported": [granting.SCOPE],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }
    )
    response["Access-Control-Allow-Origin"] = "*"
    return response


def page_of(
    request: HttpRequest, app: Application, *, memberships: list[Membership], is_preview: bool
) -> HttpResponse:
    """Return the authorization page of an app, real or as a preview."""
    shown = {
        "app": app,
        "app_name": app.form_name or app.name,
        "rights": words.described(app.rights),
        "choices": memberships,
        "current": getattr(request, "organisation", None),
        "is_preview": is_preview,
    }
    return render(request, "partners/authorize.html", shown)


def _asked(
    request: HttpRequest, app: Application, wish: dict[str, Any], memberships: list[Membership]
) -> HttpResponse:
    response = page_of(request, app, memberships=memberships, is_preview=False)
    # Browsers hold a form's target to form-action through its redirections too.
    parts = urlsplit(wish["redirect_uri"] or "")
    response["Content-Security-Policy"] = (
        "default-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
        f"form-action 'self' {parts.scheme}://{parts.netloc}; "
        "frame-ancestors 'none'; object-src 'none'; base-uri 'none'"
    )
    return response


def _decided(
    request: HttpRequest, app: Application, wish: dict[str, Any], memberships: list[Membership]
) -> HttpResponse:
    chosen = _chosen(request, memberships)
    if chosen is None:
        return _asked(request, app, wish, memberships)
    allows = request.POST.get("decision") == "allow"
    if allows:
        auditing.record(
            Actor.member(chosen), "app.connect", app.pk, name=app.name, rights=app.scopes
        )
    return Elsewhere(
        granting.answer_of(request, wish, organisation_id=chosen.organisation_id, allows=allows)
    )


def _connectable(request: HttpRequest) -> list[Membership]:
    """Return where this person may let an app in: an app acts for the whole organisation."""
    memberships: list[Membership] = getattr(request, "memberships", [])
    return [
        member for member in memberships if Permission.ADMINISTER in permissions_of(member.role)
    ]


def _chosen(request: HttpRequest, memberships: list[Membership]) -> Membership | None:
    if len(memberships) == 1 and "organisation" not in request.POST:
        return memberships[0]
    wanted = request.POST.get("organisation", "")
    return next((one for one in memberships if str(one.organisation_id) == wanted), None)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    """Show why an app cannot be answered: its id or its address is wrong."""
    known = error.oauthlib_error
    return render(
        request,
        "partners/refused.html",
        {"error": known.error, "description": known.description or known.error},
        status=known.status_code,
    )
