from sanderling.contacts import consent
from sanderling.contacts.models import Contact, ListMember, Subscription, Suppression
from sanderling.events.models import Event

NIA = {"channels": [{"type": "email", "value": "nia@example.com"}], "firstName": "Nia"}


def test_a_new_subscriber_is_unconfirmed_and_an_event_says_so(api, cast):
    consent.create_category(cast.organisation.pk, key="news", name="News", by=cast.owner)
    body = {
        "contact": NIA,
        "groups": "Footer form",
        "subscriptions": ["news"],
        "formType": "footer",
    }
    answer = api.post("/v1/contact/subscribe", body).json()
    contact = Contact.objects.get(email="nia@example.com")
    assert answer == {"id": contact.pk, "emailStatus": "NEED_CONFIRMATION", "new": True}
    assert (contact.email_status, contact.source) == ("UNCONFIRMED", "SUBSCRIPTION")
    joined = ListMember.objects.values_list("list__name", flat=True)
    assert set(joined) == {"Footer form", "News"}  # the category's list is the second
    assert Subscription.objects.get().category.key == "news"
    event = Event.objects.get()
    assert (event.type.key, event.key_value) == ("subscribeFromApi-footer", str(contact.pk))
    assert event.params == {"ContactId": str(contact.pk), "EmailAddress": "nia@example.com"}


def test_a_known_subscriber_keeps_the_address(api, cast):
    contact = {
        "externalCustomerId": "C-1",
        "channels": [{"type": "email", "value": "other@example.com"}],
        "firstName": "Dinara",
    }
    answer = api.post("/v1/contact/subscribe", {"contact": contact, "formType": None}).json()
    assert answer == {"id": cast.dina.pk, "emailStatus": "ALREADY_SUBSCRIBED", "new": False}
    cast.dina.refresh_from_db()
    assert (cast.dina.first_name, cast.dina.email) == ("Dinara", "kozak@example.com")
    assert Event.objects.get().type.key == "subscribeUpdateFromApi"


def test_a_phone_alone_has_no_email_status(api):
    body = {"contact": {"channels": [{"type": "sms", "value": "380671112233"}]}}
    answer = api.post("/v1/contact/subscribe", body).json()
    assert set(answer) == {"id", "new"}
    assert set(Event.objects.get().params) == {"ContactId"}


def test_a_form_with_forbidden_signs_or_without_a_person_is_refused(api):
    assert api.post("/v1/contact/subscribe", {"contact": NIA, "formType": "a;b"}).status_code == 400
    assert api.post("/v1/contact/subscribe", {"contact": None}).status_code == 400
    unknown = {"contact": NIA, "subscriptions": ["unknown"]}
    assert api.post("/v1/contact/subscribe", unknown).status_code == 400
    assert not Contact.objects.filter(email="nia@example.com").exists()
    assert Event.objects.count() == 0


def test_addresses_are_unsubscribed_for_the_whole_organisation(api, cast):
    emails = {"emails": ["KOZAK@example.com", "later@example.com", "nonsense"]}
    answer = api.post("/v1/emails/unsubscribed/add", emails)
    assert (answer.status_code, answer.content) == (200, b"")
    assert set(Suppression.objects.values_list("address", "reason")) == {
        ("kozak@example.com", "UNSUBSCRIBED"), ("later@example.com", "UNSUBSCRIBED"),
    }  # fmt: skip
    cast.dina.refresh_from_db()
    assert cast.dina.email_status == "UNSUBSCRIBED"
    api.post("/v1/emails/unsubscribe/delete", {"emails": "kozak@example.com"})
    assert Suppression.objects.get().address == "later@example.com"
