from functools import partial

import pytest
from together import at_once

from sanderling.accounts import organising
from sanderling.accounts.actors import Actor
from sanderling.contacts import adding, erasing, finding, lists, merging
from sanderling.contacts.merging import Rules
from sanderling.contacts.models import Contact, ContactKey, Field
from sanderling.contacts.people import Match, Person


def merge(cast, *people, **rules):
    outcomes = merging.merge(cast.organisation.pk, people, rules=Rules(**rules))
    return [outcome.contact_id for outcome in outcomes], [outcome.state for outcome in outcomes]


def key(cast, kind, value):
    return finding.by_key(cast.organisation.pk, kind, value)


def test_known_people_are_updated_and_others_added(cast):
    ids, states = merge(
        cast,
        Person(email="KOZAK@example.com", town="Lviv"),
        Person(email="new@example.com", phone="380670000009"),
        Person(email="ivan@приклад.укр"),
    )
    assert states == ["UPDATED", "ADDED", "UNCHANGED"]
    assert ids[::2] == [cast.dina.pk, cast.ivan.pk]
    cast.dina.refresh_from_db()
    assert (cast.dina.town, cast.dina.email) == ("Lviv", "kozak@example.com")
    assert key(cast, "EMAIL", "new@example.com") == key(cast, "PHONE", "380670000009") == ids[1]


def test_the_same_twice_changes_nothing_the_second_time(cast):
    people = [Person(email=f"p{n}@example.com", first_name="Ann") for n in range(50)]
    first, _ = merge(cast, *people)
    second, states = merge(cast, *people)
    assert first == second
    assert set(states) == {"UNCHANGED"}
    assert Contact.objects.count() == 53


def test_rows_about_one_person_are_folded_and_the_last_word_wins(cast):
    ids, states = merge(
        cast,
        Person(email="one@example.com", first_name="Ann", town="Lviv", fields={1: "a", 2: "b"}),
        Person(email="two@example.com"),
        Person(email="ONE@example.com", first_name="Anna", fields={2: "c"}),
    )
    assert states == ["UPDATED", "ADDED", "ADDED"]
    assert ids[0] == ids[2] != ids[1]
    contact = Contact.objects.get(pk=ids[0])
    assert (contact.first_name, contact.town) == ("Anna", "Lviv")
    assert contact.fields == {"1": "a", "2": "c"}


def test_an_external_id_goes_first_and_joins_an_address_without_one(cast):
    ids, states = merge(
        cast,
        Person(external_id="C-1", email="dina2@example.com"),
        Person(external_id="C-2", email="ivan@приклад.укр"),
        Person(external_id="C-9", email="kozak@example.com"),
        match=Match.EMAIL,
    )
    assert ids[:2] == [cast.dina.pk, cast.ivan.pk]
    assert states == ["UPDATED", "UPDATED", "ADDED"]
    assert key(cast, "EMAIL", "dina2@example.com") == cast.dina.pk
    assert key(cast, "EXTERNAL_ID", "C-2") == cast.ivan.pk
    # C-9 came with an address that Dina has just left.
    assert key(cast, "EMAIL", "kozak@example.com") == ids[2]


def test_two_external_ids_with_one_address_are_two_people(cast):
    ids, states = merge(
        cast,
        Person(external_id="A", email="family@example.com"),
        Person(external_id="B", email="family@example.com"),
        Person(external_id="C", email="ivan@приклад.укр"),
        Person(external_id="D", email="ivan@приклад.укр"),
        match=Match.EMAIL,
    )
    assert states == ["ADDED", "ADDED", "UPDATED", "ADDED"]
    assert len(set(ids)) == 4
    assert key(cast, "EMAIL", "family@example.com") == ids[0]
    assert key(cast, "EXTERNAL_ID", "B") == ids[1]
    assert ids[2] == cast.ivan.pk
    assert ContactKey.objects.filter(value="ivan@приклад.укр").get().contact_id == cast.ivan.pk


def test_either_address_finds_the_person(cast):
    ids, states = merge(
        cast,
        Person(email="kozak@example.com", phone="380670000009"),
        Person(email="other@example.com", phone="380670000009"),
        Person(phone="380670000009", town="Kyiv"),
        match=Match.EMAIL_OR_PHONE,
    )
    assert ids == [cast.dina.pk] * 3
    cast.dina.refresh_from_db()
    assert (cast.dina.email, cast.dina.phone) == ("other@example.com", "380670000009")
    assert key(cast, "PHONE", "380670000001") is None
    assert key(cast, "EMAIL", "other@example.com") == cast.dina.pk
    assert set(states) == {"UPDATED"}


