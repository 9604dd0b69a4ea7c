import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from sanderling.accounts.models import Membership
from sanderling.oauth import registering
from sanderling.oauth.models import AccessToken, RefreshToken


def call(token, path="/api/v2/version", method="get"):
    return getattr(Client(), method)(path, headers={"Authorization": f"Bearer {token}"})


def test_the_answer_is_the_documents(partner, owner, cast):
    code = partner.code_from(owner, cast.organisation.pk)
    answer = partner.tokens_for(code)
    assert list(answer) == ["access_token", "token_type", "refresh_token", "scope", "expires_in"]
    assert (answer["token_type"], answer["scope"]) == ("bearer", "UseRestApi")
    assert answer["expires_in"] == 172_800
    version = call(answer["access_token"])
    assert version.json()["protocolVersion"] == "1.0"


def test_every_form_of_the_token_request_is_taken(partner, owner, cast):
    basic = base64.b64encode(f"{partner.app.client_id}:{partner.secret}".encode()).decode()

    def in_query(wish):
        return Client().post("/uaa/oauth/token?" + urlencode(wish))

    def in_form(wish):
        return Client().post("/uaa/oauth/token", wish)

    def by_basic(wish):
        named = {k: v for k, v in wish.items() if k not in ("client_id", "client_secret")}
        return Client().post("/uaa/oauth/token", named, headers={"Authorization": f"Basic {basic}"})

    for send in (in_query, in_form, by_basic):
        tokens = send(partner.exchange(partner.code_from(owner, cast.organisation.pk)))
        assert tokens.status_code == 200, tokens.content
        again = send(partner.refresh(tokens.json()["refresh_token"]))
        assert again.status_code == 200, again.content
        assert call(again.json()["access_token"]).status_code == 200


def test_the_doubled_path_of_the_document_works(partner, owner):
    path = partner.asks().replace("authorize?", "authorize/oauth/authorize?")
    assert b"Plover CRM" in owner.get(path).content


def test_tokens_act_for_the_chosen_organisation_only(partner, owner, cast):
    Membership.objects.create(organisation=cast.elsewhere, user=cast.owner_user, role="OWNER")
    page = owner.get(partner.asks()).content.decode()
    assert "Sandpiper" in page
    assert "Plover" in page
    code = partner.code_from(owner, cast.elsewhere.pk)
    token = partner.tokens_for(code)["access_token"]
    assert call(token, "/api/v1/account/info").json()["organisationName"] == "Plover"
    assert call(token, f"/api/v1/contact/{cast.dina.pk}").status_code == 404


def test_only_an_owner_can_let_an_app_in(partner, sender, cast):
    assert b"Only an owner" in sender.get(partner.asks()).content
    answer = sender.post(
        partner.asks(), {"organisation": cast.organisation.pk, "decision": "allow"}
    )
    assert answer.status_code == 200
    elsewhere = sender.post(
        partner.asks(), {"organisation": cast.elsewhere.pk, "decision": "allow"}
    )
    assert elsewhere.status_code == 200
    assert AccessToken.objects.count() == 0


def test_nobody_is_asked_before_signing_in(partner, cast):
    answer = Client().get(partner.asks(state="s&t"))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=/uaa/oauth/authorize")


def test_refusing_goes_back_with_the_reason_and_the_state(partner, owner, cast):
    answer = owner.post(
        partner.asks(state="a b"), {"organisation": cast.organisation.pk, "decision": "deny"}
    )
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert (query["error"], query["state"]) == (["access_denied"], ["a b"])
    allowed = owner.post(
        partner.asks(state="a b"), {"organisation": cast.organisation.pk, "decision": "allow"}
    )
    assert parse_qs(urlsplit(allowed["Location"]).query)["state"] == ["a b"]


