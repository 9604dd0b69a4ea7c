import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from sanderling.contacts.models import Contact
from sanderling.lib.errors import Invalid
from sanderling.orders.models import Order, OrderItem, OrderKey
from sanderling.orders.recording import NewItem, NewOrder, delete, upsert

WHEN = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC)
ORDER = NewOrder(
    "O-1", "IN_PROGRESS", WHEN, Decimal("37.50"), currency="usd", email="kozak@example.com",
    items=(NewItem("P-1", Decimal(2), Decimal("12.5"), name="Cup"), NewItem("P-2")),
)  # fmt: skip


def test_an_order_is_written_once_and_updated_afterwards(cast):
    first = upsert(cast.organisation.pk, [ORDER], by=cast.owner)
    before = Order.objects.get()
    later = replace(ORDER, status="DELIVERED", items=(NewItem("P-3"),))
    again = upsert(cast.organisation.pk, [later], by=cast.owner)
    after = Order.objects.get()
    assert (before.status, after.status) == ("IN_PROGRESS", "DELIVERED")
    assert (before.contact_id, before.currency) == (cast.dina.pk, "USD")
    assert first.saved[0].order_id == again.saved[0].order_id == after.id
    assert list(OrderItem.objects.values_list("external_product_id", flat=True)) == ["P-3"]


def test_lines_stay_when_an_update_does_not_mention_them(cast):
    upsert(cast.organisation.pk, [ORDER], by=cast.owner)
    upsert(cast.organisation.pk, [replace(ORDER, items=None)], by=cast.owner)
    assert OrderItem.objects.count() == 2


def test_an_order_stays_with_the_contact_that_it_was_taken_for(cast):
    upsert(cast.organisation.pk, [ORDER], by=cast.owner)
    other = replace(ORDER, email="ivan@приклад.укр")
    upsert(cast.organisation.pk, [other], by=cast.owner)
    assert Order.objects.get().contact_id == cast.dina.pk
    assert OrderKey.objects.get().contact_id == cast.dina.pk


def test_a_known_external_id_wins_and_no_contact_is_changed(cast):
    order = replace(ORDER, external_customer_id="C-3", first_name="Another")
    upsert(cast.organisation.pk, [order], by=cast.owner)
    assert Order.objects.get().contact_id == cast.ghost.pk
    cast.ghost.refresh_from_db()
    assert (cast.ghost.first_name, cast.ghost.email) == ("Ghost", "")


def test_an_unknown_buyer_becomes_a_contact(cast):
    order = replace(ORDER, email="", phone="+380 67 111 22 33", first_name="Nia", last_name="Marsh")
    upsert(cast.organisation.pk, [order, replace(order, external_order_id="O-2")], by=cast.owner)
    made = Contact.objects.get(phone="380671112233")
    assert (made.first_name, made.last_name, made.source) == ("Nia", "Marsh", "ORDER")
    assert Order.objects.filter(contact_id=made.pk).count() == 2


def test_bad_orders_are_named_and_the_others_go_in(cast):
    orders = [
        ORDER,
        replace(ORDER, external_order_id=""),
        replace(ORDER, external_order_id="O-3", status="SOLD"),
        replace(ORDER, external_order_id="O-4", email=""),
        replace(ORDER, external_order_id="O-5", email="nobody"),
        replace(ORDER, external_order_id="O-6", total_cost=Decimal("1e20")),
        replace(ORDER, external_order_id="O-7", total_cost=Decimal("NaN")),
        replace(ORDER, external_order_id="O-8", currency="dollars"),
    ]
    outcome = upsert(cast.organisation.pk, orders, by=cast.owner)
    assert [at for at, _ in outcome.failed] == [1, 2, 3, 4, 5, 6, 7]
    assert Order.objects.get().external_order_id == "O-1"


def test_of_two_with_one_id_in_a_call_the_last_counts(cast):
    upsert(cast.organisation.pk, [ORDER, replace(ORDER, status="CANCELLED")], by=cast.owner)
    assert Order.objects.get().status == "CANCELLED"


def test_a_thousand_orders_are_the_most_of_one_call(cast):
    orders = [replace(ORDER, external_order_id=f"O-{n}") for n in range(1001)]
    with pytest.raises(Invalid, match="at most 1000"):
        upsert(cast.organisation.pk, orders, by=cast.owner)
    assert len(upsert(cast.organisation.pk, orders[:1000], by=cast.owner).saved) == 1000
    assert Order.objects.count() == 1000


def test_two_organisations_may_use_the_same_order_numbers(cast):
    upsert(cast.organisation.pk, [ORDER], by=cast.owner)
    upsert(cast.elsewhere.pk, [ORDER], by=cast.stranger)
    assert Order.objects.count() == 2
    assert delete(cast.elsewhere.pk, external_order_id="O-1") != []
    assert Order.objects.get().organisation_id == cast.organisation.pk


def test_orders_of_a_period_are_deleted_with_their_lines(cast):
    later = replace(ORDER, external_order_id="O-2", ordered_at=WHEN + dt.timedelta(days=2))
    upsert(cast.organisation.pk, [ORDER, later], by=cast.owner)
    assert len(delete(cast.organisation.pk, first=WHEN, last=WHEN)) == 1
    assert Order.objects.get().external_order_id == "O-2"
    assert OrderItem.objects.count() == 2
    assert OrderKey.objects.get().external_order_id == "O-2"


def test_many_unknown_buyers_become_contacts_by_sets(cast):
    orders = [
        replace(
            ORDER,
            external_order_id=f"O-{n}",
            external_customer_id=f"N-{n // 2}",
            email=f"n{n // 2}@example.com",
            first_name="Nia",
        )
        for n in range(40)
    ]
    upsert(cast.organisation.pk, orders, by=cast.owner)
    made = Contact.objects.filter(external_id__startswith="N-")
    assert (made.count(), set(made.values_list("source", flat=True))) == (20, {"ORDER"})
    assert set(made.values_list("first_name", flat=True)) == {"Nia"}
    owners = Order.objects.values_list("external_order_id", "contact_id")
    by_key = dict(made.values_list("external_id", "pk"))
    assert all(by_key[f"N-{int(order[2:]) // 2}"] == contact for order, contact in owners)
