"""What somebody with bad intentions sends to the authorization server, and what they get."""

import io
import struct
import zlib
from urllib.parse import parse_qs, urlsplit

import pytest
from cast import PASSWORD, assemble
from django.test import Client
from partners import CALLBACK, Partner
from PIL import Image
from together import at_once

from sanderling.oauth import logos, registering
from sanderling.oauth.models import AccessToken, Application, RefreshToken


def call(token):
    return Client().get("/api/v2/version", headers={"Authorization": f"Bearer {token}"})


def test_a_code_that_is_shown_again_ends_what_came_of_it(partner, owner, cast):
    code = partner.code_from(owner, cast.organisation.pk)
    other = partner.tokens_for(partner.code_from(owner, cast.organisation.pk))
    first = partner.tokens_for(code)
    second = Client().post("/uaa/oauth/token", partner.refresh(first["refresh_token"])).json()
    assert call(second["access_token"]).status_code == 200
    assert partner.tokens_for(code)["error"] == "invalid_grant"
    assert call(second["access_token"]).status_code == 401
    refreshed = Client().post("/uaa/oauth/token", partner.refresh(second["refresh_token"]))
    assert refreshed.json()["error"] == "invalid_grant"
    assert call(other["access_token"]).status_code == 200  # another consent is another family


def test_another_app_cannot_use_a_code_nor_end_what_came_of_it(partner, owner, cast):
    app, secret = registering.register(
        cast.elsewhere.pk, name="Other", callback=CALLBACK, rights=["full"], by=cast.stranger
    )
    code = partner.code_from(owner, cast.organisation.pk)
    thief = {"client_id": app.client_id, "client_secret": secret}
    assert partner.tokens_for(code, **thief)["error"] == "invalid_grant"
    tokens = partner.tokens_for(code)
    assert partner.tokens_for(code, **thief)["error"] == "invalid_grant"
    assert call(tokens["access_token"]).status_code == 200
    stolen = Client().post("/uaa/oauth/token", partner.refresh(tokens["refresh_token"]) | thief)
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")


def test_a_dead_token_is_told_as_rfc_6750_tells_it(db):
    answer = call("dead")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="Sanderling", error="invalid_token"'
    assert answer.json()["error"] == "invalid_token"
    assert answer.json()["status"] == 401


@pytest.fixture
def consent(transactional_db):
    """An app, and a code and tokens of it, that several connections can see."""
    cast = assemble()
    app, secret = registering.register(
        cast.elsewhere.pk, name="CRM", callback=CALLBACK, rights=["full"], by=cast.stranger
    )
    partner, browser = Partner(app, secret), Client()
    assert browser.login(username="owner@sandpiper.example", password=PASSWORD)
    return partner, partner.code_from(browser, cast.organisation.pk)


def six_at_once(ask):
    """Ask six times in the same moment; return status and answer of each, by status."""
    return at_once(*[ask] * 6)


def test_of_many_refreshes_at_once_one_gets_tokens(consent):
    partner, code = consent
    tokens = partner.tokens_for(code)
    wish = partner.refresh(tokens["refresh_token"])
    answers = six_at_once(lambda: Client().post("/uaa/oauth/token", wish).json())
    assert [said["error"] for said in answers if "error" in said] == ["invalid_grant"] * 5
    assert RefreshToken.objects.filter(revoked=None).count() == 0  # reuse has ended the family
    assert AccessToken.objects.count() == 0
    assert call(tokens["access_token"]).status_code == 401


def test_of_many_exchanges_of_one_code_at_once_one_gets_tokens(consent):
    partner, code = consent
    answers = six_at_once(lambda: partner.tokens_for(code))
    assert [said["error"] for said in answers if "error" in said] == ["invalid_grant"] * 5
    assert RefreshToken.objects.count() == 1
    assert RefreshToken.objects.filter(revoked=None).count() == 0  # a code shown again ends all
    assert AccessToken.objects.count() == 0


def test_the_authorization_page_cannot_be_framed_nor_cached(partner, owner):
    answer = owner.get(partner.asks())
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] in ("same-origin", "no-referrer", "strict-origin")


def test_consent_needs_the_pages_own_word(partner, cast):
    browser = Client(enforce_csrf_checks=True)
    assert browser.login(username="owner@sandpiper.example", password=PASSWORD)
    wish = {"organisation": cast.organisation.pk, "decision": "allow"}
    assert browser.post(partner.asks(), wish).status_code == 403
    assert "Location" not in browser.post(partner.asks(), wish)


def test_the_state_comes_back_as_it_was_and_adds_nothing(partner, owner, cast):
    state = "a&code=evil#x\r\nSet-Cookie: a=b"
    answer = owner.post(
        partner.asks(state=state), {"organisation": cast.organisation.pk, "decision": "allow"}
    )
    if answer.status_code == 302:
        query = parse_qs(urlsplit(answer["Location"]).query)
        assert query["state"] == [state]
        assert query["code"] != ["evil"]
        assert "Set-Cookie: a=b" not in str(answer.headers)
    else:
        assert answer.status_code == 400


@pytest.mark.parametrize(
    ("wish", "status", "error"),
    [
        ({"grant_type": ""}, 400, "unsupported_grant_type"),
        ({"grant_type": "nonsense"}, 400, "unsupported_grant_type"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"code": "nothing"}, 400, "invalid_grant"),
        ({"code": ""}, 400, "invalid_grant"),
    ],
)
def test_errors_are_those_of_rfc_6749(partner, owner, cast, wish, status, error):
    asked = partner.exchange(partner.code_from(owner, cast.organisation.pk)) | wish
    answer = Client().post("/uaa/oauth/token", asked)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer["Content-Type"].startswith("application/json")
    assert "no-store" in answer["Cache-Control"]
    assert AccessToken.objects.count() == 0


def test_revoking_what_is_unknown_succeeds_and_says_nothing(partner):
    named = {"client_id": partner.app.client_id, "client_secret": partner.secret}
    for hint in ({}, {"token_type_hint": "refresh_token"}, {"token_type_hint": "nonsense"}):
        answer = Client().post("/uaa/oauth/revoke", named | {"token": "unknown"} | hint)
        assert answer.status_code in (200, 400)
        assert answer.status_code == 200 or answer.json()["error"] == "unsupported_token_type"


def png(width, height):
    """Return a small file that unpacks to an enormous picture."""

    def chunk(kind, content):
        packed = kind + content
        return struct.pack(">I", len(content)) + packed + struct.pack(">I", zlib.crc32(packed))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    lines = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def red_png():
    written = io.BytesIO()
    Image.new("RGB", (200, 100), "red").save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    "picture",
    [png(60_000, 60_000), png(2**31 - 1, 1), png(0, 0), b"", b"GIF89a", red_png()[:60],
     b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
     b"%PDF-1.4", b"\xff\xd8\xff\xe0" + bytes(500)],
)  # fmt: skip
def test_a_picture_that_is_a_trap_is_refused_in_words(owner, cast, picture):
    app, _ = registering.register(
        cast.organisation.pk, name="CRM", callback="", rights=["full"], by=cast.owner
    )
    file = io.BytesIO(picture)
    file.name = "logo.png"
    answer = owner.post(f"/partners/{app.pk}/form", {"name": "CRM", "logo": file})
    assert answer.status_code == 200
    assert b"invalid-feedback" in answer.content
    assert Application.objects.get().logo is None


def test_nothing_of_the_file_but_its_pixels_is_kept():
    with_more = red_png() + b"<script>alert(1)</script>"
    kept = logos.cropped(with_more)
    assert b"script" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.format, image.size, image.info) == ("PNG", (96, 96), {})
