"""The pages of the double opt-in: settings, letters, the card, and what a reader prefers."""

import pytest
from django.test import Client

from sanderling.accounts.models import AuditEntry
from sanderling.activities.models import Activity
from sanderling.contacts import consent, devices, suppressing
from sanderling.contacts.models import Contact
from sanderling.events.recording import NewEvent, record
from sanderling.messages.freezing import freeze_parts
from sanderling.optin.models import Confirmation, Setting
from sanderling.sending import dispatching, tokens
from sanderling.sending.models import Captured, Delivery
from sanderling.sending.queueing import NewDelivery, Origin, enqueue_one
from sanderling.sending.tokens import Purpose, Token

PAGE = "/settings/subscriptions"
SETTINGS = {
    "mode": "WORKFLOW",
    "waits": "on",
    "days": "3",
    "redirect_url": "https://shop.example/thanks",
    "sender_name": "Shop",
    "sender_email": "shop@example.com",
    "new_form": "popup",
    "new_mode": "NONE",
}


@pytest.fixture
def nia(cast) -> Contact:
    return Contact.objects.create(
        organisation=cast.organisation, email="nia@example.com", email_status="UNCONFIRMED"
    )


def test_an_owner_sets_how_forms_ask(owner, cast):
    event = NewEvent("subscribeFromApi-footer", "1", {}, contact_id=cast.dina.pk)
    record(cast.organisation.pk, [event], by=cast.owner)
    assert "footer" in owner.get(PAGE).content.decode()
    assert owner.post(PAGE, {**SETTINGS, "form-0": "LETTER"}).status_code == 302
    kept = Setting.objects.get()
    assert (kept.mode, kept.waits, kept.days) == ("WORKFLOW", True, 3)
    assert kept.forms == {"footer": "LETTER", "popup": "NONE"}
    assert (kept.redirect_url, kept.sender_email) == (
        "https://shop.example/thanks", "shop@example.com",
    )  # fmt: skip
    assert AuditEntry.objects.filter(verb="optin.save").exists()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("redirect_url", "javascript:x"), ("days", "0"), ("sender_email", "x"), ("new_form", "a;b")],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(owner, name, wrong):
    page = owner.post(PAGE, {**SETTINGS, name: wrong})
    assert page.status_code == 200
    assert "invalid-feedback" in page.content.decode() or "alert" in page.content.decode()
    assert not Setting.objects.exists()


def test_a_marketer_may_not(sender, cast):
    assert sender.get(PAGE).status_code == 403
    assert sender.post(PAGE, SETTINGS).status_code == 403
    assert not Setting.objects.exists()


def test_a_letter_is_written_in_a_language_previewed_and_taken_back(owner, cast):
    page = owner.get(f"{PAGE}/letter?language=PL").content.decode()
    assert "language=pl" in page
    typed = {"subject": "Hej", "html": '<a href="$!confirmUrl">Tak, $!organisationName</a>'}
    seen = owner.post(f"{PAGE}/preview?language=pl", typed)
    assert seen.content.decode() == '<a href="#">Tak, Sandpiper</a>'
    assert "sandbox" in seen["Content-Security-Policy"]
    assert not Setting.objects.exists()
    assert owner.post(f"{PAGE}/letter?language=pl", typed).status_code == 302
    assert Setting.objects.get().letters == {"pl": typed}
    assert owner.post(f"{PAGE}/letter?language=pl", {"do": "reset"}).status_code == 302
    assert Setting.objects.get().letters == {}


@pytest.mark.parametrize("html", ["<p>no link</p>", "$!confirmUrl #if(", ""])
def test_a_letter_without_its_link_or_broken_is_refused(owner, html):
    page = owner.post(f"{PAGE}/letter?language=uk", {"subject": "S", "html": html})
    assert page.status_code == 200
    assert not Setting.objects.exists()
    assert (
        owner.post(f"{PAGE}/preview?language=uk", {"subject": "S", "html": html}).status_code == 200
    )


def test_the_built_in_letters_speak_three_languages(owner):
    for language, words in (("en", "Confirm"), ("uk", "Підтвердити"), ("ru", "Подтвердить")):
        assert words in owner.get(f"{PAGE}/preview?language={language}").content.decode()


