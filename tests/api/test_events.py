import pytest

from sanderling.contacts.models import Contact
from sanderling.events.models import Event, EventType
from sanderling.events.types import declare

PAIRS = [{"name": "email", "value": "kozak@example.com"}, {"name": "cart", "value": {"n": [1, 2]}}]


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
@pytest.mark.parametrize(
    "params",
    [PAIRS, {"email": "kozak@example.com", "cart": {"n": [1, 2]}}],
    ids=["pairs", "object"],
)
def test_every_version_takes_pairs_and_an_object(api, cast, version, params):
    answer = api.post(f"/{version}/event", {"eventTypeKey": "Cart", "params": params})
    assert (answer.status_code, answer.content) == (200, b"")
    assert "Content-Type" not in answer
    event = Event.objects.get()
    assert (event.contact_id, event.key_value) == (cast.dina.pk, "kozak@example.com")
    assert event.params == {"email": "kozak@example.com", "cart": {"n": [1, 2]}}


def test_only_v1_makes_no_contact(api):
    params = [{"name": "email", "value": "new@example.com"}]
    api.post("/v1/event", {"eventTypeKey": "Cart", "params": params})
    assert not Contact.objects.filter(email="new@example.com").exists()
    api.post("/v2/event", {"eventTypeKey": "Cart", "params": params})
    assert Contact.objects.get(email="new@example.com").source == "EVENT"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"eventTypeKey": "Cart", "params": []}, "identifies the contact"),
        ({"keyValue": "1"}, "eventTypeKey must be specified"),
        ({"eventTypeKey": "a;b", "keyValue": "1"}, "must not contain"),
        ({"eventTypeKey": "x" * 101, "keyValue": "1"}, "longer than 100"),
        ({"eventTypeKey": "Cart", "keyValue": "1" * 301}, "longer than 300"),
        ({"eventTypeKey": "Cart", "keyValue": "1", "params": [PAIRS[0], PAIRS[0]]}, "once only"),
        ({"eventTypeKey": "Cart", "keyValue": "1", "params": "x"}, "pairs"),
        ({"eventTypeKey": "Cart", "keyValue": "1", "params": [{"name": "", "value": 1}]}, "name"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_is_a_400_in_words(api, body, words):
    answer = api.post("/v2/event", body)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert Event.objects.count() == 0


def test_a_large_event_is_refused(api):
    body = {"eventTypeKey": "Cart", "keyValue": "1", "params": {"x": "y" * 21_000}}
    assert api.post("/v3/event", body).status_code == 413
    assert Event.objects.count() == 0


def test_a_validated_type_says_what_it_wants_in_both_forms(api, cast):
    api.post("/v1/event", {"eventTypeKey": "Cart", "keyValue": "1"})
    declared = [{"name": "cartId", "required": True}]
    declare(cast.organisation.pk, EventType.objects.get().pk, parameters=declared, by=cast.owner)
    old = api.post("/v2/event", {"eventTypeKey": "Cart", "keyValue": "1"})
    assert old.content.decode() == (
        'The event should have the following params: [{"name": "cartId", "required": true}]'
    )
    new = api.post("/v3/event", {"eventTypeKey": "Cart", "keyValue": "1"})
    assert (new.status_code, new.json()) == (400, {"params": {"cartId": {"required": True}}})
    assert Event.objects.count() == 1


def test_past_events_have_a_verdict_each(api, cast):
    dates = ["2024-12-31T18:00", None, "yesterday", "2999-01-01", "1900-01-01", "2024-12-31"]
    events = [
        {"eventTypeKey": "Bought", "keyValue": "C-1", "occurred": date,
         "params": {"externalCustomerId": "C-1"}}
        for date in dates
    ]  # fmt: skip
    answer = api.post("/v3/past_events", {"events": events}).json()
    assert [row["status"] for row in answer["results"]] == [
        "ACCEPTED", "OCCURRED_DATE_IS_REQUIRED", "INCORRECT_OCCURRED_DATE_FORMAT",
        "OCCURRED_TIME_IN_FUTURE", "OCCURRED_TIME_TOO_DEPTH", "ACCEPTED",
    ]  # fmt: skip
    assert (answer["successCount"], answer["errorCount"]) == (2, 4)
    stored = Event.objects.order_by("id").first()
    assert (stored.is_past, stored.contact_id) == (True, cast.dina.pk)
    assert stored.occurred_at.isoformat() == "2024-12-31T16:00:00+00:00"  # Kyiv is UTC+2 in winter


def test_history_is_deleted_by_its_period(api, cast):
    events = [
        {"eventTypeKey": "B", "keyValue": "1", "occurred": f"2024-01-{d}T10:00"} for d in (10, 20)
    ]
    api.post("/v1/past_events", {"events": events})
    assert Event.objects.count() == 2
    answer = api.delete("/v1/past_events", {"from": "2024-01-01T00:00", "to": "2024-01-15T00:00"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert Event.objects.get().occurred_at.day == 20
    assert api.delete("/v1/past_events", {}).status_code == 400


def test_more_than_500_past_events_are_refused(api):
    events = [{"eventTypeKey": "B", "keyValue": "1", "occurred": "2024-01-10"}] * 501
    assert api.post("/v2/past_events", {"events": events}).status_code == 400
    assert Event.objects.count() == 0
