"""Every column of the facts, and of revenue, comes from a real row; revenue follows its order."""

import datetime as dt
from decimal import Decimal

from sanderling.exports.catalogue import DATASETS
from sanderling.exports.datasets.columns import Dialect
from sanderling.revenue import recomputing, rules

AT = dt.datetime(2026, 11, 20, 10, 11, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
TOLD = {
    "media_type": "Email",
    "campaign_type": "IM",
    "delivery_id": 7,
    "message_id": 5,
    "message_name": "Cart",
    "message_tags": "cart, news",
    "message_language": "uk",
    "sender_name": "Sandpiper",
    "broadcast_id": 8,
    "workflow_id": 3,
    "workflow_run_id": "run-1",
    "workflow_block": "4",
    "event_id": 77,
    "event_key": "k-1",
    "event_type_key": "cart",
    "link": "https://sandpiper.example/tea",
    "description": "why",
    "view_url": "https://sandpiper.example/v/7",
    "utm_campaign": "autumn",
}


def test_an_activity_fills_each_of_the_documents_columns(world):
    world.activity("CLICKED", occurred_at=AT, **TOLD)
    world.run(world.export("contactActivities"))
    names = tuple(DATASETS["contactActivities"].types_in(Dialect.POSTGRESQL))
    (row,) = world.rows('SELECT * FROM "contactActivities"')
    moment = AT.replace(tzinfo=None)
    assert dict(zip(names, row, strict=True)) == {
        "activity": "CLICKED",
        "activityStatus": "CLICKED",
        "workflowInstanceId": "run-1",
        "broadcastId": 8,
        "campaignType": "IM",
        "clickEventLink": "https://sandpiper.example/tea",
        "contactId": world.cast.dina.pk,
        "errorCode": "why",
        "statusDescription": "why",
        "eventKey": "k-1",
        "eventTypeKey": "cart",
        "externalCustomerId": "C-1",
        "mediaType": "Email",
        "messageInstanceId": 7,
        "messageLanguageCode": "uk",
        "messageName": "Cart",
        "messageId": 5,
        "messageTags": "cart, news",
        "messageURL": "https://sandpiper.example/v/7",
        "senderName": "Sandpiper",
        "started": moment,
        "activityDateTime": moment,
        "utmCampaign": "autumn",
        "workflowId": 3,
        "workflowBlockId": "4",
    }


def test_a_credit_fills_each_of_the_documents_columns(world):
    world.activity("CLICKED", occurred_at=AT, **TOLD)
    world.order("O-1", status="DELIVERED", ordered_at=AT + HOUR)
    world.run(world.export("revenue"))
    names = tuple(DATASETS["revenue"].types_in(Dialect.POSTGRESQL))
    (row,) = world.rows("SELECT * FROM revenue")
    moment = AT.replace(tzinfo=None)
    assert dict(zip(names, row, strict=True)) == {
        "activity": "CLICKED",
        "activityStatus": "CLICKED",
        "campaignType": "IM",
        "clickEventLink": "https://sandpiper.example/tea",
        "contactId": world.cast.dina.pk,
        "currency": "USD",
        "externalCustomerId": "C-1",
        "externalOrderId": "O-1",
        "mediaType": "Email",
        "messageInstanceId": 7,
        "messageName": "Cart",
        "messageTags": "cart, news",
        "messageUrl": "https://sandpiper.example/v/7",
        "orderDate": moment + HOUR,
        "senderName": "Sandpiper",
        "started": moment,
        "activityDateTime": moment,
        "totalCost": Decimal("10.5"),
        "utmCampaign": "autumn",
    }


def credited(world):
    return world.rows(
        'SELECT "externalOrderId", "messageInstanceId", "totalCost" FROM revenue ORDER BY 1'
    )


def test_revenue_is_reckoned_anew_when_an_order_changes_and_exported_again(world):
    world.activity("CLICKED", occurred_at=AT, delivery_id=7)
    world.order("O-1", status="DELIVERED", ordered_at=AT + HOUR)
    export = world.export("revenue")
    world.run(export)
    assert credited(world) == [("O-1", 7, Decimal("10.5"))]
    world.order("O-1", status="DELIVERED", ordered_at=AT + HOUR, total_cost=Decimal(99))
    assert world.run(export)["revenue"].rows_written == 1
    assert credited(world) == [("O-1", 7, Decimal(99))]
    world.activity("CLICKED", occurred_at=AT + 2 * HOUR, delivery_id=8)
    world.order("O-1", status="DELIVERED", ordered_at=AT + 3 * HOUR, total_cost=Decimal(99))
    world.run(export)
    assert credited(world) == [("O-1", 8, Decimal(99))]  # the last message wins, and only it
    world.order("O-1", status="CANCELLED", ordered_at=AT + 3 * HOUR)
    world.run(export)
    assert credited(world) == []


def test_a_changed_rule_moves_credits_in_the_customers_table_too(world):
    ours, by = world.cast.organisation.pk, world.cast.owner
    world.activity("CLICKED", occurred_at=AT, delivery_id=7)
    world.activity("RECEIVED", occurred_at=AT + HOUR, delivery_id=8, message_tags="internal")
    world.activity("RECEIVED", occurred_at=AT + HOUR, delivery_id=9)
    world.order("O-1", status="DELIVERED", ordered_at=AT + 2 * HOUR)
    world.order("O-2", status="DELIVERED", ordered_at=AT + 2 * HOUR, currency="EUR")
    export = world.export("revenue")
    world.run(export)
    assert credited(world) == [("O-1", 7, Decimal("10.5"))]  # one currency: O-2 earns nothing
    rules.set_rule(
        ours, "Email", status="RECEIVED", window_hours=24, excluded_tags=["internal"], by=by
    )
    assert recomputing.recompute_since(ours, AT) == 2
    world.run(export)
    assert credited(world) == [("O-1", 9, Decimal("10.5"))]
