import datetime as dt

import pytest
from cast import Cast
from django.db import transaction

from sanderling.contacts.models import Contact, ContactList, Field, FieldGroup, ListMember
from sanderling.lib.errors import NotFound
from sanderling.postgres.statements import fetch
from sanderling.segments import counting, entering, evaluating, freezing, saving
from sanderling.segments.conditions import BadCondition
from sanderling.segments.counting import TooSlow
from sanderling.segments.models import Member, Segment

UKRAINIAN = {"field": "language", "operator": "is", "value": "uk"}
HAS_EMAIL = {"field": "email", "operator": "specified"}


@pytest.fixture
def with_email(cast: Cast) -> Segment:
    return saving.save(cast.organisation.pk, name="With email", condition=HAS_EMAIL, by=cast.owner)


@pytest.fixture
def vip(cast: Cast) -> ContactList:
    vip = ContactList.objects.create(organisation=cast.organisation, name="VIP")
    for contact in (cast.ivan, cast.ghost):
        ListMember.objects.create(organisation=cast.organisation, contact=contact, list=vip)
    return vip


def frozen(cast: Cast, **groups: list[int]) -> list[int]:
    with transaction.atomic():
        people = freezing.people_sql(cast.organisation.pk, **groups)
        return sorted(row[0] for row in fetch(people.sql, people.params))


def test_an_audience_is_in_any_and_in_none(
    cast: Cast, with_email: Segment, vip: ContactList
) -> None:
    dina, ivan, ghost = cast.dina.pk, cast.ivan.pk, cast.ghost.pk
    assert frozen(cast, include=[with_email.pk]) == [dina, ivan]
    assert frozen(cast, include=[with_email.pk, vip.pk]) == [dina, ivan, ghost]
    assert frozen(cast, include=[with_email.pk], exclude=[vip.pk]) == [dina]
    assert frozen(cast, include=[vip.pk], exclude=[with_email.pk]) == [ghost]
    assert frozen(cast, include=[]) == []


def test_an_audience_of_another_organisation_is_not_found(cast: Cast, vip: ContactList) -> None:
    with pytest.raises(NotFound), transaction.atomic():
        freezing.people_sql(cast.elsewhere.pk, include=[vip.pk])
    with pytest.raises(NotFound), transaction.atomic():
        freezing.people_sql(cast.organisation.pk, include=[10**15])


def test_a_segment_whose_list_is_gone_names_itself(cast: Cast, vip: ContactList) -> None:
    condition = {"list": vip.pk, "operator": "in"}
    inner = saving.save(cast.organisation.pk, name="In VIP", condition=condition, by=cast.owner)
    assert frozen(cast, include=[inner.pk]) == [cast.ivan.pk, cast.ghost.pk]
    vip.delete()
    with pytest.raises(BadCondition, match="“In VIP” must be mended first: There is no list"):
        frozen(cast, include=[inner.pk])


def test_the_statement_stands_in_a_larger_one(cast: Cast, with_email: Segment) -> None:
    with transaction.atomic():
        people = freezing.people_sql(cast.organisation.pk, include=[with_email.pk])
        larger = (
            f"SELECT count(*) FROM contacts_contact WHERE id IN ({people.sql}) AND id > %(low)s"
        )
        assert fetch(larger, people.params | {"low": 0}) == [(2,)]


def test_counting_remembers_the_size_and_previews_people(cast: Cast, with_email: Segment) -> None:
    assert with_email.size is None
    assert counting.recount(with_email) == 2
    with_email.refresh_from_db()
    assert with_email.size == 2
    assert with_email.counted_at is not None
    tree = evaluating.parsed(HAS_EMAIL, cast.organisation)
    assert counting.preview(tree, cast.organisation) == [cast.dina, cast.ivan]
    assert set(counting.sample(tree, cast.organisation, size=5)) == {cast.dina.pk, cast.ivan.pk}


def test_a_preview_shows_a_hundred_people(cast: Cast) -> None:
    Contact.objects.bulk_create(
        Contact(organisation=cast.organisation, first_name=f"N{n}") for n in range(150)
    )
    everybody = evaluating.parsed({"all": []}, cast.organisation)
    look = counting.look(everybody, cast.organisation)
    assert (look.total, len(look.people)) == (153, 100)


def test_counting_stops_when_it_takes_too_long(cast: Cast) -> None:
    # A condition whose evaluation is cheap but whose count is asked under a tiny limit: a
    # hundred thousand people cannot be counted in a millisecond.
    Contact.objects.bulk_create(
        Contact(organisation=cast.organisation, first_name="x" * 40) for _ in range(20_000)
    )
    slow = {
        "any": [{"field": "first_name", "operator": "ends", "value": f"y{n}"} for n in range(200)]
    }
    tree = evaluating.parsed(slow, cast.organisation)
    before = fetch("SHOW statement_timeout")
    with pytest.raises(TooSlow):
        counting.count(tree, cast.organisation, patience=0.005)
    assert fetch("SHOW statement_timeout") == before
    assert counting.count(evaluating.parsed(HAS_EMAIL, cast.organisation), cast.organisation) == 2


def test_who_enters_is_told_once_and_again_after_leaving(cast: Cast) -> None:
    segment = saving.save(
        cast.organisation.pk, name="Ukrainian", condition=UKRAINIAN, by=cast.owner
    )
    assert entered(segment) == [cast.ivan.pk]
    assert entered(segment) == []
    Contact.objects.filter(pk=cast.dina.pk).update(language="uk")
    assert entered(segment) == [cast.dina.pk]
    Contact.objects.filter(pk=cast.ivan.pk).update(language="en")
    assert entered(segment) == []
    assert list(Member.objects.values_list("contact_id", flat=True)) == [cast.dina.pk]
    Contact.objects.filter(pk=cast.ivan.pk).update(language="uk")
    assert entered(segment) == [cast.ivan.pk]


def entered(segment: Segment) -> list[int]:
    with transaction.atomic():
        return entering.newly_entered(segment)


def test_two_workflows_on_one_segment_each_see_who_entered(cast: Cast) -> None:
    segment = saving.save(
        cast.organisation.pk, name="Ukrainian", condition=UKRAINIAN, by=cast.owner
    )
    long_ago = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    first, first_moment = entering.entered_since(segment, long_ago)
    second, second_moment = entering.entered_since(segment, long_ago)
    assert first == second == [cast.ivan.pk]
    Contact.objects.filter(pk=cast.dina.pk).update(language="uk")
    assert entering.entered_since(segment, first_moment)[0] == [cast.dina.pk]
    assert entering.entered_since(segment, second_moment)[0] == [cast.dina.pk]


def test_a_birthday_enters_every_year(cast: Cast) -> None:
    group = FieldGroup.objects.create(organisation=cast.organisation, name="P", key="P")
    birthday = Field.objects.create(
        organisation=cast.organisation, group=group, name="B", key="B", type="date"
    )
    cast.dina.fields = {str(birthday.pk): "1990-11-21"}
    cast.dina.save(update_fields=["fields"])
    segment = saving.save(
        cast.organisation.pk,
        name="Birthday today",
        condition={"field": f"field:{birthday.pk}", "operator": "anniversary", "value": "today"},
        by=cast.owner,
    )
    days = [(2026, 11, 21), (2026, 11, 21), (2026, 11, 22), (2027, 11, 21), (2027, 11, 22)]
    seen = []
    for day in days:
        with transaction.atomic():
            now = dt.datetime(*day, 12, tzinfo=dt.UTC)
            seen.append(entering.newly_entered(segment, now=now))
    assert seen == [[cast.dina.pk], [], [], [cast.dina.pk], []]