def test_a_shared_phone_does_not_make_two_emails_one_person(cast):
    ids, _ = merge(
        cast,
        Person(email="a@example.com", phone="380670000009"),
        Person(email="b@example.com", phone="380670000009"),
        match=Match.EMAIL,
    )
    assert len(set(ids)) == 2
    assert key(cast, "PHONE", "380670000009") == ids[0]
    merge(cast, Person(email="a@example.com", phone=""), match=Match.EMAIL)
    assert key(cast, "PHONE", "380670000009") == ids[1]


def test_by_id_only_known_contacts_are_changed(cast):
    ids, states = merge(
        cast,
        Person(contact_id=cast.dina.pk, email="d@example.com"),
        Person(contact_id=999_999, email="x@example.com"),
        Person(contact_id=cast.ivan.pk, external_id="C-3"),
        match=Match.ID,
    )
    assert states == ["UPDATED", "REJECTED", "REJECTED"]
    assert ids == [cast.dina.pk, None, None]
    assert Contact.objects.count() == 3


def test_by_an_additional_field(cast):
    cast.dina.fields = {"7": "card-1"}
    cast.dina.save(update_fields=["fields"])
    people = [
        Person(email="d@example.com", fields={7: "card-1"}),
        Person(email="e@example.com", fields={7: "card-2"}),
        Person(email="f@example.com", fields={7: "card-2"}),
    ]
    ids, states = merge(cast, *people, match=Match.FIELD, field_id=7)
    assert ids[0] == cast.dina.pk
    assert ids[1] == ids[2]
    assert states == ["UPDATED", "UPDATED", "ADDED"]


def test_deleted_people_are_restored_or_refused(cast):
    erasing.delete(cast.organisation.pk, cast.dina.pk, by=cast.owner)
    said = Person(email="kozak@example.com", town="Lviv")
    assert merge(cast, said, restore=False) == ([None], ["REJECTED"])
    assert Contact.objects.get(pk=cast.dina.pk).deleted_at is not None
    assert merge(cast, said) == ([cast.dina.pk], ["UPDATED"])
    assert Contact.objects.get(pk=cast.dina.pk).deleted_at is None


def test_lists_are_joined_and_left(cast):
    here = cast.organisation.pk
    news, old = lists.named(here, ["News", "Old"], by=cast.owner)
    lists.add_members(here, old, [cast.dina.pk, cast.ivan.pk], by=cast.owner)
    strange = lists.create(cast.elsewhere.pk, "Strange", by=cast.stranger).pk
    people = [Person(email="kozak@example.com"), Person(email="new@example.com")]
    merge(cast, *people, join=[news, strange], leave=[old])
    assert lists.size(here, news) == 2
    assert lists.size(here, old) == 1
    assert lists.size(cast.elsewhere.pk, strange) == 0


def test_fields_are_merged_and_cleared(cast):
    field = Field(pk=5)
    merge(cast, Person(email="kozak@example.com", fields={field.pk: "x", 6: "y"}))
    merge(cast, Person(email="kozak@example.com", fields={field.pk: ""}))
    cast.dina.refresh_from_db()
    assert cast.dina.fields == {"6": "y"}


def test_many_people_cost_few_statements(cast, django_assert_max_num_queries):
    people = [Person(email=f"p{n}@example.com", external_id=f"X{n}") for n in range(2000)]
    with django_assert_max_num_queries(30):
        merge(cast, *people, match=Match.EMAIL)
    assert Contact.objects.count() == 2003
    assert ContactKey.objects.filter(kind="EXTERNAL_ID").count() == 2002


@pytest.mark.django_db(transaction=True)
def test_merges_and_single_people_at_once_make_everybody_once():
    here = organising.create_organisation("Sandpiper").pk
    people = [Person(email=f"p{n}@example.com", phone=f"3806700001{n:02}") for n in range(100)]

    def add(number):
        mine = people[number * 7 :] + people[: number * 7]
        if number % 2:
            merging.merge(here, mine, rules=Rules(match=Match.EMAIL_OR_PHONE))
        else:
            for person in mine[:40]:
                adding.upsert(here, person, by=Actor.system(here))

    at_once(*(partial(add, number) for number in range(8)))
    assert Contact.objects.count() == 100
    assert ContactKey.objects.count() == 200
