"""The double opt-in, from the form on the wire to the button on the hosted page."""

import datetime as dt
import re
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone
from together import at_once
from workflow_world import chain, turn, workflow

from sanderling.accounts.models import AuditEntry
from sanderling.activities.models import Activity
from sanderling.contacts import consent, lists, suppressing
from sanderling.contacts.models import Contact, ListMember, Subscription
from sanderling.events.models import Event
from sanderling.messages import writing
from sanderling.messages.freezing import freeze
from sanderling.optin import asking, saving
from sanderling.optin.models import Confirmation
from sanderling.segments.models import Segment
from sanderling.sending import dispatching
from sanderling.sending.models import Captured, Delivery
from sanderling.sending.queueing import NewDelivery, Origin, enqueue_one

PATH = "/v1/contact/subscribe"
NIA = {"channels": [{"type": "email", "value": "nia@example.com"}], "firstName": "Nia"}
LINK = re.compile(r"/s/[\w.~-]+")


def subscribe(api, **more):
    contact = {**NIA, "lastName": more.pop("last_name", "Stone")}
    return api.post(PATH, {"contact": contact, **more}).json()


def deliver():
    while dispatching.dispatch_once():
        pass


def letters() -> list[str]:
    deliver()
    return [bytes(row.raw).decode() for row in Captured.objects.order_by("pk")]


def link_in(raw: str) -> str:
    import email
    import email.policy

    mail = email.message_from_string(raw, policy=email.policy.default)
    return LINK.search(mail.get_body(("html",)).get_content())[0]


def nia() -> Contact:
    return Contact.objects.get(email="nia@example.com")


def types() -> list[str]:
    return list(Event.objects.order_by("id").values_list("type__key", flat=True))


def test_a_form_brings_a_letter_and_its_button_confirms(api, cast):
    answer = subscribe(api, formType="footer")
    assert answer == {"id": nia().pk, "emailStatus": "NEED_CONFIRMATION", "new": True}
    (raw,) = letters()
    assert "To: nia@example.com" in raw
    delivery = Delivery.objects.get()
    assert (delivery.origin_kind, delivery.status) == ("SYSTEM", "SENT")
    reader, link = Client(), link_in(raw)
    for _ in range(2):  # a mail filter looks at every link
        assert reader.get(link).status_code == 200
        assert reader.head(link).status_code == 200
    assert nia().email_status == "UNCONFIRMED"
    page = reader.post(link)
    assert page.status_code == 200
    assert b"confirmed" in page.content
    assert nia().email_status == "CONFIRMED"
    assert types() == ["subscribeFromApi-footer", "confirmedSubscription-footer"]
    event = Event.objects.order_by("id").last()
    assert (event.key_value, event.contact_id) == (str(nia().pk), nia().pk)
    assert event.params == {"ContactId": str(nia().pk), "EmailAddress": "nia@example.com"}
    fact = Activity.objects.get(status="SUBSCRIPTION_CHANGED")
    assert (fact.contact_id, fact.delivery_id) == (nia().pk, delivery.id)
    assert AuditEntry.objects.filter(verb="optin.confirm", subject=str(nia().pk)).exists()
    again = subscribe(api, formType="footer", last_name="Cook")
    assert again == {"id": nia().pk, "emailStatus": "ALREADY_SUBSCRIBED", "new": False}
    assert len(letters()) == 1


def test_the_button_pressed_again_changes_nothing(api, cast):
    subscribe(api)
    link = link_in(letters()[0])
    Client().post(link)
    consent.unsubscribe(nia(), by=cast.owner)
    assert Client().post(link).status_code == 200
    assert b"confirmed" in Client().get(link).content
    assert nia().email_status == "UNSUBSCRIBED"
    assert types() == ["subscribeFromApi", "confirmedSubscription"]
    assert Activity.objects.filter(status="SUBSCRIPTION_CHANGED").count() == 1


