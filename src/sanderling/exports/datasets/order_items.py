"""orderItems: the lines of orders; they come and go with their order."""

from sanderling.exports.datasets.columns import (
    BIGINT,
    ERASURES,
    NUMERIC,
    TIMESTAMP,
    Column,
    Dataset,
    Manner,
    varchar,
)  # fmt: skip

ORDER_ITEMS = Dataset(
    name="orderItems",
    file="order_items",
    meaning="Lines of orders.",
    columns=(
        Column("cost", NUMERIC, "Price"),
        Column("description", varchar(300), "Description", is_endless=True),
        Column("externalProductId", varchar(100), "Product in your system"),
        Column("imageUrl", varchar(200), "Picture", is_endless=True),
        Column("name", varchar(100), "Name"),
        Column("orderDate", TIMESTAMP, "When the order was made"),
        Column("orderId", BIGINT, "Order"),
        Column("quantity", BIGINT, "How many; parts are rounded"),
        Column("url", varchar(200), "Page of the product", is_endless=True),
    ),
    follows=("orders_order", ERASURES),
    manner=Manner.REPLACE,
    forgets={"find_erased_orders": ("orderId",)},
    parent="orderId",
    parents="find_changed_orders",
    day="orderDate",
    partition="orderDate",
    is_fixed=False,
    clustering=("orderId",),
)
