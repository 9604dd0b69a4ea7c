"""contacts: people, with what they were sent and did in sum over all channels."""

from sanderling.exports.datasets.columns import (
    BIGINT,
    ERASED,
    ERASURES,
    TIMESTAMP,
    Column,
    Dataset,
    varchar,
)  # fmt: skip

CONTACTS = Dataset(
    name="contacts",
    file="contacts",
    meaning="People, with totals and last dates over all channels.",
    columns=(
        Column("contactId", BIGINT, "Contact"),
        Column("contactSource", varchar(50), "Where the contact came from: IMPORT, MANUAL…"),
        Column("createdDate", TIMESTAMP, "When the contact was created"),
        Column("email", varchar(50), "Email"),
        Column("emailDomain", varchar(100), "What follows the @"),
        Column("emailStatus", varchar(50), "CONFIRMED, UNSUBSCRIBED, …"),
        Column("externalCustomerId", varchar(100), "Contact in your system"),
        Column("firstName", varchar(50), "First name"),
        Column("languageCode", varchar(20), "Language"),
        Column("lastClickedDate", TIMESTAMP, "The last click"),
        Column("lastName", varchar(50), "Last name"),
        Column("lastReceivedDate", TIMESTAMP, "The last delivery"),
        Column("lastSentDate", TIMESTAMP, "The last sending"),
        Column("lastViewedDate", TIMESTAMP, "The last opening"),
        Column("sms", varchar(50), "Phone number"),
        Column("totalClicked", BIGINT, "Messages clicked"),
        Column("totalReceived", BIGINT, "Messages delivered"),
        Column("totalSent", BIGINT, "Messages sent"),
        Column("totalViewed", BIGINT, "Messages opened"),
    ),
    follows=("contacts_contact", "activities_rollup", ERASURES),
    key=("contactId",),
    forgets={**ERASED, "find_deleted_contacts": ("contactId",)},
    day="createdDate",
    partition="createdDate",
    clustering=("contactId",),
)
