"""What we add to django-oauth-toolkit: codes and tokens are bound to the chosen organisation.

A user may belong to several organisations, so "the user allowed it" is not enough: the choice
made on the authorization page travels from the code to every token that comes of it.
"""

import hashlib
import json
from typing import Any

from django.db import DataError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from oauth2_provider.exceptions import OAuthToolkitError
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.views.mixins import OAuthLibMixin
from oauthlib.oauth2.rfc6749.errors import UnsupportedCodeChallengeMethodError

from sanderling.oauth.models import AccessToken, Application, Grant, RefreshToken

SCOPE = "UseRestApi"


class Validator(OAuth2Validator):  # type: ignore[misc]
    """The toolkit's rules, and ours about organisations and exact addresses."""

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Accept the registered address itself, letter by letter, and no other."""
        return redirect_uri in request.client.redirect_uris.split()

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        """Ask a public app to prove that it began what it ends; others may do so."""
        return bool(request.client.is_public)

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Remember for which organisation the code was given; a used one ends what came of it.

        The row is locked first: of exchanges at the same time the others wait, and then find the
        code used.
        """
        list(Grant.objects.select_for_update().filter(code=code, application=client))
        if not super().validate_code(client_id, code, client, request, *args, **kwargs):
            _end_families(client, code)
            return False
        request.organisation_id = Grant.objects.values_list("organisation_id", flat=True).get(
            code=code, application=client
        )
        return True

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Remember for which organisation the token was given.

        The row is locked first: of refreshes at the same time one gets tokens, and the others find
        the token used, which ends the family as any reuse does.
        """
        digest = _digest_of(refresh_token)
        list(RefreshToken.objects.select_for_update().filter(token_checksum=digest, revoked=None))
        if not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        request.organisation_id = request.refresh_token_instance.organisation_id
        return True

    def _create_authorization_code(self, request: Any, code: Any, expires: Any = None) -> Any:
        grant = super()._create_authorization_code(request, code, expires)
        Grant.objects.filter(pk=grant.pk).update(organisation_id=request.organisation_id)
        return grant

    def _create_access_token(self, expires: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        token = super()._create_access_token(expires, request, *args, **kwargs)
        AccessToken.objects.filter(pk=token.pk).update(organisation_id=request.organisation_id)
        return token

    def _create_refresh_token(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        token = super()._create_refresh_token(request, *args, **kwargs)
        is_first = request.grant_type == "authorization_code"
        RefreshToken.objects.filter(pk=token.pk).update(
            organisation_id=request.organisation_id,
            code_digest=_digest_of(request.code) if is_first else "",
        )
        return token


def _end_families(app: Application, code: str) -> None:
    """Revoke all tokens that a code has led to."""
    families = RefreshToken.objects.filter(application=app, code_digest=_digest_of(code))
    for family in set(families.values_list("token_family", flat=True)):
        RefreshToken.revoke_family(family)


def _digest_of(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


class _Toolkit(OAuthLibMixin):  # type: ignore[misc]
    """The toolkit's way to oauthlib, without its pages."""


TOOLKIT = _Toolkit()


def wish_of(request: HttpRequest) -> tuple[Application, dict[str, Any]]:
    """Return the app that asks and its checked wish; raises the toolkit's error otherwise.

    A challenge that is not hashed proves nothing to who reads the address, so ``plain``, also by
    default, is refused (RFC 7636 §4.4.1); our metadata do not name it.
    """
    _, credentials = TOOLKIT.validate_authorization_request(request)
    if credentials.get("code_challenge") and credentials.get("code_challenge_method") != "S256":
        asked = credentials["request"]
        raise OAuthToolkitError(error=UnsupportedCodeChallengeMethodError(request=asked))
    app = Application.objects.get(client_id=credentials["client_id"])
    return app, credentials


def answer_of(
    request: HttpRequest, wish: dict[str, Any], *, organisation_id: int, allows: bool
) -> str:
    """Return the address to go back to: with a code, or with the refusal."""
    credentials = {**wish, "organisation_id": organisation_id}
    try:
        address, _, _, _ = TOOLKIT.create_authorization_response(
            request=request, scopes=SCOPE, credentials=credentials, allow=allows
        )
    except OAuthToolkitError as error:
        address = error.oauthlib_error.in_uri(error.oauthlib_error.redirect_uri)
    return str(address)


def tokens_for(request: HttpRequest) -> HttpResponse:
    """Answer ``POST /uaa/oauth/token`` in every form that the product's document shows.

    Parameters may stand in the query (the library refuses that for good reasons, the document
    prints it), in the form, or the app's name in HTTP Basic.
    """
    if holds_nul(request):
        return _unreadable()
    _move_query_into_form(request)
    try:
        return _tokens_for(request)
    except DataError:  # a name in HTTP Basic that no column takes
        return _unreadable()


@transaction.atomic
def _tokens_for(request: HttpRequest) -> HttpResponse:
    _, headers, body, status = TOOLKIT.create_token_response(request)
    response = HttpResponse(body, status=status, content_type="application/json;charset=UTF-8")
    if status == 200:
        response = JsonResponse(_as_documented(body))
    for name, value in headers.items():
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def revoke(request: HttpRequest) -> HttpResponse:
    """Answer RFC 7009: the token is void, known or not."""
    if holds_nul(request):
        return _unreadable()
    _, headers, body, status = TOOLKIT.create_revocation_response(request)
    response = HttpResponse(body or "", status=status, content_type="application/json")
    for name, value in headers.items():
        response.headers[name] = value
    return response


def holds_nul(request: HttpRequest) -> bool:
    """Say whether a parameter holds NUL, which PostgreSQL's text cannot."""
    given = [*request.GET.lists(), *request.POST.lists()]
    return any("\x00" in value for _, values in given for value in values)


def _unreadable() -> HttpResponse:
    said = {"error": "invalid_request", "error_description": "A value is no text."}
    return JsonResponse(said, status=400)


def _as_documented(body: str) -> dict[str, Any]:
    """Return the members of the document, in its order, spelt as it spells them."""
    made = json.loads(body)
    return {
        "access_token": made["access_token"],
        "token_type": made["token_type"].lower(),
        "refresh_token": made["refresh_token"],
        "scope": made["scope"],
        "expires_in": made["expires_in"],
    }


def _move_query_into_form(request: HttpRequest) -> None:
    form = request.POST.copy()
    for name, values in request.GET.lists():
        if name not in form:
            form.setlist(name, values[-1:])
    request.POST = form  # type: ignore[assignment]
    request.META["QUERY_STRING"] = ""
    request.GET = QueryDict("")
