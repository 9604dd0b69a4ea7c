from sanderling.contacts.models import Contact
from sanderling.events.models import Event
from sanderling.orders.models import Order, OrderItem

ORDER = {
    "externalOrderId": "O-1",
    "externalCustomerId": "C-1",
    "totalCost": 37.5,
    "status": "DELIVERED",
    "date": "2025-03-01T09:30:00.125+02:00",
    "currency": "USD",
    "firstName": "Another",
    "additionalInfo": {"gift": "yes"},
    "items": [{"externalItemId": "P-1", "quantity": "2.0", "cost": 12.5, "name": "Cup"}],
}


def test_orders_are_stored_and_the_answer_is_empty(api, cast):
    answer = api.post("/v1/orders", {"orders": ORDER})
    assert (answer.status_code, answer.content) == (200, b"")
    order = Order.objects.get()
    assert (order.contact_id, str(order.total_cost)) == (cast.dina.pk, "37.5000")
    assert order.ordered_at.isoformat() == "2025-03-01T07:30:00.125000+00:00"
    assert order.details == {"source": "online", "additionalInfo": {"gift": "yes"}}
    assert OrderItem.objects.get().name == "Cup"
    assert Event.objects.get().type.key == "orderDELIVERED"
    cast.dina.refresh_from_db()
    assert cast.dina.first_name == "Dina"


def test_only_what_failed_is_in_the_answer(api):
    wrong = [
        {**ORDER, "externalOrderId": None},
        {**ORDER, "externalOrderId": "O-2", "totalCost": "much"},
        {**ORDER, "externalOrderId": "O-3", "items": [{"name": "x"}]},
        {**ORDER, "externalOrderId": "O-4", "date": "today"},
        {**ORDER, "externalOrderId": "O-5", "status": "SOLD"},
        "order",
    ]
    answer = api.post("/v1/orders", {"orders": [*wrong, ORDER]}).json()
    assert [row["order"] for row in answer["failedOrders"]] == wrong
    assert answer["failedOrders"][1]["error"] == "totalCost is not a number."
    assert Order.objects.get().external_order_id == "O-1"


def test_an_order_of_an_unknown_buyer_makes_a_contact(api):
    order = {**ORDER, "externalCustomerId": "N-1", "email": "nia@example.com", "firstName": "Nia"}
    api.post("/v1/orders", {"orders": [order]})
    made = Contact.objects.get(external_id="N-1")
    assert (made.email, made.first_name, made.source) == ("nia@example.com", "Nia", "ORDER")


def test_orders_are_deleted_by_id_or_by_a_day(api, strange_api):
    later = {**ORDER, "externalOrderId": "O-2", "date": "2025-03-02T12:00:00Z"}
    api.post("/v1/orders", {"orders": [ORDER, later]})
    day = "from=2025-03-02T00:00:00&to=2025-03-02T23:59:59"
    strange_api.delete(f"/v1/orders?{day}")
    assert Order.objects.count() == 2
    assert api.delete(f"/v1/orders?{day}").content == b""
    assert Order.objects.get().external_order_id == "O-1"
    assert api.delete("/v1/orders?externalOrderId=O-1").status_code == 200
    assert Order.objects.count() == 0


def test_a_deletion_must_be_clear(api):
    for query in (
        "", "from=2025-03-02", "externalOrderId=1&from=2025-03-02&to=2025-03-03",
        "from=2025-03-02&to=2025-03-01", "from=2025-03-01T00:00:00&to=2025-03-02T00:00:01",
        "from=x&to=y",
    ):  # fmt: skip
        assert api.delete(f"/v1/orders?{query}").status_code == 400


def test_more_than_a_thousand_orders_are_refused(api):
    assert api.post("/v1/orders", {"orders": [ORDER] * 1001}).status_code == 400
    assert Order.objects.count() == 0
