"""revenue: which message earned which order; a credit that was taken back is deleted."""

from sanderling.exports.datasets.columns import (
    BIGINT,
    ERASED,
    ERASURES,
    NUMERIC,
    TIMESTAMP,
    Column,
    Dataset,
    varchar,
)  # fmt: skip

REVENUE = Dataset(
    name="revenue",
    file="revenue",
    meaning="Orders, credited to the message that earned them.",
    columns=(
        Column("activity", varchar(100), "Deprecated", twin="activityStatus"),
        Column("activityStatus", varchar(100), "What counted: CLICKED, RECEIVED, DELIVERED"),
        Column("campaignType", varchar(50), "IM (triggered) or Group (bulk)"),
        Column("clickEventLink", varchar(1000), "The link that was clicked"),
        Column("contactId", BIGINT, "Contact"),
        Column("currency", varchar(3), "Currency"),
        Column("externalCustomerId", varchar(100), "Contact in your system"),
        Column("externalOrderId", varchar(200), "Order in your system"),
        Column("mediaType", varchar(50), "Channel"),
        Column("messageInstanceId", BIGINT, "One message to one contact"),
        Column("messageName", varchar(100), "Name of the message"),
        Column("messageTags", varchar(200), "Tags of the message"),
        Column("messageUrl", varchar(1000), "Web version of the message"),
        Column("orderDate", TIMESTAMP, "When the order was made"),
        Column("senderName", varchar(200), "Name of the sender"),
        Column("started", TIMESTAMP, "Deprecated", twin="activityDateTime"),
        Column("activityDateTime", TIMESTAMP, "When the message did its work, in UTC"),
        Column("totalCost", NUMERIC, "Total cost of the order"),
        Column("utmCampaign", varchar(400), "utm_campaign of the message"),
    ),
    follows=("revenue_revenue", ERASURES),
    key=("externalOrderId", "messageInstanceId"),
    forgets={**ERASED, "find_void_revenue": ("externalOrderId", "messageInstanceId")},
    day="orderDate",
    momentary=("externalCustomerId",),
)