@pytest.mark.parametrize(
    "callback",
    [
        "http://my_host:8081/test/callback/",
        "http://my_host:8081/test/callback?x=1",
        "http://my_host:8081/test",
        "http://my_host/test/callback",
        "https://my_host:8081/test/callback",
        "http://evil.example/test/callback",
        "http://my_host:8081@evil.example/test/callback",
        "http://MY_HOST:8081/test/callback",
        "",
        "javascript:alert(1)",
    ],
)
def test_another_callback_is_never_redirected_to(partner, owner, cast, callback):
    path = partner.asks(redirect_uri=callback)
    for answer in (
        owner.get(path),
        owner.post(path, {"organisation": cast.organisation.pk, "decision": "allow"}),
    ):
        if callback:
            assert answer.status_code == 400
            assert "Location" not in answer


def test_an_unknown_app_is_a_page_and_no_redirection(owner, partner):
    answer = owner.get(partner.asks(client_id="nobody"))
    assert answer.status_code == 400
    assert b"cannot be let in" in answer.content


def test_another_response_type_goes_back_as_an_error(partner, owner):
    answer = owner.get(partner.asks(response_type="token", state="s"))
    query = parse_qs(urlsplit(answer["Location"]).query or urlsplit(answer["Location"]).fragment)
    assert query["error"] in (["unsupported_response_type"], ["unauthorized_client"])


def test_a_code_works_once_and_only_with_its_callback_and_secret(partner, owner, cast):
    code = partner.code_from(owner, cast.organisation.pk)
    assert partner.tokens_for(code, redirect_uri="http://evil.example/")["error"]
    assert partner.tokens_for(code, client_secret="wrong")["error"] == "invalid_client"
    assert "access_token" in partner.tokens_for(code)
    assert partner.tokens_for(code)["error"] == "invalid_grant"


