"""What readers do, and what they cannot do."""

import email
import html
import re

import pytest
from django.test import Client

from sanderling.activities.models import Activity, Rollup
from sanderling.contacts.models import Contact, Suppression
from sanderling.messages.freezing import freeze
from sanderling.sending import queueing, tokens
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Captured, Delivery, OriginKind
from sanderling.sending.queueing import NewDelivery, Origin
from sanderling.sending.tokens import Purpose, Token

READER = Client()


@pytest.fixture
def mail(cast, message, settings):
    """Send the message to Dina; return its addresses by what they are for."""
    settings.BASE_URL = "https://mail.sandpiper.example"

    def sent(body, **params):
        message.html = body
        message.save()
        wish = NewDelivery(cast.dina.pk, "r", params=params)
        queueing.enqueue_one(freeze(message), wish, origin=Origin(OriginKind.BROADCAST, 4))
        dispatch_once()
        raw = bytes(Captured.objects.latest("id").raw)
        page = email.message_from_bytes(raw, policy=email.policy.default)
        page = page.get_body(["html"]).get_content()
        found = re.findall(r'https://mail\.sandpiper\.example(/[^"]+)', page)
        return [html.unescape(one) for one in found]

    return sent


def statuses():
    return sorted(Activity.objects.exclude(status__in=["SENT", "DELIVERED"]).values_list(
        "status", flat=True
    ))  # fmt: skip


def test_the_pixel_counts_an_opening(cast, mail):
    [pixel] = mail("<p>Hi</p>")
    answer = READER.get(pixel)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/gif")
    READER.get(pixel)
    fact = Activity.objects.filter(status="RECEIVED").first()
    delivery = Delivery.objects.get()
    assert (fact.contact_id, fact.delivery_id) == (cast.dina.pk, delivery.id)
    assert (fact.broadcast_id, fact.message_name, fact.campaign_type) == (4, "Hello", "Group")
    assert Rollup.objects.get().total_viewed == 1


def test_a_filter_that_only_asks_is_not_a_reader(mail):
    click, pixel = mail('<a href="https://shop.example/">x</a>')
    assert READER.head(pixel).status_code == 200
    assert READER.head(click).status_code == 302
    assert statuses() == []


def test_a_click_leads_on_and_proves_an_opening(mail):
    click, _ = mail('<a href="https://shop.example/?a=1&amp;b=2">x</a>')
    answer = READER.get(click)
    assert (answer.status_code, answer["Location"]) == (302, "https://shop.example/?a=1&b=2")
    assert statuses() == ["CLICKED", "RECEIVED"]
    assert Activity.objects.get(status="CLICKED").link == "https://shop.example/?a=1&b=2"


def test_a_link_from_data_leads_to_that_address_and_no_other(mail):
    click, _ = mail("<a href=\"$!data.get('u')\">x</a>", u="https://shop.example/ї?a=1&b=2")
    assert READER.get(click)["Location"] == "https://shop.example/%D1%97?a=1&b=2"
    path, _ = click.split("?to=")
    assert READER.get(path, {"to": "https://evil.example/"}).status_code == 404
    assert READER.get(path).status_code == 404
    assert Activity.objects.filter(status="CLICKED").count() == 1


def test_a_token_of_one_purpose_is_none_of_another(cast, mail):
    [pixel] = mail("<p>Hi</p>")
    token = pixel.rpartition("/")[2]
    assert READER.get(f"/u/{token}").status_code == 404
    assert READER.post(f"/u/{token}").status_code == 404
    assert READER.get(f"/v/{token}").status_code == 404
    assert Suppression.objects.count() == 0


@pytest.mark.parametrize("token", ["x", "1.2.3-", "1.2.3-AAAAAAAAAAA", "ї", "1.2-x", "%00", "-"])
def test_what_we_did_not_sign_does_nothing(cast, token):
    for path in (f"/t/o/{token}", f"/t/c/{token}/1-x", f"/u/{token}", f"/v/{token}"):
        assert READER.get(path).status_code == 404
    assert READER.post(f"/u/{token}").status_code == 404
    assert Activity.objects.count() == 0


def test_a_link_of_another_organisation_is_not_reached_by_our_token(cast, mail):
    click, _ = mail('<a href="https://shop.example/">x</a>')
    number = click.rpartition("/")[2]
    theirs = tokens.sign(Token(cast.elsewhere.pk, 1, 1), Purpose.CLICK)
    assert READER.get(f"/t/c/{theirs}/{number}").status_code == 404


def test_looking_at_the_unsubscribe_page_unsubscribes_nobody(cast, mail):
    page, _ = mail('<a href="$!unsubscribeUrl">x</a>')
    answer = READER.get(page)
    assert "kozak@example.com" in answer.content.decode()
    assert Suppression.objects.count() == 0
    answer = READER.post(page)
    assert "You are unsubscribed" in answer.content.decode()
    assert Suppression.objects.get().address == "kozak@example.com"
    assert Contact.objects.get(pk=cast.dina.pk).email_status == "UNSUBSCRIBED"
    READER.post(page)
    assert statuses() == ["UNSUBSCRIBED"]


def test_one_click_of_a_mail_program_unsubscribes(cast, mail):
    mail("<p>Hi</p>")
    letter = email.message_from_bytes(bytes(Captured.objects.get().raw))
    path = letter["List-Unsubscribe"].strip("<>").removeprefix("https://mail.sandpiper.example")
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert Suppression.objects.get().reason == "UNSUBSCRIBED"


def test_the_mail_can_be_read_in_a_browser_and_runs_nothing(cast, mail):
    page, _ = mail('<p>For $firstName</p><a href="$!viewUrl">x</a><script>alert(1)</script>')
    answer = READER.get(page)
    assert b"<p>For Dina</p>" in answer.content
    assert answer["Content-Security-Policy"].startswith("sandbox ")
    assert statuses() == []


def test_who_was_erased_cannot_be_tracked(cast, mail):
    click, pixel = mail('<a href="https://shop.example/">x</a>')
    Delivery.objects.all().delete()
    assert READER.get(pixel).status_code == 404
    assert READER.get(click).status_code == 404
    assert statuses() == []