def test_the_form_sent_twice_brings_one_letter(api):
    subscribe(api)
    subscribe(api, last_name="Other")
    assert len(letters()) == 1
    Confirmation.objects.update(written_at=timezone.now() - asking.QUIET)
    subscribe(api, last_name="Third")
    assert len(letters()) == 2
    assert Confirmation.objects.count() == 1


def test_a_link_that_is_too_old_offers_a_new_one(api):
    subscribe(api)
    link = link_in(letters()[0])
    Confirmation.objects.update(
        expires_at=timezone.now(), written_at=timezone.now() - dt.timedelta(days=8)
    )
    old = Client().get(link)
    assert (old.status_code, b'value="again"' in old.content) == (410, True)
    assert Client().post(link).status_code == 410
    assert nia().email_status == "UNCONFIRMED"
    assert Client().post(link, {"do": "again"}).status_code == 200
    assert len(letters()) == 2
    assert Client().post(link_in(letters()[1])).status_code == 200
    assert nia().email_status == "CONFIRMED"


def test_a_link_that_is_not_ours_or_about_another_address_confirms_nothing(api, cast):
    subscribe(api)
    link = link_in(letters()[0])
    for wrong in (link[:-1] + ("a" if link[-1] != "a" else "b"), "/s/x", "/s/x-y", link + "~"):
        assert Client().post(wrong).status_code == 404, wrong
    api.put(f"/v1/contact/{nia().pk}", {"channels": [{"type": "email", "value": "n@example.com"}]})
    Contact.objects.filter(email="n@example.com").update(email_status="UNCONFIRMED")
    assert Client().post(link).status_code == 404
    assert Contact.objects.get(email="n@example.com").email_status == "UNCONFIRMED"
    assert types() == ["subscribeFromApi"]


@pytest.mark.parametrize("reason", ["MANUAL", "HARD_BOUNCE", "SPAM"])
def test_a_dead_address_is_blacklisted_and_gets_no_letter(api, cast, reason):
    suppressing.suppress(
        cast.organisation.pk, "EMAIL", ["nia@example.com"], reason=reason, by=cast.owner
    )
    assert subscribe(api)["emailStatus"] == "BLACKLISTED"
    assert nia().email_status == ("UNSUBSCRIBED" if reason == "SPAM" else "BLACKLISTED")
    assert letters() == []
    assert Confirmation.objects.count() == 0


def test_who_unsubscribed_is_asked_anew_and_confirming_allows_mail_again(api, cast):
    consent.unsubscribe(cast.dina, by=cast.owner)
    answer = api.post(PATH, {"contact": {"externalCustomerId": "C-1", "lastName": "K"}}).json()
    assert answer == {"id": cast.dina.pk, "emailStatus": "NEED_CONFIRMATION", "new": False}
    assert suppressing.is_suppressed(cast.organisation.pk, "EMAIL", cast.dina.email)
    Client().post(link_in(letters()[0]))
    assert not suppressing.is_suppressed(cast.organisation.pk, "EMAIL", cast.dina.email)
    cast.dina.refresh_from_db()
    assert cast.dina.email_status == "CONFIRMED"


def test_an_address_that_a_known_contact_gets_by_a_form_is_unconfirmed(api, cast):
    contact = {"externalCustomerId": "C-3", **NIA}
    answer = api.post(PATH, {"contact": contact}).json()
    assert answer == {"id": cast.ghost.pk, "emailStatus": "NEED_CONFIRMATION", "new": False}
    assert nia().email_status == "UNCONFIRMED"


def test_lists_and_categories_may_wait_for_the_confirmation(api, cast):
    consent.create_category(cast.organisation.pk, key="news", name="News", by=cast.owner)
    saving.save(cast.organisation.pk, waits=True, by=cast.owner)
    subscribe(api, groups=["Footer form"], subscriptions=["news"])
    assert (ListMember.objects.count(), Subscription.objects.count()) == (0, 0)
    Client().post(link_in(letters()[0]))
    assert set(ListMember.objects.values_list("contact_id", "list__name")) == {
        (nia().pk, "Footer form"),
        (nia().pk, "News"),  # a category has a list of its people
    }
    assert Subscription.objects.get().contact_id == nia().pk


