from importlib import import_module

import pytest
from django.db import connection

from sanderling.contacts import consent, erasing, lists, suppressing
from sanderling.contacts.models import (
    Category,
    Contact,
    ContactList,
    Erasure,
    ListMember,
    Suppression,
)
from sanderling.lib.errors import Conflict, Invalid, NotFound


def test_a_person_who_unsubscribes_is_suppressed_by_address(cast):
    here = cast.organisation.pk
    assert not suppressing.is_suppressed(here, "EMAIL", "KOZAK@example.com")
    assert consent.unsubscribe(cast.dina, by=cast.owner)
    assert not consent.unsubscribe(cast.dina, by=cast.owner)
    assert suppressing.is_suppressed(here, "EMAIL", "KOZAK@example.com")
    assert not suppressing.is_suppressed(cast.elsewhere.pk, "EMAIL", "kozak@example.com")
    cast.dina.refresh_from_db()
    assert cast.dina.email_status == "UNSUBSCRIBED"
    consent.resubscribe(cast.dina, by=cast.owner)
    cast.dina.refresh_from_db()
    assert cast.dina.email_status == "CONFIRMED"
    assert Suppression.objects.count() == 0


def test_one_bad_address_suppresses_nobody(cast):
    with pytest.raises(Invalid, match="nobody"):
        suppressing.suppress(
            cast.organisation.pk, "EMAIL", ["kozak@example.com", "nobody"], by=cast.owner
        )
    assert Suppression.objects.count() == 0


def test_a_category_and_its_list_hold_the_same_people(cast):
    here, by = cast.organisation.pk, cast.owner
    old = lists.create(here, "News", by=by)
    lists.add_members(here, old.pk, [cast.ivan.pk], by=by)
    news = consent.create_category(here, key="news", name="News", by=by)
    again = consent.create_category(here, key="news2", name="News", by=by)
    assert (news.list_id, again.list.name) == (old.pk, "News (news2)")
    assert consent.wanted_by(here, cast.ivan.pk) == []  # never said so

    def members():
        return set(ListMember.objects.filter(list=old).values_list("contact_id", flat=True))

    consent.subscribe(here, cast.dina.pk, ["news"], by=by)
    assert members() == {cast.dina.pk, cast.ivan.pk}
    consent.set_categories(here, cast.dina.pk, ["news2"], by=by)
    assert members() == {cast.ivan.pk}
    assert lists.add_members(here, old.pk, [cast.dina.pk, cast.ivan.pk], by=by) == 1
    assert consent.wanted_by(here, cast.dina.pk) == ["news", "news2"]
    assert consent.wanted_by(here, cast.ivan.pk) == []
    assert lists.remove_members(here, old.pk, [cast.dina.pk], by=by) == 1
    assert consent.wanted_by(here, cast.dina.pk) == ["news2"]
    assert lists.empty(here, again.list_id, by=by) == 1
    assert consent.wanted_by(here, cast.dina.pk) == []
    with pytest.raises(Conflict, match="category"):
        lists.delete(here, old.pk, by=by)
    consent.delete_category(here, news.pk, by=by)
    lists.delete(here, old.pk, by=by)
    assert not ContactList.objects.filter(pk=old.pk).exists()


def test_categories_of_before_get_their_lists(cast):
    here = cast.organisation
    for key in ("news", "news2", "sales"):
        Category.objects.create(organisation=here, key=key, name=key.rstrip("2").title())
    consent.subscribe(here.pk, cast.dina.pk, ["sales"], by=cast.owner)
    sales = lists.create(here.pk, "Sales", by=cast.owner)
    made = import_module("sanderling.contacts.migrations.0009_categories_have_their_lists")
    with connection.cursor() as cursor:
        for statement in made.Migration.operations[0].sql:
            cursor.execute(statement)
    named = Category.objects.order_by("key").values_list("key", "list__name")
    assert list(named) == [("news", "News"), ("news2", "News (news2)"), ("sales", "Sales")]
    assert ListMember.objects.get().list_id == sales.pk


def test_categories_are_replaced_as_a_whole(cast):
    here = cast.organisation.pk
    for key in ("news", "sales", "events"):
        consent.create_category(here, key=key, name=key.title(), by=cast.owner)
    consent.subscribe(here, cast.dina.pk, ["news", "sales"], by=cast.owner)
    assert consent.wanted_by(here, cast.dina.pk) == ["news", "sales"]
    assert consent.set_categories(here, cast.dina.pk, ["events"], by=cast.owner)
    assert not consent.set_categories(here, cast.dina.pk, ["events"], by=cast.owner)
    assert consent.wanted_by(here, cast.dina.pk) == ["events"]
    with pytest.raises(Invalid, match="unknown"):
        consent.subscribe(here, cast.dina.pk, ["unknown"], by=cast.owner)
    with pytest.raises(NotFound):
        consent.set_categories(cast.elsewhere.pk, cast.dina.pk, [], by=cast.stranger)
    assert consent.wanted_by(here, cast.dina.pk) == ["events"]


def test_erasing_leaves_a_tombstone_and_the_suppression(cast):
    here, dina = cast.organisation.pk, cast.dina.pk
    consent.unsubscribe(cast.dina, by=cast.owner)
    erasing.erase(here, dina, by=cast.owner)
    assert not Contact.objects.filter(pk=dina).exists()
    assert Erasure.objects.get().contact_id == dina
    assert suppressing.is_suppressed(here, "EMAIL", "kozak@example.com")
    with pytest.raises(NotFound):
        erasing.restore(here, dina, by=cast.owner)


def test_a_stranger_erases_nobody(cast):
    with pytest.raises(NotFound):
        erasing.erase(cast.elsewhere.pk, cast.dina.pk, by=cast.stranger)
    assert Contact.objects.filter(pk=cast.dina.pk).exists()
    assert Erasure.objects.count() == 0
