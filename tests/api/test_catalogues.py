"""Product feeds, recommendations out of the customer's own database, and the balance's history."""

import datetime as dt

import customer
import pytest

from sanderling.accounts.models import AuditEntry
from sanderling.activities.models import Activity
from sanderling.api.models import ProductFeed

FEED = {"url": "https://shop.example/feed.xml", "language": "uk", "default": True}


def test_feeds_are_stored_replaced_and_kept_apart(api, strange_api):
    assert api.get("/v1/products/config").json() == {"feeds": []}
    told = api.post("/v1/products/config", {"feeds": [FEED, {"url": "http://b.example/f"}]})
    assert (told.status_code, told.json()) == (200, "Product feeds have been configured")
    assert api.get("/v1/products/config").json() == {
        "feeds": [FEED, {"url": "http://b.example/f", "default": False}]
    }
    assert strange_api.get("/v1/products/config").json() == {"feeds": []}
    strange_api.post("/v1/products/config", {"feeds": []})
    assert ProductFeed.objects.count() == 2
    api.post("/v1/products/config", {"feeds": FEED})  # one object where a list is expected
    assert api.get("/v1/products/config").json() == {"feeds": [FEED]}
    assert AuditEntry.objects.filter(verb="products.feeds").count() == 3


@pytest.mark.parametrize(
    "feeds",
    [None, [{"url": "ftp://a.example/"}], [{}], [FEED, FEED], [FEED] * 51,
     [{"url": "https://[::1"}], [{"url": "https://a.example/" + "x" * 2000}],
     [{"url": "https://a.example/", "language": "x" * 21}]],
)  # fmt: skip
def test_wrong_feeds_are_refused_and_change_nothing(api, feeds):
    api.post("/v1/products/config", {"feeds": [FEED]})
    assert api.post("/v1/products/config", {"feeds": feeds}).status_code == 400
    assert api.get("/v1/products/config").json() == {"feeds": [FEED]}


@pytest.fixture
def recoms(cast, shop):
    shop.run("""
        DROP TABLE IF EXISTS recoms;
        CREATE TABLE recoms (product_id text, email text, "Name" text, price text, category text,
                             "isInStock" text, secret text);
        CREATE INDEX ON recoms (email);
        INSERT INTO recoms VALUES ('7', 'kozak@example.com', 'Cup', '12.50', 'Cups', 'no', 'x'),
                                  ('8', 'kozak@example.com', 'Mug', 'NaN', 'Mugs', '1', 'x')
    """)
    return customer.source(customer.connector(shop, cast.owner), cast.owner, table="recoms")


def test_recommendations_are_the_rows_of_a_data_source(api, recoms):
    path = f"/v2/contacts/recoms/{recoms.pk}?email=KOZAK@example.com"
    cup = {"id": "7", "name": "Cup", "price": 12.5, "category": ["Cups"], "isInStock": 0}
    mug = {"id": "8", "name": "Mug", "category": ["Mugs"], "isInStock": 1}
    assert sorted(api.get(path).json(), key=lambda one: one["id"]) == [cup, mug]
    assert api.get(f"{path}&category=Mugs&products=7").json() == [mug]


def test_nobody_and_a_stranger_get_no_recommendations(api, strange_api, recoms, cast):
    path = f"/v2/contacts/recoms/{recoms.pk}"
    assert api.get(f"{path}?email=nobody@example.com").json() == []
    assert api.get(f"{path}?webId=5c0e").json() == []
    assert api.get(f"{path}?contactId={cast.ivan.pk}").json() == []
    assert api.get(path).status_code == 400
    assert api.get(f"{path}?email=a@example.com&phone=380670000001").status_code == 400
    assert api.get("/v2/contacts/recoms/0?email=a@example.com").status_code == 404
    assert strange_api.get(f"{path}?email=kozak@example.com").status_code == 404


def test_a_database_that_is_away_is_told_in_words(api, recoms, shop):
    shop.run("DROP TABLE recoms")
    answer = api.get(f"/v2/contacts/recoms/{recoms.pk}?email=kozak@example.com")
    assert answer.status_code == 503
    assert b"recoms" in answer.content


def sent(cast, *at, media_type="Email", status="SENT"):
    for moment in at:
        Activity.objects.create(
            organisation=cast.organisation, contact_id=cast.dina.pk, status=status,
            media_type=media_type, occurred_at=dt.datetime.fromisoformat(moment),
        )  # fmt: skip


def test_the_balances_history_counts_what_left_on_the_organisations_days(api, strange_api, cast):
    sent(cast, "2025-03-01T21:59Z", "2025-03-01T22:00Z", "2025-03-02T08:00Z", "2025-03-03T08:00Z")
    sent(cast, "2025-03-02T08:00Z", media_type="Sms")
    sent(cast, "2025-03-02T08:00Z", status="DELIVERED")
    sent(cast, "2025-03-03T22:00Z")
    path = "/v1/balance/history?dateFrom=2025-03-01&dateTo=2025-03-03"
    history = api.get(path).json()
    assert history["currency"] == "USD"
    assert [
        (day["date"], {one["mediaType"]: one["totalSent"] for one in day["channelDetails"]})
        for day in history["dailyCosts"]
    ] == [
        ("2025-03-01T00:00:00+02:00", {"email": 1}),
        ("2025-03-02T00:00:00+02:00", {"email": 2, "sms": 1}),
        ("2025-03-03T00:00:00+02:00", {"email": 1}),
    ]
    assert history["dailyCosts"][0]["channelDetails"] == [
        {"mediaType": "email", "totalSent": 1, "totalParts": 1, "bonusSpent": 0,
         "fundsWithdrawal": 0.0, "fundsRefund": 0.0, "bonusReceived": 0,
         "reservedFundsWithdrawal": 0.0, "reservedFundsRefund": 0.0},
    ]  # fmt: skip
    assert strange_api.get(path).json()["dailyCosts"] == []


def test_the_balances_history_is_of_today_unless_asked_otherwise(api, cast):
    sent(cast, dt.datetime.now(dt.UTC).isoformat(), "2025-03-01T08:00Z")
    [today] = api.get("/v1/balance/history").json()["dailyCosts"]
    assert today["channelDetails"][0]["totalSent"] == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("dateFrom=2025-01-01&dateTo=2025-04-01", 200),  # 90 days apart
        ("dateFrom=2025-01-01&dateTo=2025-04-02", 419),
        ("dateFrom=2025-02-02&dateTo=2025-02-01", 400),
        ("dateFrom=yesterday", 400),
        ("dateFrom=0001-01-01&dateTo=0001-01-02", 200),
        ("dateFrom=9999-12-31&dateTo=9999-12-31", 400),
    ],
)
def test_a_period_is_at_most_90_days(api, query, status):
    answer = api.get(f"/v1/balance/history?{query}")
    assert answer.status_code == status
    if status == 419:
        assert answer.content == b"Request period must be not greater than 90 days"