def test_a_form_may_be_without_confirmation_or_left_to_a_workflow(api, cast):
    forms = {"shop": "NONE", "own": "WORKFLOW"}
    saving.save(cast.organisation.pk, forms=forms, by=cast.owner)
    answer = subscribe(api, formType="own")
    assert answer["emailStatus"] == "NEED_CONFIRMATION"
    assert letters() == []
    url = Event.objects.get().params["ConfirmUrl"]
    assert subscribe(api, formType="shop")["emailStatus"] == "SUBSCRIBED"
    assert nia().email_status == "CONFIRMED"
    assert letters() == []
    Contact.objects.update(email_status="UNCONFIRMED")
    assert Client().post(LINK.search(url)[0]).status_code == 200
    assert nia().email_status == "CONFIRMED"
    assert Activity.objects.get(status="SUBSCRIPTION_CHANGED").contact_id == nia().pk


def test_after_the_button_the_shop_may_thank_itself(api, cast):
    saving.save(cast.organisation.pk, redirect_url="https://shop.example/thanks", by=cast.owner)
    subscribe(api)
    link = link_in(letters()[0])
    for _ in range(2):
        answer = Client().post(link)
        assert (answer.status_code, answer["Location"]) == (302, "https://shop.example/thanks")


def test_the_letter_speaks_the_readers_language_in_the_organisations_words(api, cast):
    own = {"subject": "$!firstName, так?", "html": '<a href="$confirmUrl">Так</a> $formType'}
    saving.save(
        cast.organisation.pk,
        letters={"uk": own},
        sender_name="Shop",
        sender_email="shop@example.com",
        by=cast.owner,
    )
    api.post(PATH, {"contact": {**NIA, "languageCode": "uk"}, "formType": "f1"})
    deliver()
    row = Captured.objects.get()
    assert row.subject == "Nia, так?"
    assert "From: Shop <shop@example.com>" in bytes(row.raw).decode()
    assert link_in(bytes(row.raw).decode())


def test_an_unconfirmed_contact_gets_no_campaign_and_a_workflow_passes_by(api, cast):
    subscribe(api)
    message = writing.save(
        cast.organisation.pk, name="News", subject="News", html="<p>x</p>", by=cast.owner
    )
    for kind in ("BROADCAST", "WORKFLOW"):
        wish = NewDelivery(nia().pk, step="1")
        queued = enqueue_one(freeze(message), wish, origin=Origin(kind, 1))
        assert (queued.status, queued.reason) == ("EXCLUDED", "UNCONFIRMED")
    Client().post(link_in(letters()[0]))
    wish = NewDelivery(nia().pk, step="2")
    assert enqueue_one(freeze(message), wish, origin=Origin("BROADCAST", 1)).status == "WAITING"


def test_an_erased_person_cannot_confirm(api, cast):
    subscribe(api)
    link = link_in(letters()[0])
    api.delete(f"/v1/contact/{nia().pk}?erase=true")
    from sanderling.worker import forgetting

    assert forgetting.forget_due() == 1
    assert Confirmation.objects.count() == 0
    assert Client().post(link).status_code == 404


def test_a_program_reads_and_changes_how_subscriptions_are_confirmed(api, strange_api):
    before = api.get("/v3/opt-in").json()
    assert (before["mode"], before["days"], set(before["letters"])) == (
        "LETTER", 7, {"en", "uk", "ru"},
    )  # fmt: skip
    letter = {"subject": "Tak?", "html": "$!confirmUrl"}
    sent = {"letters": {"pl": letter}, "forms": {"shop": "NONE"}, "waits": True, "days": 3}
    assert api.put("/v3/opt-in", sent).status_code == 200
    after = api.get("/v3/opt-in").json()
    assert (after["letters"]["pl"], after["forms"], after["waits"], after["days"]) == (
        letter, {"shop": "NONE"}, True, 3,
    )  # fmt: skip
    for wrong in ({"days": 0}, {"mode": "X"}, {"letters": {"pl": {"subject": "S"}}}):
        assert api.put("/v3/opt-in", wrong).status_code == 400, wrong
    assert api.get("/v3/opt-in").json() == after
    assert strange_api.get("/v3/opt-in").json() == before