def test_refreshing_rotates_and_a_reused_token_ends_the_family(partner, owner, cast):
    first = partner.tokens_for(partner.code_from(owner, cast.organisation.pk))
    second = Client().post("/uaa/oauth/token", partner.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert call(first["access_token"]).status_code == 401
    assert call(second["access_token"]).status_code == 200
    stolen = Client().post("/uaa/oauth/token", partner.refresh(first["refresh_token"]))
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert call(second["access_token"]).status_code == 401
    third = Client().post("/uaa/oauth/token", partner.refresh(second["refresh_token"]))
    assert third.status_code == 400


def test_neither_codes_tokens_nor_secrets_are_stored_in_clear(partner, owner, cast):
    tokens = partner.tokens_for(partner.code_from(owner, cast.organisation.pk))
    with connection.cursor() as cursor:
        for table in ("oauth_accesstoken", "oauth_refreshtoken", "oauth_application"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            stored = cursor.fetchone()[0]
            for secret in (tokens["access_token"], tokens["refresh_token"], partner.secret):
                assert secret not in stored


def test_lifetimes_are_the_documents(partner, owner, cast):
    tokens = partner.tokens_for(partner.code_from(owner, cast.organisation.pk))
    past = timezone.now() - timezone.timedelta(seconds=1)
    AccessToken.objects.update(expires=past)
    assert call(tokens["access_token"]).status_code == 401
    AccessToken.objects.update(expires=past - timezone.timedelta(seconds=2_592_000))
    late = Client().post("/uaa/oauth/token", partner.refresh(tokens["refresh_token"]))
    assert late.json()["error"] == "invalid_grant"


def test_pkce_is_honoured(partner, owner, cast):
    verifier = "v" * 64
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    wish = {
        "code_challenge": digest.rstrip(b"=").decode(), "code_challenge_method": "S256",
    }  # fmt: skip
    code = partner.code_from(owner, cast.organisation.pk, **wish)
    assert partner.tokens_for(code)["error"]
    code = partner.code_from(owner, cast.organisation.pk, **wish)
    assert partner.tokens_for(code, code_verifier="w" * 64)["error"] == "invalid_grant"
    code = partner.code_from(owner, cast.organisation.pk, **wish)
    assert "access_token" in partner.tokens_for(code, code_verifier=verifier)


@pytest.mark.parametrize("method", ["plain", None, "S512"])
def test_a_challenge_that_is_not_hashed_is_refused(partner, owner, method):
    more = {"code_challenge_method": method} if method else {}
    answer = owner.get(partner.asks(code_challenge="v" * 64, state="s-1", **more))
    said = parse_qs(urlsplit(answer["Location"]).query)
    assert (said["error"], said["state"]) == (["invalid_request"], ["s-1"])


def test_a_slash_at_the_end_is_no_other_address(partner, owner, cast):
    path = partner.asks().replace("authorize?", "authorize/?")
    assert b"Plover CRM" in owner.get(path).content
    wish = partner.exchange(partner.code_from(owner, cast.organisation.pk))
    assert Client().post("/uaa/oauth/token/", wish).status_code == 200
    wrong = partner.asks().replace("callback", "callback%2F")
    assert owner.get(wrong).status_code == 400  # of the app's own address the slash counts


def test_a_public_app_must_use_pkce(partner, owner):
    partner.app.is_public = True
    partner.app.save(update_fields=["is_public"])
    answer = owner.get(partner.asks())
    assert parse_qs(urlsplit(answer["Location"]).query)["error"] == ["invalid_request"]


def test_a_revoked_token_is_void(partner, owner, cast):
    tokens = partner.tokens_for(partner.code_from(owner, cast.organisation.pk))
    named = {"client_id": partner.app.client_id, "client_secret": partner.secret}
    foreign = Client().post(
        "/uaa/oauth/revoke", named | {"client_secret": "x", "token": tokens["refresh_token"]}
    )
    assert foreign.status_code == 401
    assert call(tokens["access_token"]).status_code == 200
    answer = Client().post("/uaa/oauth/revoke", named | {"token": tokens["refresh_token"]})
    assert answer.status_code == 200
    assert call(tokens["access_token"]).status_code == 401


def test_rights_are_the_apps_of_this_moment(partner, owner, cast):
    token = partner.tokens_for(partner.code_from(owner, cast.organisation.pk))["access_token"]
    assert call(token, "/api/v1/contacts").status_code == 200
    registering.change(
        cast.elsewhere.pk, partner.app.pk, name="Plover CRM", callback=partner.callback,
        rights=["events-contacts-write"], by=cast.stranger,
    )  # fmt: skip
    assert call(token, "/api/v1/contacts").status_code == 403
    assert call(token, "/api/v1/subscriptions").status_code == 200


def test_a_person_who_leaves_takes_the_apps_along(partner, owner, cast):
    token = partner.tokens_for(partner.code_from(owner, cast.organisation.pk))["access_token"]
    assert call(token).status_code == 200
    Membership.objects.filter(user=cast.owner_user).delete()
    assert call(token).status_code == 401


def test_the_metadata_say_where_everything_is(db):
    shown = Client().get("/.well-known/oauth-authorization-server/uaa").json()
    assert shown["issuer"] == "http://testserver/uaa"
    assert shown["token_endpoint"] == "http://testserver/uaa/oauth/token"
    assert shown["code_challenge_methods_supported"] == ["S256"]


def test_hostile_token_requests_are_4xx(partner):
    for body in (
        {}, {"grant_type": "password"}, {"grant_type": "authorization_code"},
        partner.exchange("\x00"), partner.exchange("x" * 10_000), partner.refresh("\x00"),
        partner.refresh("y"), {"grant_type": "client_credentials"} | partner.exchange("x"),
    ):  # fmt: skip
        answer = Client().post("/uaa/oauth/token", body)
        assert 400 <= answer.status_code < 500
        assert answer.json()["error"]
    for raw in (b"{}", b"\xff\xfe", b"a=%00&b=%ff"):
        answer = Client().post("/uaa/oauth/token", raw, content_type="application/json")
        assert 400 <= answer.status_code < 500
    assert Client().get("/uaa/oauth/token").status_code == 405
    assert RefreshToken.objects.count() == 0
