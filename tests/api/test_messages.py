import pytest
from django.test import Client

from sanderling.messages.models import Message, Translation
from sanderling.sending import connecting

EMAIL = {
    "name": "Welcome EN",
    "from": '"Demo Shop" <news@shop.example>',
    "subject": "Hi!",
    "htmlText": "<p>Hello %FIRSTNAME%</p>",
    "css": "p{color:red}",
    "tags": ["welcome"],
    "subscriptionsKeys": ["news"],
    "languageCode": "en",
}
OTHERS = {
    "sms": {"name": "S", "from": "SHOP", "text": "Hi", "trackUrls": True},
    "viber": {"name": "V", "from": "SHOP", "text": "Hi", "img": "i", "caption": "c", "action": "a"},
    "mobilepush": {
        "name": "P", "title": "T", "text": "Hi", "buttons": [{"actionId": "1", "label": "Go"}],
    },
    "appinbox": {"name": "A", "title": "T", "text": "Hi", "ttlSec": 60},
    "telegram": {"name": "G", "text": "Hi", "buttons": [{"text": "t", "link": "l"}]},
}  # fmt: skip


def test_an_email_comes_back_as_it_was_stored(api):
    number = api.post("/v1/messages/email", EMAIL).json()["id"]
    assert api.get(f"/v1/messages/email/{number}").json() == {"id": number, **EMAIL}
    assert Message.objects.get().html == "<style>p{color:red}</style><p>Hello %FIRSTNAME%</p>"


@pytest.mark.parametrize("channel", OTHERS)
def test_every_channel_keeps_its_members(api, channel):
    number = api.post(f"/v1/messages/{channel}", OTHERS[channel]).json()["id"]
    shown = api.get(f"/v1/messages/{channel}/{number}").json()
    assert shown == {"id": number, "tags": [], **OTHERS[channel]}
    assert api.get(f"/v1/messages/email/{number}").status_code == 404


def test_messages_are_changed_translated_and_deleted(api):
    number = api.post("/v1/messages/email", EMAIL).json()["id"]
    path = f"/v1/messages/email/{number}"
    answer = api.put(path, {"subject": "Hello!"})
    assert answer.json() == f"Message with id='{number}' has been updated"
    api.put(f"{path}/uk", {**EMAIL, "subject": "Вітаємо", "htmlText": "<p>Привіт</p>"})
    shown = api.get(path).json()
    assert (shown["subject"], shown["languages"]) == ("Hello!", ["uk"])
    assert shown["translations"][0]["subject"] == "Вітаємо"
    assert shown["translations"][0]["htmlText"] == "<p>Привіт</p>"
    api.delete(f"{path}/uk")
    assert Translation.objects.count() == 0
    assert api.delete(f"{path}/uk").status_code == 404
    api.delete(path)
    assert Message.objects.count() == 0
    assert api.get(path).status_code == 404


def test_messages_are_found_by_name_and_by_tag(api):
    for name in ("Welcome", "Farewell", "Welcome back"):
        api.post("/v1/messages/email", {**EMAIL, "name": name, "tags": [name.lower()]})
    answer = api.get("/v1/messages/email?search=welcome&maxrows=1")
    assert answer["TotalCount"] == "2"
    assert [one["name"] for one in answer.json()] == ["Welcome back"]
    assert api.get("/v1/messages/email?search=farewell")["TotalCount"] == "1"
    assert api.get("/v1/messages/sms").json() == []


@pytest.mark.parametrize("member", ["name", "from", "subject", "htmlText"])
def test_a_message_that_lacks_something_is_refused(api, member):
    answer = api.post("/v1/messages/email", EMAIL | {member: None})
    assert answer.status_code == 400
    assert f"{member} must be specified" in answer.content.decode()
    assert Message.objects.count() == 0


def test_a_stranger_has_no_part_in_our_messages(api, strange_api):
    number = api.post("/v1/messages/email", EMAIL).json()["id"]
    path = f"/v1/messages/email/{number}"
    for method, to in (("GET", path), ("PUT", path), ("DELETE", path), ("PUT", f"{path}/uk")):
        assert strange_api.call(method, to, EMAIL).status_code == 404
    assert strange_api.get("/v1/messages/email").json() == []
    assert Message.objects.get().subject == "Hi!"
    assert strange_api.get("/v1/messages/pigeon").status_code == 404


def test_a_link_shows_the_message_and_nobodys_data(api, strange_api, cast):
    number = api.post("/v1/messages/email", EMAIL).json()["id"]
    path = f"/v1/messages/email/{number}/viewLink"
    link = api.get(path).json()["link"]
    assert strange_api.get(path).status_code == 404
    page = Client().get("/m/" + link.rpartition("/m/")[2])
    assert page.status_code == 200
    assert "<p>Hello </p>" in page.content.decode().replace("\n", "")
    assert page["Content-Security-Policy"].startswith("sandbox")
    assert Client().get("/m/" + link.rpartition("/m/")[2] + "x").status_code == 404


@pytest.mark.parametrize(
    ("channel", "more", "said"),
    [
        ("viber", {"caption": None}, "img, caption and action must be given together"),
        ("viber", {"transactional": True}, "A transactional message has no img"),
        ("viber", {"ttlSec": "soon"}, "ttlSec must be a whole number"),
        ("viber", {"smsFallback": True}, "smsContent must be specified with smsFallback"),
        ("mobilepush", {"images": ["i"] * 11}, "images must have at most 10 entries"),
        ("mobilepush", {"buttons": [{"label": "Go"}]}, "Every button needs actionId"),
        ("mobilepush", {"customData": "{"}, "customData must be a text with a JSON object"),
        ("mobilepush", {"badgeCount": -1}, "badgeCount must be a whole number"),
        ("sms", {"trackUrls": "yes"}, "trackUrls must be true or false"),
        ("telegram", {"buttons": [{"text": "t"}]}, "Every button needs link"),
    ],
)
def test_what_is_wrong_with_a_channels_members_is_said(api, channel, more, said):
    answer = api.post(f"/v1/messages/{channel}", {**OTHERS[channel], **more})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert Message.objects.count() == 0
    number = api.post(f"/v1/messages/{channel}", OTHERS[channel]).json()["id"]
    before = api.get(f"/v1/messages/{channel}/{number}").json()
    whole = {name: value for name, value in more.items() if value is not None}
    if whole:
        assert api.put(f"/v1/messages/{channel}/{number}", whole).status_code == 400
    assert api.get(f"/v1/messages/{channel}/{number}").json() == before


def test_a_sender_that_no_gateway_has_is_refused(api, cast):
    connecting.save(
        cast.organisation.pk, channel="Sms", kind="CAPTURE", senders=["SHOP"], by=cast.owner
    )
    answer = api.post("/v1/messages/sms", {**OTHERS["sms"], "from": "OTHER"})
    assert (answer.status_code, Message.objects.count()) == (400, 0)
    assert "is not a sender of your gateways" in answer.content.decode()
    assert api.post("/v1/messages/sms", OTHERS["sms"]).status_code == 200


def test_a_translation_has_members_of_its_own(api):
    path = f"/v1/messages/viber/{api.post('/v1/messages/viber', OTHERS['viber']).json()['id']}"
    api.put(f"{path}/uk", {**OTHERS["viber"], "text": "Привіт", "caption": "Так"})
    shown = api.get(path).json()
    assert (shown["text"], shown["caption"]) == ("Hi", "c")
    [translated] = shown["translations"]
    assert (translated["text"], translated["caption"]) == ("Привіт", "Так")
