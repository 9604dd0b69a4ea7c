import pytest

from sanderling.contacts import lists
from sanderling.contacts.models import ListMember
from sanderling.segments.models import Segment


@pytest.fixture
def news(cast):
    return lists.create(cast.organisation.pk, "Newsletter", by=cast.owner)


@pytest.fixture
def known(cast):
    condition = {"all": [{"field": "external_id", "operator": "specified"}]}
    return Segment.objects.create(
        organisation=cast.organisation, name="With external id", condition=condition
    )


def test_lists_and_segments_are_groups(api, news, known):
    assert api.get("/v1/groups?name=").json() == [
        {"id": news.pk, "name": "Newsletter", "type": "Static"},
        {"id": known.pk, "name": "With external id", "type": "Dynamic"},
    ]
    assert [one["name"] for one in api.get("/v1/groups?name=letter").json()] == ["Newsletter"]
    assert len(api.get("/v1/groups?startindex=2&maxrows=5").json()) == 1


def test_contacts_are_attached_and_detached(api, cast, news):
    path = f"/v1/group/{news.pk}/contacts"
    assert api.post(f"{path}/attach", {"contactIds": [cast.dina.pk, 1]}).status_code == 200
    assert api.post(f"{path}/attach", {"externalCustomerIds": ["C-3", "?"]}).status_code == 200
    assert set(ListMember.objects.values_list("contact_id", flat=True)) == {
        cast.dina.pk, cast.ghost.pk,
    }  # fmt: skip
    api.post(f"{path}/detach", {"externalCustomerIds": "C-3"})
    assert ListMember.objects.get().contact_id == cast.dina.pk
    api.post(f"{path}/attach", {"contactIds": [cast.ivan.pk]})
    assert api.post(f"{path}/detach", b"").status_code == 200
    assert ListMember.objects.count() == 0


def test_members_are_full_cards_with_their_number(api, cast, news):
    ids = [cast.dina.pk, cast.ivan.pk, cast.ghost.pk]
    lists.add_members(cast.organisation.pk, news.pk, ids, by=cast.owner)
    answer = api.get(f"/v1/group/{news.pk}/contacts?maxrows=2&orderByTs=true&asc=false")
    assert dict(answer.items())["TotalCount"] == "3"
    assert [one["id"] for one in answer.json()] == sorted(ids, reverse=True)[:2]
    assert answer.json()[0]["groups"][0]["name"] == "Newsletter"


def test_members_of_a_dynamic_segment_are_found_now(api, cast, known):
    answer = api.get(f"/v1/group/{known.pk}/contacts")
    assert [one["id"] for one in answer.json()] == [cast.dina.pk, cast.ghost.pk]
    assert answer["TotalCount"] == "2"
    second = api.get(f"/v1/group/{known.pk}/contacts?startindex=2&maxrows=1")
    assert [one["id"] for one in second.json()] == [cast.ghost.pk]


def test_a_dynamic_segment_is_not_changed_by_hand(api, cast, known):
    answer = api.post(f"/v1/group/{known.pk}/contacts/attach", {"contactIds": [cast.ivan.pk]})
    assert answer.status_code == 409
    assert ListMember.objects.count() == 0


def test_unclear_members_are_refused(api, news):
    path = f"/v1/group/{news.pk}/contacts"
    both = {"contactIds": [1], "externalCustomerIds": ["a"]}
    assert api.post(f"{path}/attach", both).status_code == 400
    assert api.post(f"{path}/attach", {"contactIds": list(range(501))}).status_code == 400
    assert api.post(f"{path}/attach", {}).status_code == 400


def test_a_stranger_cannot_see_or_empty_our_list(strange_api, cast, news):
    lists.add_members(cast.organisation.pk, news.pk, [cast.dina.pk], by=cast.owner)
    path = f"/v1/group/{news.pk}/contacts"
    assert strange_api.get(path).status_code == 404
    assert strange_api.post(f"{path}/detach").status_code == 404
    assert strange_api.get("/v1/groups").json() == []
    assert ListMember.objects.count() == 1
