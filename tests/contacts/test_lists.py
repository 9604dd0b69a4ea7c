import pytest

from sanderling.contacts import erasing, lists
from sanderling.contacts.models import ContactList, ListMember
from sanderling.lib.errors import Conflict, NotFound


def test_members_are_added_once_and_only_from_here(cast):
    here = cast.organisation.pk
    made = lists.create(here, "News", by=cast.owner)
    everybody = [cast.dina.pk, cast.ivan.pk, 999_999]
    assert lists.add_members(here, made.pk, everybody, by=cast.owner) == 2
    assert lists.add_members(here, made.pk, everybody, by=cast.owner) == 0
    assert lists.size(here, made.pk) == 2
    erasing.delete(here, cast.dina.pk, by=cast.owner)
    assert lists.counted(here) == [(made.pk, "News", made.created_at, 1)]
    assert lists.remove_members(here, made.pk, [cast.ivan.pk], by=cast.owner) == 1
    assert [row.name for row in lists.of_contact(here, cast.dina.pk)] == ["News"]


def test_a_name_is_used_once(cast):
    lists.create(cast.organisation.pk, "News", by=cast.owner)
    with pytest.raises(Conflict, match="already a list called News"):
        lists.create(cast.organisation.pk, " News ", by=cast.owner)
    assert ContactList.objects.count() == 1
    again = lists.named(cast.organisation.pk, ["News", "Sales"], by=cast.owner)
    assert again == list(ContactList.objects.order_by("name").values_list("pk", flat=True))


def test_a_strangers_list_is_not_found(cast):
    made = lists.create(cast.organisation.pk, "News", by=cast.owner)
    with pytest.raises(NotFound):
        lists.add_members(cast.elsewhere.pk, made.pk, [cast.dina.pk], by=cast.stranger)
    with pytest.raises(NotFound):
        lists.delete(cast.elsewhere.pk, made.pk, by=cast.stranger)
    assert ListMember.objects.count() == 0
    assert ContactList.objects.count() == 1


def test_deleting_a_list_keeps_its_people(cast):
    made = lists.create(cast.organisation.pk, "News", by=cast.owner)
    lists.add_members(cast.organisation.pk, made.pk, [cast.dina.pk], by=cast.owner)
    lists.delete(cast.organisation.pk, made.pk, by=cast.owner)
    assert ListMember.objects.count() == 0
    cast.dina.refresh_from_db()
