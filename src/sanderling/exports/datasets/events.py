"""events: what other systems told us."""

from sanderling.exports.datasets.columns import (
    BIGINT,
    ERASED,
    ERASURES,
    TEXT,
    TIMESTAMP,
    Column,
    Dataset,
)  # fmt: skip

EVENTS = Dataset(
    name="events",
    file="events",
    meaning="Events, with their first 50 parameters.",
    columns=(
        Column("contactId", BIGINT, "Contact"),
        Column("eventId", BIGINT, "Event"),
        Column("eventTypeKey", TEXT, "Type of the event"),
        Column("keyValue", TEXT, "Key of the event"),
        Column("occured", TIMESTAMP, "When it happened, in UTC"),
        Column(
            "paramsJson", "json", '[{"name", "value"}, …]: 50 parameters, values to 300 characters'
        ),
    ),
    follows=("events_event", ERASURES),
    key=("eventId",),
    forgets=ERASED,
    day="occured",
    partition="occured",
    clustering=("eventTypeKey", "contactId"),
)
