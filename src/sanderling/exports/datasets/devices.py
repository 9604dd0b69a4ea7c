"""devices: apps and browsers that can be pushed to.

A browser names no device of its own; ``deviceId`` is then the number it has with us.
"""

from sanderling.exports.datasets.columns import (
    BIGINT,
    ERASED,
    ERASURES,
    TEXT,
    Column,
    Dataset,
    varchar,
)  # fmt: skip

DEVICES = Dataset(
    name="devices",
    file="devices",
    meaning="Apps and browsers that can be pushed to.",
    columns=(
        Column("appVersion", varchar(50), "Version of the app"),
        Column("applicationId", BIGINT, "App"),
        Column("category", varchar(50), "mobilepush or webpush"),
        Column("contactId", BIGINT, "Contact"),
        Column("deviceId", varchar(250), "Device"),
        Column("deviceModel", varchar(100), "Model"),
        Column("externalCustomerId", varchar(100), "Contact in your system"),
        Column("languageCode", varchar(20), "Language"),
        Column("osType", varchar(50), "Operating system"),
        Column("osVersion", varchar(50), "Version of the operating system"),
        Column("pushToken", TEXT, "Push token", is_endless=True),
        Column("timeZone", varchar(100), "Time zone"),
    ),
    follows=("contacts_device", "contacts_contact", ERASURES),
    key=("applicationId", "deviceId"),
    forgets={**ERASED, "find_deleted_contacts": ("contactId",)},
    clustering=("applicationId", "deviceId"),
)
