import pytest

from sanderling.broadcasts.models import Broadcast
from sanderling.contacts import lists
from sanderling.messages.models import Message


@pytest.fixture
def wish(cast):
    message = Message.objects.create(
        organisation=cast.organisation, name="Sale", subject="Sale", html="<p>Sale</p>",
        sender_name="Shop", sender_email="news@shop.example",
    )  # fmt: skip
    group = lists.create(cast.organisation.pk, "News", by=cast.owner)
    lists.add_members(cast.organisation.pk, group.pk, [cast.dina.pk], by=cast.owner)
    return {"messageId": str(message.pk), "groups": [group.pk], "title": "March sale"}


def test_a_broadcast_without_a_date_starts_now(api, wish):
    view = api.post("/v1/broadcast", wish).json()
    broadcast = Broadcast.objects.get()
    assert broadcast.status == "RUNNING"
    assert view["broadcastId"] == str(broadcast.pk)
    assert (view["title"], view["messageId"]) == ("March sale", wish["messageId"])
    assert view["groupId"] == str(wish["groups"][0])


def test_a_date_is_in_the_organisations_zone(api, wish):
    view = api.post("/v1/broadcast", {**wish, "startDate": "2099-03-05T14:00"}).json()
    assert view["startDate"] == "2099-03-05T14:00:00"
    broadcast = Broadcast.objects.get()
    assert broadcast.status == "SCHEDULED"
    assert broadcast.scheduled_at.isoformat() == "2099-03-05T12:00:00+00:00"
    assert api.get(f"/v1/broadcast/{broadcast.pk}").json() == view
    assert api.get("/v1/broadcasts").json() == [view]
    assert api.delete(f"/v1/broadcast/{broadcast.pk}").content == b""
    assert api.get(f"/v1/broadcast/{broadcast.pk}").status_code == 404


def test_a_speed_is_kept_and_told(api, wish):
    view = api.post("/v1/broadcast", {**wish, "batchSize": 500, "batchIntervalUnit": "HOUR"}).json()
    assert (view["batchSize"], view["batchIntervalUnit"]) == (500, "HOUR")
    broadcast = Broadcast.objects.get()
    assert (broadcast.batch_size, broadcast.batch_unit) == (500, "HOUR")
    assert api.get(f"/v1/broadcast/{broadcast.pk}").json() == view
    assert "batchSize" not in api.post("/v1/broadcast", {**wish, "title": "Other"}).json()


def test_a_broadcast_that_has_begun_is_not_deleted(api, wish):
    number = api.post("/v1/broadcast", wish).json()["broadcastId"]
    assert api.delete(f"/v1/broadcast/{number}").status_code == 409
    assert Broadcast.objects.get().status == "RUNNING"


@pytest.mark.parametrize(
    "change",
    [
        {"messageId": None}, {"messageId": "999999"}, {"groups": []}, {"groups": [999999]},
        {"startDate": "2001-01-01T00:00"}, {"startDate": "soon"}, {"batchIntervalUnit": "YEAR"},
        {"batchSize": 5}, {"batchSize": 0, "batchIntervalUnit": "HOUR"},
        {"batchSize": 2_000_000_000, "batchIntervalUnit": "HOUR"},
    ],
)  # fmt: skip
def test_an_impossible_broadcast_leaves_nothing(api, wish, change):
    answer = api.post("/v1/broadcast", wish | change)
    assert 400 <= answer.status_code < 500
    assert Broadcast.objects.count() == 0


def test_a_stranger_sees_and_cancels_nothing(api, strange_api, wish):
    view = api.post("/v1/broadcast", {**wish, "startDate": "2099-03-05T14:00"}).json()
    path = f"/v1/broadcast/{view['broadcastId']}"
    assert strange_api.get(path).status_code == 404
    assert strange_api.delete(path).status_code == 404
    assert strange_api.get("/v1/broadcasts").json() == []
    assert strange_api.post("/v1/broadcast", wish).status_code == 404
    assert Broadcast.objects.get().status == "SCHEDULED"
