"""Clients of others, as their authors publish them, against our server on a real socket."""

import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from cast import PASSWORD, assemble
from django.test import Client
from requests_oauthlib import OAuth2Session as RequestsSession
from sample import SAMPLE

from sanderling.oauth import registering

CALLBACK = "http://my_host:8081/test/callback"


@pytest.fixture
def cast(transactional_db):
    """The people, committed, so that the server's thread sees them."""
    return assemble()


@pytest.fixture
def app(cast):
    return registering.register(
        cast.elsewhere.pk, name="Plover CRM", callback=CALLBACK, rights=["full"], by=cast.stranger
    )


def consented(address, cast):
    """Return where a person's browser lands after allowing what the client asked for."""
    parts = urlsplit(address)
    browser = Client()
    assert browser.login(username="owner@sandpiper.example", password=PASSWORD)
    answer = browser.post(
        f"{parts.path}?{parts.query}", {"organisation": cast.organisation.pk, "decision": "allow"}
    )
    return answer["Location"]


def test_requests_oauthlib_gets_refreshes_and_uses_tokens(live_server, cast, app, monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")
    registered, secret = app
    kept = []
    named = {"client_id": registered.client_id, "client_secret": secret}
    with RequestsSession(
        registered.client_id, redirect_uri=CALLBACK,
        auto_refresh_url=f"{live_server.url}/uaa/oauth/token", auto_refresh_kwargs=named,
        token_updater=kept.append,
    ) as session:  # fmt: skip
        address, state = session.authorization_url(f"{live_server.url}/uaa/oauth/authorize")
        landed = consented(address, cast)
        assert parse_qs(urlsplit(landed).query)["state"] == [state]
        token = session.fetch_token(
            f"{live_server.url}/uaa/oauth/token",
            authorization_response=landed,
            client_secret=secret,
        )
        assert token["token_type"] == "bearer"
        found = session.get(f"{live_server.url}/api/v1/contacts?externalCustomerId=C-1")
        assert found.headers["TotalCount"] == "1"
        session.token = {**token, "expires_at": 1}
        assert session.get(f"{live_server.url}/api/v2/version").status_code == 200
    assert kept[0]["access_token"] != token["access_token"]


def test_the_documents_own_sample_runs(live_server, cast, app, tmp_path):
    registered, secret = app
    sample = tmp_path / "sample.py"
    sample.write_text(
        SAMPLE.format(
            origin=live_server.url,
            callback=CALLBACK,
            client_id=registered.client_id,
            client_secret=secret,
        )
    )
    with subprocess.Popen(
        [sys.executable, str(sample)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as running:  # fmt: skip
        address = f"{live_server.url}/uaa/oauth/authorize?response_type=code&client_id="
        address += f"{registered.client_id}&redirect_uri={CALLBACK}"
        code = parse_qs(urlsplit(consented(address, cast)).query)["code"][0]
        out, errors = running.communicate(f"{code}\n", timeout=60)
    assert running.returncode == 0, errors
    assert '"externalCustomerId":"C-1"' in out.splitlines()[-1]


def test_authlib_proves_itself_refreshes_and_revokes(live_server, cast, app):
    """The code flow with PKCE, as Authlib runs it: named by HTTP Basic, then by the form."""
    registered, secret = app
    for method in ("client_secret_basic", "client_secret_post"):
        verifier = generate_token(48)
        session = OAuth2Session(
            registered.client_id, secret, redirect_uri=CALLBACK, code_challenge_method="S256",
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
        )  # fmt: skip
        address, state = session.create_authorization_url(
            f"{live_server.url}/uaa/oauth/authorize", code_verifier=verifier
        )
        assert "code_challenge_method=S256" in address
        landed = consented(address, cast)
        token_url = f"{live_server.url}/uaa/oauth/token"
        with pytest.raises(OAuthError, match="invalid_grant"):
            session.fetch_token(
                token_url, authorization_response=landed, state=state, code_verifier="x" * 48
            )
        token = session.fetch_token(
            token_url, authorization_response=landed, state=state, code_verifier=verifier
        )
        assert (token["scope"], token["expires_in"]) == ("UseRestApi", 172_800)
        assert session.get(f"{live_server.url}/api/v2/version").status_code == 200
        fresh = session.refresh_token(token_url)
        assert fresh["refresh_token"] != token["refresh_token"]
        info = session.get(f"{live_server.url}/api/v1/account/info")
        assert info.json()["organisationName"] == "Sandpiper"
        session.revoke_token(
            f"{live_server.url}/uaa/oauth/revoke", token=fresh["refresh_token"]
        ).raise_for_status()
        assert session.get(f"{live_server.url}/api/v2/version").status_code == 401
        session.close()


def test_authlib_finds_the_endpoints_by_the_metadata(live_server, cast, app):
    shown = requests.get(f"{live_server.url}/.well-known/oauth-authorization-server", timeout=10)
    metadata = AuthorizationServerMetadata(shown.json())
    for key in metadata.keys() & set(metadata.REGISTRY_KEYS):
        if key != "issuer" and not key.endswith("_endpoint"):  # those must be TLS, loopback is not
            getattr(metadata, f"validate_{key}")()
    answer = requests.post(metadata["token_endpoint"], data={"grant_type": "x"}, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")
