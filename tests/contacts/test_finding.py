from sanderling.contacts import adding, finding
from sanderling.contacts.finding import Names
from sanderling.contacts.models import Contact
from sanderling.contacts.people import Person


def test_parameters_name_a_person_in_any_letter_case():
    names = finding.names_in(
        {"EMAILADDRESS": "Kozak@Example.com", "sms": "+380670000001", "ExternalCustomerId": "null"}
    )
    assert names == Names(email="Kozak@Example.com", phone="380670000001")
    assert finding.names_in({"contact_id": "12", "total": 5}) == Names(contact_id=12)


def test_many_events_are_resolved_in_their_order(cast, django_assert_num_queries):
    wanted = [
        Names(email="nobody@example.com"),
        Names(contact_id=cast.ivan.pk, external_id="C-1"),
        Names(external_id="C-1", email="ivan@приклад.укр"),
        Names(external_id="unknown", email="IVAN@приклад.укр"),
        Names(phone="380670000001"),
        Names(),
    ]
    with django_assert_num_queries(1):
        found = finding.for_events(cast.organisation.pk, wanted)
    dina, ivan = cast.dina.pk, cast.ivan.pk
    assert found == [None, ivan, dina, ivan, dina, None]
    assert finding.for_events(cast.elsewhere.pk, wanted) == [None] * 6


def test_an_event_creates_the_person_once(cast):
    wanted = [Names(email="new@example.com"), Names(), Names(email="new@example.com")]
    found = finding.find_or_create_for_events(cast.organisation.pk, wanted, by=cast.owner)
    made = Contact.objects.get(email="new@example.com")
    assert found == [made.pk, None, made.pk]
    assert made.source == "EVENT"


def test_values_are_found_as_they_were_written(cast):
    here = cast.organisation.pk
    found = finding.by_keys(here, "PHONE", ["+380 67 000 00 01", "380670000009"])
    assert found == {"+380 67 000 00 01": cast.dina.pk}
    adding.upsert(here, Person(token="7:abc", email="kozak@example.com"), by=cast.owner)
    assert finding.by_key(here, "TOKEN", "7:abc") == cast.dina.pk
