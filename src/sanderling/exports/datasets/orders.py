"""orders: what people bought."""

from sanderling.exports.datasets.columns import (
    BIGINT,
    ERASED,
    ERASURES,
    NUMERIC,
    TIMESTAMP,
    Column,
    Dataset,
    Other,
    varchar,
)  # fmt: skip

ORDERS = Dataset(
    name="orders",
    file="orders",
    meaning="Orders.",
    columns=(
        Column("contactId", BIGINT, "Contact"),
        Column("deliveryAddress", varchar(100), "Delivery address"),
        Column("deliveryMethod", varchar(50), "Delivery method"),
        Column("discount", NUMERIC, "Discount"),
        Column("email", varchar(50), "Email"),
        Column("externalOrderId", varchar(100), "Order in your system"),
        Column("firstName", varchar(50), "First name"),
        Column("lastName", varchar(50), "Last name"),
        Column("orderCreatedDate", TIMESTAMP, "When the order came to us"),
        Column("orderDate", TIMESTAMP, "When the order was made"),
        Column("orderId", BIGINT, "Order"),
        Column("paymentMethod", varchar(50), "Payment method"),
        Column("phone", varchar(50), "Phone number", bigquery=Other(name="Phone")),
        Column(
            "status",
            varchar(50),
            "INITIALIZED, IN PROGRESS, DELIVERED or CANCELED",
            bigquery=Other(name="Status"),
        ),
        Column("totalCost", NUMERIC, "Total cost"),
    ),
    follows=("orders_order", ERASURES),
    key=("orderId",),
    forgets=ERASED,
    day="orderDate",
    partition="orderCreatedDate",
    clustering=("orderId",),
)
