"""messages: what is sent, in its main language."""

from sanderling.exports.datasets.columns import BIGINT, TIMESTAMP, Column, Dataset, varchar

MESSAGES = Dataset(
    name="messages",
    file="messages",
    meaning="Messages, in their main language.",
    columns=(
        Column("annoyanceLevel", BIGINT, "How much the message annoys"),
        Column("language", varchar(50), "Main language"),
        Column("mediaType", varchar(50), "Channel"),
        Column("messageId", BIGINT, "Message"),
        Column("name", varchar(200), "Name"),
        Column("replyTo", varchar(200), "Where answers go"),
        Column("sender", varchar(200), "Sender"),
        Column("subject", varchar(1000), "Subject"),
        Column("tags", varchar(200), "Tags"),
        Column("translations", varchar(200), "Languages"),
        Column("updateDate", TIMESTAMP, "When it last changed"),
    ),
    follows=("messages_message",),
    key=("messageId",),
    day="updateDate",
    clustering=("messageId",),
)
