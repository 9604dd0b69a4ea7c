import datetime as dt
from dataclasses import replace
from decimal import Decimal

from sanderling.activities.models import Activity
from sanderling.events.models import Event
from sanderling.orders.recording import NewItem, NewOrder
from sanderling.revenue.models import Revenue
from sanderling.revenue.recomputing import recompute_since
from sanderling.revenue.rules import Rule, rules_of, set_rule
from sanderling.revenue.taking import take_orders

WHEN = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC)
ORDER = NewOrder(
    "O-1", "DELIVERED", WHEN, Decimal("37.50"), currency="USD", email="kozak@example.com",
    items=(NewItem("P-1", Decimal(2), Decimal("12.5"), name="Cup"),),
)  # fmt: skip


def clicked(cast, delivery_id, hours, **columns):
    return Activity.objects.create(
        organisation=cast.organisation,
        contact_id=cast.dina.pk,
        delivery_id=delivery_id,
        status=columns.pop("status", "CLICKED"),
        occurred_at=WHEN - dt.timedelta(hours=hours),
        broadcast_id=columns.pop("broadcast_id", 70 + delivery_id),
        **columns,
    )


def test_an_order_raises_an_event_for_workflows(cast):
    take_orders(cast.organisation.pk, [ORDER], by=cast.owner)
    event = Event.objects.get()
    assert (event.type.key, event.key_value) == ("orderDELIVERED", "O-1")
    assert event.contact_id == cast.dina.pk
    assert event.params["totalCost"] == "37.50"
    assert event.params["items"] == [
        {"externalItemId": "P-1", "name": "Cup", "quantity": "2", "cost": "12.5"}
    ]


def test_the_last_click_within_seven_days_earns_the_order(cast):
    clicked(cast, 1, hours=100)
    clicked(cast, 2, hours=50)
    clicked(cast, 3, hours=10, status="RECEIVED")
    clicked(cast, 4, hours=-1)
    take_orders(cast.organisation.pk, [ORDER], by=cast.owner)
    earned = Revenue.objects.get()
    assert (earned.delivery_id, earned.broadcast_id, earned.total_cost) == (2, 72, Decimal("37.5"))
    assert (earned.is_void, earned.currency) == (False, "USD")


def test_a_click_before_the_window_earns_nothing(cast):
    clicked(cast, 1, hours=169)
    take_orders(cast.organisation.pk, [ORDER], by=cast.owner)
    assert Revenue.objects.count() == 0


def test_a_cancelled_order_earns_nothing_and_its_row_says_so(cast):
    clicked(cast, 1, hours=1)
    take_orders(cast.organisation.pk, [ORDER], by=cast.owner)
    assert not Revenue.objects.get().is_void
    take_orders(cast.organisation.pk, [replace(ORDER, status="CANCELLED")], by=cast.owner)
    assert Revenue.objects.get().is_void
    take_orders(cast.organisation.pk, [ORDER], by=cast.owner)
    assert not Revenue.objects.get().is_void


def test_other_currencies_and_excluded_tags_do_not_count(cast):
    clicked(cast, 1, hours=1, message_tags="news, technical")
    clicked(cast, 2, hours=2, message_tags="news")
    take_orders(cast.organisation.pk, [replace(ORDER, currency="EUR")], by=cast.owner)
    assert Revenue.objects.count() == 0
    set_rule(
        cast.organisation.pk, "Email", status="CLICKED", window_hours=24,
        excluded_tags=["technical"], by=cast.owner,
    )  # fmt: skip
    take_orders(cast.organisation.pk, [ORDER], by=cast.owner)
    assert Revenue.objects.get().delivery_id == 2


def test_a_changed_rule_credits_the_past_anew(cast):
    clicked(cast, 1, hours=100)
    clicked(cast, 2, hours=10, status="RECEIVED")
    take_orders(cast.organisation.pk, [ORDER], by=cast.owner)
    set_rule(cast.organisation.pk, "Email", status="RECEIVED", window_hours=24, by=cast.owner)
    assert recompute_since(cast.organisation.pk, WHEN) == 1
    rows = dict(Revenue.objects.values_list("delivery_id", "is_void"))
    assert rows == {1: True, 2: False}


def test_every_channel_has_a_rule_from_the_start(cast):
    assert rules_of(cast.organisation.pk)[0] == Rule("Email", "CLICKED", 168, ())
    assert [rule.media_type for rule in rules_of(cast.organisation.pk)] == [
        "Email", "Sms", "Viber", "WebPush", "MobilePush",
    ]  # fmt: skip