def test_the_card_says_how_the_confirmation_stands_and_asks_again(owner, cast, nia):
    path = f"/contacts/{nia.pk}"
    assert "Nobody has asked this person" in owner.get(path).content.decode()
    assert owner.post(f"{path}/confirmation").status_code == 302
    assert Delivery.objects.get().address == "nia@example.com"
    assert "1 letter was sent" in owner.get(path).content.decode()
    again = owner.post(f"{path}/confirmation")
    assert (again.status_code, Delivery.objects.count()) == (409, 1)
    token = Token(cast.organisation.pk, nia.pk, Confirmation.objects.get().id)
    assert Client().post(f"/s/{tokens.sign(token, Purpose.CONFIRM)}").status_code == 200
    page = owner.get(path).content.decode()
    assert "nia@example.com confirmed on" in page
    assert "Send the letter" not in page


def test_who_is_confirmed_or_dead_is_not_asked(owner, cast, nia):
    assert owner.post(f"/contacts/{cast.dina.pk}/confirmation").status_code == 409
    assert owner.post(f"/contacts/{cast.ghost.pk}/confirmation").status_code == 400
    suppressing.suppress(cast.organisation.pk, "EMAIL", [nia.email], by=cast.owner)
    assert owner.post(f"/contacts/{nia.pk}/confirmation").status_code == 409
    assert Delivery.objects.count() == 0


def test_the_card_says_what_joined_it(owner, cast):
    phone = Contact.objects.create(organisation=cast.organisation)
    token = devices.Registration(push_token="tok")
    devices.register(cast.organisation.pk, phone.pk, token, by=cast.owner)
    devices.register(cast.organisation.pk, cast.dina.pk, token, by=cast.owner)
    page = owner.get(f"/contacts/{cast.dina.pk}").content.decode()
    assert f"ID {phone.pk}" in page
    assert "The same device signed in" in page
    former = owner.get(f"/contacts/{phone.pk}").content.decode()
    assert f"/contacts/{cast.dina.pk}" in former
    assert "Restore" not in former


def test_a_reader_chooses_what_to_hear_about(cast):
    here = cast.organisation.pk
    for key in ("news", "sales"):
        consent.create_category(here, key=key, name=key.title(), by=cast.owner)
    consent.set_categories(here, cast.dina.pk, ["news"], by=cast.owner)
    content = freeze_parts(here, columns={"name": "N", "subject": "S", "html": "<p>x</p>"})
    letter = enqueue_one(content, NewDelivery(cast.dina.pk, step="1"), origin=Origin("API", 1))
    token = Token(here, cast.dina.pk, letter.delivery_id)
    path = f"/u/{tokens.sign(token, Purpose.UNSUBSCRIBE)}"
    assert f"{path}/preferences" in Client().get(path).content.decode()
    page = Client().get(f"{path}/preferences").content.decode()
    assert ("News" in page, "Sales" in page) == (True, True)
    chosen = {"do": "save", "categories": ["sales", "forged"]}
    assert Client().post(f"{path}/preferences", chosen).status_code == 200
    assert consent.wanted_by(here, cast.dina.pk) == ["sales"]
    fact = Activity.objects.get(status="SUBSCRIPTION_CHANGED")
    assert (fact.delivery_id, fact.description) == (letter.delivery_id, "subscriptions: sales")
    Client().post(f"{path}/preferences", {"do": "stop"})
    cast.dina.refresh_from_db()
    assert cast.dina.email_status == "UNSUBSCRIBED"


def test_every_mail_may_link_to_the_preferences(cast):
    columns = {"name": "N", "subject": "S", "html": '<a href="$preferencesUrl">Choose</a>'}
    content = freeze_parts(cast.organisation.pk, columns=columns)
    enqueue_one(content, NewDelivery(cast.dina.pk, step="1"), origin=Origin("API", 1))
    dispatching.dispatch_once()
    raw = bytes(Captured.objects.get().raw).decode()
    assert "/preferences" in raw
