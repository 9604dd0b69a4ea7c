"""broadcasts: bulk campaigns, a row for every segment that takes part."""

from sanderling.exports.datasets.columns import (
    BIGINT,
    TIMESTAMP,
    Column,
    Dataset,
    Manner,
    varchar,
)  # fmt: skip

BROADCASTS = Dataset(
    name="broadcasts",
    file="broadcasts",
    meaning="Bulk campaigns, one row for each segment that takes part.",
    columns=(
        Column("createdDate", TIMESTAMP, "When the broadcast was created"),
        Column("groupId", BIGINT, "A segment of the audience; 0 when there is none"),
        Column("id", BIGINT, "Broadcast"),
        Column("mediaType", varchar(50), "Channel: Email, Sms, WebPush…"),
        Column("messageId", BIGINT, "Message"),
        Column("name", varchar(1000), "Name of the broadcast"),
        Column("startedDate", TIMESTAMP, "When sending began"),
        Column("status", varchar(50), "IDLE (completed), RUNNING, PAUSED, SCHEDULED, …"),
        Column("updatedDate", TIMESTAMP, "When it last changed"),
    ),
    follows=("broadcasts_broadcast",),
    key=("id", "groupId"),
    manner=Manner.REPLACE,
    parent="id",
    parents="find_changed_broadcasts",
    day="createdDate",
    partition="createdDate",
    clustering=("id",),
)
