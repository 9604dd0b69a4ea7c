import io
import re

import pytest
from django.test import Client
from PIL import Image

from sanderling.oauth.models import AccessToken, Application

APP = {"name": "CRM", "callback": "https://crm.example/back", "rights": ["events", "messages"]}


def picture(size=(300, 200), form="PNG"):
    written = io.BytesIO()
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, 0, size[0] // 10, size[1]))
    image.save(written, form)
    written.seek(0)
    written.name = f"logo.{form.lower()}"
    return written


def registered(browser):
    answer = browser.post("/partners/register", APP)
    assert answer["Cache-Control"] == "no-store"
    return answer.content.decode(), Application.objects.get()


def test_the_id_and_the_secret_are_shown_once(owner):
    page, app = registered(owner)
    secret = re.search(r'id="client-secret"[^>]*>([0-9a-f]{64})<', page).group(1)
    assert re.search(r'id="client-id"[^>]*>([0-9a-f]{32})<', page).group(1) == app.client_id
    assert secret not in app.client_secret
    for path in ("/partners/", f"/partners/{app.pk}", f"/partners/{app.pk}/form"):
        shown = owner.get(path).content.decode()
        assert app.client_id in shown or path.endswith("form")
        assert secret not in shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"rights": []}, {"rights": ["everything"]}, {"callback": "crm.example"},
        {"callback": "javascript:alert(1)"}, {"callback": "https://*.example/x"},
        {"callback": "https://a.example/#x"},
    ],
)  # fmt: skip
def test_an_app_that_cannot_be_is_explained(owner, wrong):
    answer = owner.post("/partners/register", APP | wrong)
    assert answer.status_code == 200
    assert b"invalid-feedback" in answer.content
    assert Application.objects.count() == 0


def test_an_app_may_come_without_a_callback_and_get_it_later(owner):
    owner.post("/partners/register", APP | {"callback": ""})
    app = Application.objects.get()
    assert app.redirect_uris == ""
    owner.post(f"/partners/{app.pk}", APP | {"rights": ["full"]})
    app.refresh_from_db()
    assert (app.redirect_uris, app.scopes) == ("https://crm.example/back", ["full"])


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF"])
def test_a_logo_is_cropped_to_its_middle(owner, form):
    _, app = registered(owner)
    owner.post(f"/partners/{app.pk}/form", {"name": "The CRM", "logo": picture(form=form)})
    app.refresh_from_db()
    with Image.open(io.BytesIO(bytes(app.logo))) as logo:
        assert (logo.format, logo.size) == ("PNG", (96, 96))
        red, _green, blue, _alpha = logo.getpixel((1, 48))
        assert red > 200
        assert blue < 60
    preview = owner.get(f"/partners/{app.pk}/preview").content.decode()
    assert "The CRM" in preview
    assert "data:image/png;base64," in preview
    assert "Access to messages" in preview


def test_what_is_no_picture_is_refused(owner):
    _, app = registered(owner)
    large, svg, bomb = (
        io.BytesIO(b"x" * (1024 * 1024 + 1)),
        io.BytesIO(b"<svg/>"),
        picture(form="BMP"),
    )
    for number, file in enumerate((large, svg, bomb)):
        file.name = f"{number}.png"
        answer = owner.post(f"/partners/{app.pk}/form", {"name": "CRM", "logo": file})
        assert b"invalid-feedback" in answer.content
    app.refresh_from_db()
    assert app.logo is None


def test_deleting_an_app_voids_its_tokens(partner, owner, stranger, cast):
    tokens = partner.tokens_for(partner.code_from(owner, cast.organisation.pk))
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert Client().get("/api/v2/version", headers=bearer).status_code == 200
    assert owner.post(f"/partners/{partner.app.pk}/delete").status_code == 404
    stranger.post(f"/partners/{partner.app.pk}/delete")
    assert Client().get("/api/v2/version", headers=bearer).status_code == 401
    refreshed = Client().post("/uaa/oauth/token", partner.refresh(tokens["refresh_token"]))
    assert refreshed.json()["error"] == "invalid_client"


def test_connected_apps_are_listed_and_disconnected(partner, owner, stranger, cast):
    assert b"No app is connected" in owner.get("/connected-apps/").content
    tokens = partner.tokens_for(partner.code_from(owner, cast.organisation.pk))
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    Client().get("/api/v2/version", headers=bearer)
    page = owner.get("/connected-apps/").content
    assert b"Plover CRM" in page
    assert b"Full access to API" in page
    assert b"No app is connected" in stranger.get("/connected-apps/").content
    assert stranger.post(f"/connected-apps/{partner.app.pk}/disconnect").status_code == 404
    assert Client().get("/api/v2/version", headers=bearer).status_code == 200
    assert owner.post(f"/connected-apps/{partner.app.pk}/disconnect").status_code == 302
    assert Client().get("/api/v2/version", headers=bearer).status_code == 401
    refreshed = Client().post("/uaa/oauth/token", partner.refresh(tokens["refresh_token"]))
    assert refreshed.json()["error"] == "invalid_grant"
    assert AccessToken.objects.count() == 0


def test_a_new_secret_voids_the_one_before(partner, stranger, owner, cast):
    code = partner.code_from(owner, cast.organisation.pk)
    page = stranger.post(f"/partners/{partner.app.pk}/secret").content.decode()
    assert partner.tokens_for(code)["error"] == "invalid_client"
    partner.secret = re.search(r"[0-9a-f]{64}", page).group(0)
    assert "access_token" in partner.tokens_for(code)


def test_a_marketer_sees_no_partners_page(sender):
    for path in ("/partners/", "/partners/register", "/connected-apps/"):
        assert sender.get(path).status_code == 403
