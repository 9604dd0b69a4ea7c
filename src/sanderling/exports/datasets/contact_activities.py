"""contactActivities: what happened to every message, fact by fact.

Facts of a device that turned out to be somebody's move to that contact: they are written anew,
and those under the former number are deleted.

The document's statuses do not know SENT, so these facts stay here; ``totalSent`` and
``lastSentDate`` of the contact tell them in sum.
"""

from sanderling.exports.datasets.columns import (
    BIGINT,
    ERASED,
    ERASURES,
    TIMESTAMP,
    Column,
    Dataset,
    Dialect,
    Manner,
    Other,
    varchar,
)  # fmt: skip

CONTACT_ACTIVITIES = Dataset(
    name="contactActivities",
    file="contact_activities",
    meaning="Deliveries, openings, clicks, complaints and unsubscriptions, one row each.",
    columns=(
        Column("activity", varchar(100), "Deprecated", twin="activityStatus"),
        Column(
            "activityStatus",
            varchar(100),
            "DELIVERED, UNDELIVERED, RECEIVED (opened), CLICKED, UNSUBSCRIBED, SPAM, "
            "SUBSCRIPTION_CHANGED or PUSH_SUBSCRIBED",
        ),
        Column("workflowInstanceId", varchar(200), "One launch of a workflow"),
        Column("broadcastId", BIGINT, "Broadcast"),
        Column("campaignType", varchar(50), "IM (triggered) or Group (bulk)"),
        Column("clickEventLink", varchar(1000), "The link that was clicked", is_endless=True),
        Column("contactId", BIGINT, "Contact"),
        Column("errorCode", varchar(1000), "Deprecated", twin="statusDescription", is_endless=True),
        Column(
            "statusDescription", varchar(1000), "Why a message was not delivered", is_endless=True
        ),
        Column("eventKey", varchar(100), "Key of the event that began it"),
        Column("eventTypeKey", varchar(100), "Type of the event that began it"),
        Column("eventId", varchar(50), "Event that began the workflow", only=Dialect.BIGQUERY),
        Column("externalCustomerId", varchar(100), "Contact in your system"),
        Column("mediaType", varchar(50), "Channel"),
        Column("messageInstanceId", BIGINT, "One message to one contact"),
        Column("messageLanguageCode", varchar(50), "Language of the message"),
        Column("messageName", varchar(100), "Name of the message"),
        Column("messageId", BIGINT, "Message"),
        Column("messageTags", varchar(200), "Tags of the message"),
        Column("messageURL", varchar(1000), "Web version of the message", is_endless=True),
        Column("senderName", varchar(200), "Name of the sender"),
        Column("started", TIMESTAMP, "Deprecated", twin="activityDateTime"),
        Column("activityDateTime", TIMESTAMP, "When it happened, in UTC"),
        Column("utmCampaign", varchar(400), "utm_campaign of the message"),
        Column("workflowId", BIGINT, "Workflow", bigquery=Other(type="text")),
        Column("workflowBlockId", varchar(200), "Block of the workflow"),
    ),
    follows=("activities_activity", ERASURES, "contacts_joining"),
    manner=Manner.APPEND,
    forgets={**ERASED, "find_joined_contacts": ("contactId",)},
    day="activityDateTime",
    momentary=("externalCustomerId",),
    partition="activityDateTime",
    clustering=("contactId", "activityStatus"),
)
