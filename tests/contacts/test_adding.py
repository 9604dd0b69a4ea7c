from functools import partial

import pytest
from together import at_once

from sanderling.accounts import organising
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import AuditEntry
from sanderling.contacts import adding, erasing, fields, finding
from sanderling.contacts.models import Contact, ContactKey, Field
from sanderling.contacts.people import Match, Person
from sanderling.lib.errors import Conflict, Invalid, NotFound


def upsert(cast, **said):
    options = {name: said.pop(name) for name in ("match", "restore", "lenient") if name in said}
    return adding.upsert(cast.organisation.pk, Person(**said), by=cast.owner, **options)


def test_an_unknown_person_is_created_with_keys(cast):
    made = upsert(cast, external_id="C-9", email=" New@Example.COM ", phone="+38 (067) 000-00-09")
    assert made.created
    contact = Contact.objects.get(pk=made.contact_id)
    assert (contact.email, contact.phone) == ("New@Example.COM", "380670000009")
    keys = ContactKey.objects.filter(contact_id=contact.pk)
    assert set(keys.values_list("kind", "value")) == {
        ("EXTERNAL_ID", "C-9"),
        ("EMAIL", "new@example.com"),
        ("PHONE", "380670000009"),
    }
    assert AuditEntry.objects.get(verb="contact.create").subject == str(contact.pk)


def test_a_known_external_id_updates_whatever_the_address(cast):
    made = upsert(cast, external_id="C-1", email="dina.new@example.com", first_name="Diana")
    assert (made.contact_id, made.created) == (cast.dina.pk, False)
    cast.dina.refresh_from_db()
    assert (cast.dina.first_name, cast.dina.last_name) == ("Diana", "Kozak")
    here = cast.organisation.pk
    assert finding.by_key(here, "EMAIL", "Dina.New@example.com") == cast.dina.pk
    assert finding.by_key(here, "EMAIL", "kozak@example.com") is None


def test_an_unknown_external_id_joins_the_address_that_has_none(cast):
    made = upsert(cast, external_id="C-2", email="IVAN@приклад.укр")
    assert (made.contact_id, made.created) == (cast.ivan.pk, False)
    assert finding.by_key(cast.organisation.pk, "EXTERNAL_ID", "C-2") == cast.ivan.pk


def test_an_address_with_another_external_id_makes_another_contact_without_the_key(cast):
    made = upsert(cast, external_id="C-77", email="kozak@example.com")
    assert made.created
    assert finding.by_key(cast.organisation.pk, "EMAIL", "kozak@example.com") == cast.dina.pk
    erasing.erase(cast.organisation.pk, cast.dina.pk, by=cast.owner)
    assert finding.by_key(cast.organisation.pk, "EMAIL", "kozak@example.com") == made.contact_id


def test_empty_text_clears_and_nothing_said_keeps(cast):
    upsert(cast, email="kozak@example.com", last_name="")
    cast.dina.refresh_from_db()
    assert (cast.dina.first_name, cast.dina.last_name) == ("Dina", "")


def test_the_same_again_changes_nothing(cast):
    before = Contact.objects.get(pk=cast.dina.pk).updated_at
    upsert(cast, email="kozak@example.com", first_name="Dina")
    assert Contact.objects.get(pk=cast.dina.pk).updated_at == before
    assert not AuditEntry.objects.filter(verb="contact.update").exists()


def test_a_deleted_person_comes_back_or_is_refused(cast):
    erasing.delete(cast.organisation.pk, cast.dina.pk, by=cast.owner)
    with pytest.raises(Conflict, match="deleted"):
        upsert(cast, external_id="C-1", restore=False)
    assert Contact.objects.get(pk=cast.dina.pk).deleted_at is not None
    assert upsert(cast, external_id="C-1").contact_id == cast.dina.pk
    assert Contact.objects.get(pk=cast.dina.pk).deleted_at is None


def test_an_update_by_id_cannot_take_an_external_id_of_another(cast):
    with pytest.raises(Conflict, match="C-1 belongs to another"):
        adding.update(cast.organisation.pk, cast.ivan.pk, Person(external_id="C-1"), by=cast.owner)
    cast.ivan.refresh_from_db()
    assert cast.ivan.external_id == ""


def test_a_stranger_finds_nobody(cast):
    with pytest.raises(NotFound):
        adding.update(cast.elsewhere.pk, cast.dina.pk, Person(email=""), by=cast.stranger)
    assert finding.by_key(cast.elsewhere.pk, "EMAIL", "kozak@example.com") is None
    cast.dina.refresh_from_db()
    assert cast.dina.email == "kozak@example.com"


def test_bad_values_are_all_named(cast):
    with pytest.raises(Invalid) as refusal:
        upsert(cast, email="nobody", phone="12", first_name="!!", time_zone="Mars/Base")
    assert set(refusal.value.problems) == {"email", "phone", "first_name", "time_zone"}
    assert Contact.objects.count() == 3


def test_a_lenient_caller_saves_what_can_be_saved(cast):
    made = upsert(cast, email="l@example.com", first_name="1234567", lenient=True)
    assert list(made.problems) == ["first_name"]
    assert Contact.objects.get(pk=made.contact_id).first_name == ""
    with pytest.raises(Invalid):
        upsert(cast, email="nobody", lenient=True)


def test_additional_fields_are_kept_in_canonical_form(cast):
    fields.create_defaults(cast.organisation.pk)
    birthday = Field.objects.get(key="BIRTHDAY")
    upsert(cast, external_id="C-1", fields={birthday.pk: "17.04.1990"})
    cast.dina.refresh_from_db()
    assert cast.dina.fields == {str(birthday.pk): "1990-04-17"}
    with pytest.raises(Invalid, match="Birthday"):
        upsert(cast, external_id="C-1", fields={birthday.pk: "yesterday"})
    upsert(cast, external_id="C-1", fields={birthday.pk: ""})
    cast.dina.refresh_from_db()
    assert cast.dina.fields == {}


def test_match_by_phone_does_not_look_at_the_email(cast):
    made = upsert(cast, email="kozak@example.com", phone="380670000002", match=Match.PHONE)
    assert made.created
    assert finding.by_key(cast.organisation.pk, "EMAIL", "kozak@example.com") == cast.dina.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["email", "phone", "external_id"])
def test_sixteen_who_create_the_same_person_make_one_contact(key):
    here = organising.create_organisation("Sandpiper").pk
    said = {"email": "one@example.com", "phone": "380670000001", "external_id": "X-1"}

    def create(number):
        person = Person(**{key: said[key]}, town=f"Town {number}")
        return adding.upsert(here, person, by=Actor.system(here))

    results = at_once(*(partial(create, number) for number in range(16)))
    assert sum(result.created for result in results) == 1
    assert Contact.objects.count() == 1
    assert ContactKey.objects.count() == 1
    assert {result.contact_id for result in results} == {Contact.objects.get().pk}
