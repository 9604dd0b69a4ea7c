"""The catalogue says what the product's documents say, column by column, in both dialects."""

import csv
import io

import pytest

from sanderling.exports import reading
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.datasets.columns import Dialect

# The parameters of the BigQuery document, in its order; "(x)" there is a column here.
BIGQUERY = {
    "broadcasts": "createdDate:TIMESTAMP groupId:INT64 id:INT64 mediaType:STRING messageId:INT64"
    " name:STRING startedDate:TIMESTAMP status:STRING updatedDate:TIMESTAMP",
    "contactActivities": "activity:STRING activityStatus:STRING broadcastId:INT64"
    " campaignType:STRING clickEventLink:STRING contactId:INT64 errorCode:STRING"
    " statusDescription:STRING eventKey:STRING eventTypeKey:STRING eventId:STRING"
    " externalCustomerId:STRING mediaType:STRING messageInstanceId:INT64"
    " messageLanguageCode:STRING messageName:STRING messageId:INT64 messageTags:STRING"
    " messageURL:STRING senderName:STRING started:TIMESTAMP activityDateTime:TIMESTAMP"
    " utmCampaign:STRING workflowId:STRING workflowInstanceId:STRING workflowBlockId:STRING",
    "contacts": "contactId:INT64 contactSource:STRING createdDate:TIMESTAMP email:STRING"
    " emailDomain:STRING emailStatus:STRING externalCustomerId:STRING firstName:STRING"
    " languageCode:STRING lastClickedDate:TIMESTAMP lastName:STRING lastReceivedDate:TIMESTAMP"
    " lastSentDate:TIMESTAMP lastViewedDate:TIMESTAMP sms:STRING totalClicked:INT64"
    " totalReceived:INT64 totalSent:INT64 totalViewed:INT64",
    "devices": "appVersion:STRING applicationId:INT64 category:STRING contactId:INT64"
    " deviceId:STRING deviceModel:STRING externalCustomerId:STRING languageCode:STRING"
    " osType:STRING osVersion:STRING pushToken:STRING timeZone:STRING",
    "events": "contactId:INT64 eventId:INT64 eventTypeKey:STRING keyValue:STRING"
    " occured:TIMESTAMP paramsJson:JSON",
    "messages": "annoyanceLevel:INT64 language:STRING mediaType:STRING messageId:INT64 name:STRING"
    " replyTo:STRING sender:STRING subject:STRING tags:STRING translations:STRING"
    " updateDate:TIMESTAMP",
    "orderItems": "cost:FLOAT64 description:STRING externalProductId:STRING imageUrl:STRING"
    " name:STRING orderDate:TIMESTAMP orderId:INT64 quantity:INT64 url:STRING",
    "orders": "contactId:INT64 deliveryAddress:STRING deliveryMethod:STRING discount:FLOAT64"
    " email:STRING externalOrderId:STRING firstName:STRING lastName:STRING"
    " orderCreatedDate:TIMESTAMP orderDate:TIMESTAMP orderId:INT64 paymentMethod:STRING"
    " Phone:STRING Status:STRING totalCost:FLOAT64",
    "revenue": "activity:STRING activityStatus:STRING campaignType:STRING clickEventLink:STRING"
    " contactId:INT64 currency:STRING externalCustomerId:STRING externalOrderId:STRING"
    " mediaType:STRING messageInstanceId:INT64 messageName:STRING messageTags:STRING"
    " messageUrl:STRING orderDate:TIMESTAMP senderName:STRING started:TIMESTAMP"
    " activityDateTime:TIMESTAMP totalCost:FLOAT64 utmCampaign:STRING eventKey:STRING"
    " eventTypeKey:STRING messageLanguageCode:STRING orderId:INT64 workflowId:INT64"
    " broadcastId:INT64",
}
# What the PostgreSQL document has otherwise: names, and lengths of texts.
POSTGRESQL = {
    "broadcasts": "mediaType:50 name:1000 status:50",
    "contactActivities": "activity:100 activityStatus:100 campaignType:50 clickEventLink:1000"
    " errorCode:1000 statusDescription:1000 eventKey:100 eventTypeKey:100 externalCustomerId:100"
    " mediaType:50 messageLanguageCode:50 messageName:100 messageTags:200 messageURL:1000"
    " senderName:200 utmCampaign:400 workflowBlockId:200 workflowInstanceId:200",
    "contacts": "contactSource:50 email:50 emailDomain:100 emailStatus:50 externalCustomerId:100"
    " firstName:50 languageCode:20 lastName:50 sms:50",
    "devices": "appVersion:50 category:50 deviceId:250 deviceModel:100 externalCustomerId:100"
    " languageCode:20 osType:50 osVersion:50 timeZone:100",
    "events": "",
    "messages": "language:50 mediaType:50 name:200 replyTo:200 sender:200 subject:1000 tags:200"
    " translations:200",
    "orderItems": "description:300 externalProductId:100 imageUrl:200 name:100 url:200",
    "orders": "deliveryAddress:100 deliveryMethod:50 email:50 externalOrderId:100 firstName:50"
    " lastName:50 paymentMethod:50 phone:50 status:50",
    "revenue": "activity:100 activityStatus:100 campaignType:50 clickEventLink:1000 currency:3"
    " externalCustomerId:100 externalOrderId:200 mediaType:50 messageName:100 messageTags:200"
    " messageUrl:1000 senderName:200 utmCampaign:400",
}
ONLY_BIGQUERY = {
    "contactActivities": {"eventId"},
    "orders": {"Phone", "Status"},
    "revenue": {
        "eventKey", "eventTypeKey", "messageLanguageCode", "orderId", "workflowId", "broadcastId",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", DATASETS)
def test_a_table_in_bigquery_has_the_columns_and_types_of_its_document(name):
    documented = dict(word.split(":") for word in BIGQUERY[name].split())
    assert DATASETS[name].types_in(Dialect.BIGQUERY) == documented


@pytest.mark.parametrize("name", DATASETS)
def test_a_table_in_postgresql_has_the_columns_and_lengths_of_its_document(name):
    types = DATASETS[name].types_in(Dialect.POSTGRESQL)
    lengths = {
        column: type_[8:-1] for column, type_ in types.items() if type_.startswith("varchar")
    }
    assert lengths == dict(word.split(":") for word in POSTGRESQL[name].split())
    shared = {word.split(":")[0] for word in BIGQUERY[name].split()}
    shared -= ONLY_BIGQUERY.get(name, set())
    assert set(types) - {"phone", "status"} == shared - {"phone", "status"}


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("name", DATASETS)
def test_keys_days_partitions_and_clusters_are_columns_in_every_dialect(name, dialect):
    dataset = DATASETS[name]
    named = {*dataset.key, *dataset.clustering, *dataset.momentary}
    named |= {dataset.parent, dataset.day, dataset.partition} - {""}
    assert named <= set(dataset.columns_in(dialect))


def test_rows_for_bigquery_leave_as_text_under_its_own_names(world):
    world.everything()
    world.activity("CLICKED", workflow_id=5, event_id=77, delivery_id=8)
    statuses = {row["externalOrderId"]: row["Status"] for row in told(world, "orders")}
    assert statuses == {"O-1": "DELIVERED", "O-2": "IN PROGRESS"}
    (activity,) = (row for row in told(world, "contactActivities") if row["eventId"] != "\\N")
    assert (activity["workflowId"], activity["eventId"]) == ("5", "77")
    revenue = told(world, "revenue")[0]
    assert (revenue["totalCost"], revenue["broadcastId"]) == ("10.5", "5")
    assert {name: len(told(world, name)) for name in DATASETS} == {
        "broadcasts": 2,
        "contactActivities": 3,
        "contacts": 3,
        "devices": 1,
        "events": 2,
        "messages": 1,
        "orderItems": 2,
        "orders": 2,
        "revenue": 1,
    }


def told(world, name):
    """Return all rows of a dataset as BigQuery would get them."""
    dataset, dialect = DATASETS[name], Dialect.BIGQUERY
    names = tuple(dataset.columns_in(dialect))
    window = reading.Window(world.cast.organisation.pk, 0, 2**62)
    with reading.opened() as source, reading.snapshot(source):
        blocks = b"".join(reading.rows(source, dataset, window, dialect, names))
    lines = io.StringIO(blocks.decode())
    return list(csv.DictReader(lines, names, delimiter="\t", quoting=csv.QUOTE_NONE))