def test_a_program_sees_and_asks_for_a_confirmation(api, strange_api):
    subscribe(api, formType="footer")
    path = f"/v3/contacts/{nia().pk}/confirmation"
    seen = api.get(path).json()
    assert (seen["emailStatus"], seen["asked"]["letters"]) == ("UNCONFIRMED", 1)
    assert (seen["asked"]["formType"], "confirmed" in seen) == ("footer", False)
    assert api.post(path).status_code == 409  # one has just left
    Confirmation.objects.update(written_at=timezone.now() - asking.QUIET_BY_HAND)
    assert api.post(path).status_code == 200
    assert len(letters()) == 2
    assert strange_api.get(path).status_code == strange_api.post(path).status_code == 404
    assert Confirmation.objects.get().letters == 2


def test_a_change_of_categories_is_an_activity_with_its_data(api, cast):
    consent.create_category(cast.organisation.pk, key="news", name="News", by=cast.owner)
    path = f"/v1/contact/{cast.dina.pk}/subscriptions"
    assert api.put(path, {"subscriptions": ["news"]}).status_code == 200
    assert api.put(path, {"subscriptions": ["news"]}).status_code == 200
    today = timezone.localdate(timezone=cast.organisation.zone).isoformat()
    rows = api.get(f"/v2/contacts/activity?dateFrom={today}&dateTo={today}").json()
    assert [row["activityStatus"] for row in rows] == ["SUBSCRIPTION_CHANGED"]
    assert rows[0]["statusData"] == {"subscription": {"subscriptions": ["news"]}}
    assert rows[0]["contactId"] == cast.dina.pk


def test_segments_tell_confirmed_from_unconfirmed(api, cast):
    subscribe(api)
    found = {}
    for status in ("UNCONFIRMED", "CONFIRMED"):
        leaf = {"field": "email_status", "operator": "is", "value": status}
        segment = Segment.objects.create(
            organisation=cast.organisation, name=status, condition={"all": [leaf]}
        )
        found[status] = f"/v1/group/{segment.pk}/contacts"
    assert [one["id"] for one in api.get(found["UNCONFIRMED"]).json()] == [nia().pk]
    assert nia().pk not in [one["id"] for one in api.get(found["CONFIRMED"]).json()]
    Client().post(link_in(letters()[0]))
    assert api.get(found["UNCONFIRMED"]).json() == []
    assert nia().pk in [one["id"] for one in api.get(found["CONFIRMED"]).json()]


@pytest.mark.django_db(transaction=True)
def test_a_workflow_welcomes_who_has_confirmed(api, cast):
    news = lists.create(cast.organisation.pk, "Welcomed", by=cast.owner)
    adds = {"kind": "add_to_list", "list_id": str(news.pk)}
    workflow(cast, chain(adds), event_type="confirmedSubscription-footer")
    subscribe(api, formType="footer")
    turn()
    assert not ListMember.objects.exists()
    Client().post(link_in(letters()[0]))
    turn()
    assert ListMember.objects.get().contact_id == nia().pk


@pytest.mark.django_db(transaction=True)
def test_sixteen_who_press_and_send_at_once_bring_one_letter_and_one_event(api, cast):
    def both(ways):
        at_once(*(partial(ways, number) for number in range(16)))

    both(lambda number: subscribe(api, last_name=f"Name{'abcdefghijklmnop'[number]}"))
    [raw] = letters()
    link = link_in(raw)
    both(lambda _number: Client().post(link))
    assert types().count("confirmedSubscription") == 1
    assert Activity.objects.filter(status="SUBSCRIPTION_CHANGED").count() == 1
    assert nia().email_status == "CONFIRMED"
