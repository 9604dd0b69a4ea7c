import datetime as dt
from decimal import Decimal

from django.utils import timezone

from sanderling.activities.models import Activity
from sanderling.orders.recording import NewOrder
from sanderling.revenue.models import AttributionRule, Revenue
from sanderling.revenue.taking import take_orders


def test_a_rule_is_set_and_the_past_is_reckoned_anew(cast, owner):
    now = timezone.now()
    Activity.objects.create(
        organisation=cast.organisation, contact_id=cast.dina.pk, delivery_id=1, status="RECEIVED",
        occurred_at=now - dt.timedelta(hours=5),
    )  # fmt: skip
    order = NewOrder("O-1", "DELIVERED", now, Decimal(25), currency="USD", contact_id=cast.dina.pk)
    take_orders(cast.organisation.pk, [order], by=cast.owner)
    assert Revenue.objects.count() == 0
    page = owner.get("/settings/revenue").content.decode()
    assert page.count('name="window_hours"') == 5
    rule = {
        "channel": "Email", "status": "RECEIVED", "window_hours": "24", "excluded_tags": "a, b",
    }  # fmt: skip
    assert owner.post("/settings/revenue", rule).status_code == 302
    stored = AttributionRule.objects.get()
    assert (stored.status, stored.window_hours, stored.excluded_tags) == (
        "RECEIVED", 24, ["a", "b"],
    )  # fmt: skip
    assert Revenue.objects.get().total_cost == Decimal(25)


def test_a_rule_that_cannot_be_is_explained(owner, sender):
    wrong = {"channel": "Email", "status": "RECEIVED", "window_hours": "0"}
    answer = owner.post("/settings/revenue", wrong)
    assert (answer.status_code, b"invalid-feedback" in answer.content) == (400, True)
    assert sender.get("/settings/revenue").status_code == 403
    assert AttributionRule.objects.count() == 0
