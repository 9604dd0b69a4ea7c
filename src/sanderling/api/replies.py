"""What methods answer with, for the OpenAPI document: api.md's objects as JSON schemas.

A method that is not in the table answers with some JSON or nothing.  Members without a value are
not sent (R3), so none is required unless every answer has it; ``one_or_many`` is a list that
collapses to its only element (R1).
"""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TRUTH: Schema = {"type": "boolean"}
ANYTHING: Schema = {}


def many(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def one_or_many(schema: Schema) -> Schema:
    """Return the schema of a list that collapses to its only element (R1)."""
    return {"anyOf": [schema, many(schema)]}


def members(*required: str, **properties: Schema) -> Schema:
    """Return the schema of an object; the named members are in every answer."""
    schema: Schema = {"type": "object", "properties": properties}
    return schema | ({"required": list(required)} if required else {})


def ref(name: str) -> Schema:
    """Return a reference to one of SCHEMAS."""
    return {"$ref": f"#/components/schemas/{name}"}


CHANNELS = ["email", "sms", "viber", "mobilepush", "webpush", "appinbox", "widget", "inapp"]
MEDIA_TYPE: Schema = {"type": "string", "enum": [*CHANNELS, "telegrambot"]}
CONTACT: dict[str, Schema] = {
    "id": WHOLE, "firstName": TEXT, "lastName": TEXT, "channels": many(ref("ContactChannel")),
    "fields": many(members("id", "value", id=WHOLE, value=TEXT)), "addressBookId": WHOLE,
    "externalCustomerId": TEXT,
}  # fmt: skip

SCHEMAS: dict[str, Schema] = {
    "Refusal": members(
        "timestamp", "status", "error", "message", "path",
        timestamp=TEXT, status=WHOLE, error=TEXT, message=TEXT, path=TEXT,
    ),
    "IdResult": members("id", id=WHOLE),
    "VersionResult": members(
        "version", "protocolVersion", version=TEXT, protocolVersion=TEXT
    ),
    "AccountInfo": members(
        "userEmail", "organisationName", "orgId", userEmail=TEXT, organisationName=TEXT, orgId=WHOLE
    ),
    "Balance": members(
        "currentBalance", "currency", currentBalance=NUMBER, creditLimit=NUMBER, currency=TEXT,
        bonusEmails=WHOLE, bonusSmses=WHOLE,
    ),
    "BillingHistory": members("currency", "dailyCosts", currency=TEXT, dailyCosts=many(members(
        "date", "channelDetails", date=TEXT, channelDetails=many(members(
            "mediaType", "totalSent", mediaType=MEDIA_TYPE, totalSent=WHOLE, totalParts=WHOLE,
            bonusSpent=WHOLE, fundsWithdrawal=NUMBER, fundsRefund=NUMBER, bonusReceived=WHOLE,
            reservedFundsWithdrawal=NUMBER, reservedFundsRefund=NUMBER,
        )),
    ))),
    "SubscriptionCategory": members(
        "id", "key", "name", id=WHOLE, key=TEXT, name=TEXT, groupId=WHOLE, contactsCount=WHOLE,
        createdDate=TEXT, updatedDate=TEXT,
    ),
    "AddressBooks": members("addressBook", addressBook=members(
        "addressBookId", "name", "fieldGroups", addressBookId=WHOLE, name=TEXT,
        fieldGroups=one_or_many(members(
            "name", "profileKey", "fields", name=TEXT, profileKey=TEXT,
            fields=one_or_many(members(
                "id", "name", "fieldKey", "description", id=WHOLE, name=TEXT, fieldKey=TEXT,
                description=members("type", type=TEXT),
            )),
        )),
    )),
    "Interface": members("type", "value", type=TEXT, value=TEXT),
    "ContactChannel": members(
        "type", "value", type={"type": "string", "enum": CHANNELS}, value=TEXT,
        device=members(active=TRUTH, appId=TEXT, os=TEXT),
    ),
    "FoundContact": members("id", "channels", **CONTACT),
    "ContactCard": members(
        "id", "channels", **CONTACT, address=members(
            region=TEXT, town=TEXT, address=TEXT, postcode=TEXT
        ), contactKey=TEXT, groups=many(ref("Group")), languageCode=TEXT, timeZone=TEXT,
    ),
    "Group": members("id", "name", "type", id=WHOLE, name=TEXT,
                     type={"type": "string", "enum": ["Static", "Dynamic", "Combined"]}),
    "Subscribed": members(
        "id", "new", id=WHOLE, new=TRUTH, emailStatus={"type": "string", "enum": [
            "NEED_CONFIRMATION", "SUBSCRIBED", "ALREADY_SUBSCRIBED", "BLACKLISTED"]},
    ),
    "BulkResult": members(
        "id", id=WHOLE, asyncSessionId=TEXT,
        failedContacts=one_or_many(members("error", error=TEXT)),
    ),
    "ImportStatus": members(
        "status", "timestamp", timestamp=TEXT, description=TEXT,
        status={"type": "string", "enum": ["STARTED", "IMPORTING", "FINISHED", "ERROR"]},
        mapping=many(members("dedupeValue", "contactId", dedupeValue=TEXT, contactId=WHOLE)),
    ),
    "UploadResult": members(
        "message", "importId", "asyncSessionId", "fileId", "valid",
        message=TEXT, importId=TEXT, asyncSessionId=TEXT, fileId=TEXT, valid=TRUTH,
    ),
    "PreparedFile": members(
        "fileId", "name", "preprocessorType", "status", "asyncSessionId", "valid", "rows",
        fileId=TEXT, name=TEXT, preprocessorType=TEXT, status=TEXT, asyncSessionId=TEXT,
        valid=TRUTH, message=TEXT, rows=WHOLE, timestamp=TEXT, expires=TEXT,
    ),
    "ContactEmails": members("results", results=one_or_many(
        members("contactId", "email", contactId=WHOLE, email=TEXT)
    )),
    "SendResults": members("id", "results", id=WHOLE, results=one_or_many(members(
        "id", "locator", "status", id=WHOLE, locator=TEXT, requestId=TEXT, message=TEXT,
        status={"type": "string", "enum": ["OK", "ERROR"]},
    ))),
    "Statuses": members("results", results=one_or_many(members(
        "requestId", "status", "failed", "delivered",
        requestId=TEXT, status=TEXT, failed=TRUTH, delivered=TRUTH,
    ))),
    "Broadcast": members(
        "broadcastId", "messageId", broadcastId=TEXT, title=TEXT, messageId=TEXT, groupId=TEXT,
        startDate=TEXT, batchSize=WHOLE, batchIntervalUnit=TEXT,
    ),
    "StoredMessage": members(
        "id", "name", id=WHOLE, name=TEXT, languageCode=TEXT, tags=many(TEXT),
        subscriptionsKeys=many(TEXT), languages=many(TEXT),
        translations=many(members("languageCode", languageCode=TEXT)),
    ),
    "ActivityRow": members(
        "iid", "contactId", "mediaType", "activityStatus", "activityDateTime", "offset",
        iid=TEXT, contactId=WHOLE, externalCustomerId=TEXT, email=TEXT, sms=TEXT,
        mediaType=MEDIA_TYPE, activityStatus=TEXT, activityDateTime=TEXT, offset=TEXT,
        messageId=WHOLE, messageInstanceId=WHOLE, messageName=TEXT, messageTag=TEXT,
        clickEventLink=TEXT, viewMessageLink=TEXT, broadcastId=WHOLE, workflowId=WHOLE,
    ),
    "SentMessage": members(
        "contactId", "messageId", "channelType", contactId=WHOLE, email=TEXT, phone=TEXT,
        messageId=WHOLE, messageInstanceId=WHOLE, messageTags=many(TEXT), channelType=MEDIA_TYPE,
        sentDateTime=TEXT, activityStatus=TEXT, subject=TEXT, text=TEXT, viewMessageLink=TEXT,
    ),
    "PastEventResults": members(
        "results", "successCount", "errorCount", successCount=WHOLE, errorCount=WHOLE,
        results=many(members("status", status=TEXT)),
    ),
    "FailedOrders": members("failedOrders", failedOrders=many(
        members("order", "error", order=ANYTHING, error=TEXT)
    )),
    "WorkflowRow": members(
        "id", "name", "status", id=WHOLE, name=TEXT, tags=one_or_many(TEXT),
        status={"type": "string", "enum": ["active", "inactive"]},
    ),
    "Promocodes": members(
        "discount", "inUse", promocodes=many(TEXT), expirationDate=TEXT, discount=WHOLE,
        type=TEXT, inUse=TRUTH,
    ),
    "Promocode": members(
        "code", "discount", "inUse", code=TEXT, type=TEXT, discount=NUMBER, expirationDate=TEXT,
        inUse=TRUTH,
    ),
    "ProductFeeds": members("feeds", feeds=many(
        members("url", "default", url=TEXT, language=TEXT, default=TRUTH)
    )),
    "Product": members(
        id=TEXT, name=TEXT, url=TEXT, price=NUMBER, descr=TEXT, brand=TEXT, category=many(TEXT),
        isInStock=WHOLE,
    ),
    "Active": members("active", active=TRUTH),
    "ViewLink": members("link", link=TEXT),
}  # fmt: skip

# No body (R6) is None; BARE is text with the JSON content type (R5), which no schema describes.
BARE = "bare"
PLAIN = "plain"  # text with its own media type
REPLIES: dict[str, Schema | str | None] = {
    "GET /v1/version": ref("VersionResult"),
    "GET /v2/version": ref("VersionResult"),
    "GET /v1/account/info": ref("AccountInfo"),
    "GET /v1/balance": ref("Balance"),
    "GET /v1/balance/history": ref("BillingHistory"),
    "GET /v1/subscriptions": many(ref("SubscriptionCategory")),
    "GET /v1/addressbooks": ref("AddressBooks"),
    "GET /v1/interfaces/email": many(ref("Interface")),
    "GET /v1/interfaces/sms": many(ref("Interface")),
    "POST /v1/auth/token": BARE,
    "GET /v1/workflows": many(ref("WorkflowRow")),
    "GET /v1/messages/{channel}": many(ref("StoredMessage")),
    "POST /v1/messages/{channel}": ref("IdResult"),
    "GET /v1/messages/{channel}/{message_id}": ref("StoredMessage"),
    "PUT /v1/messages/{channel}/{message_id}": TEXT,
    "DELETE /v1/messages/{channel}/{message_id}": TEXT,
    "PUT /v1/messages/{channel}/{message_id}/{language}": TEXT,
    "DELETE /v1/messages/{channel}/{message_id}/{language}": TEXT,
    "GET /v1/messages/email/{message_id}/viewLink": ref("ViewLink"),
    "GET /v1/contact/token/activated/{app_uuid}/{token_id}": ref("Active"),
    "PUT /v1/contact/token/activated/{app_uuid}/{token_id}": ref("Active"),
    "GET /v1/contact/token/{app_uuid}/{token_id}/contactId": ref("IdResult"),
    "PUT /v1/interactions/{interaction_id}/status": None,
    "POST /v1/contact": ref("IdResult"),
    "PUT /v1/contact/{contact_id}": BARE,
    "DELETE /v1/contact/{contact_id}": BARE,
    "DELETE /v1/contact": None,
    "POST /v1/contact/subscribe": ref("Subscribed"),
    "PUT /v1/contact/{contact_id}/subscriptions": TEXT,
    "GET /v1/contact/{contact_id}/subscriptions": many(ref("SubscriptionCategory")),
    "POST /v1/contacts": ref("BulkResult"),
    "POST /v1/contacts/upload": ref("UploadResult"),
    "POST /v1/preprocessor/file/upload": members(
        "message",
        "importId",
        "fileId",
        "valid",
        message=TEXT,
        importId=TEXT,
        fileId=TEXT,
        valid=TRUTH,
    ),
    "POST /v1/preprocessor/file/{file_id}": members(
        "message", "asyncSessionId", "valid", message=TEXT, asyncSessionId=TEXT, valid=TRUTH
    ),
    "GET /v1/preprocessor/file/{file_id}/status": ref("PreparedFile"),
    "GET /v1/importstatus/{session_id}": ref("ImportStatus"),
    "POST /v1/emails/unsubscribed/add": None,
    "POST /v1/emails/unsubscribed/delete": None,
    "POST /v1/emails/unsubscribe/add": None,
    "POST /v1/emails/unsubscribe/delete": None,
    "POST /v1/group/{group_id}/contacts/attach": TEXT,
    "POST /v1/group/{group_id}/contacts/detach": TEXT,
    "POST /v1/orders": None,  # or FailedOrders, when some were refused (api.md §10.7)
    "DELETE /v1/orders": None,
    "GET /v1/contacts": many(ref("FoundContact")),
    "GET /v1/contact/{contact_id}": ref("ContactCard"),
    "GET /v1/contacts/email": ref("ContactEmails"),
    "GET /v1/groups": many(ref("Group")),
    "GET /v1/group/{group_id}/contacts": many(ref("ContactCard")),
    "GET /v2/contacts/activity": many(ref("ActivityRow")),
    "GET /v1/contacts/activity": many(ref("ActivityRow")),
    "GET /v1/contactActivity": many(ref("ActivityRow")),
    "GET /v2/contacts/messages": many(ref("SentMessage")),
    "POST /v1/event": None,
    "POST /v2/event": None,
    "POST /v3/event": None,
    "POST /v1/past_events": ref("PastEventResults"),
    "POST /v2/past_events": ref("PastEventResults"),
    "POST /v3/past_events": ref("PastEventResults"),
    "DELETE /v1/past_events": None,
    "POST /v1/message/{message_id}/smartsend": ref("SendResults"),
    "POST /v1/message/{message_id}/send": ref("SendResults"),
    "GET /v1/message/status": ref("Statuses"),
    "GET /v1/message/email/status": ref("Statuses"),
    "GET /v1/message/sms/status": ref("Statuses"),
    "GET /v1/message/viber/status": ref("Statuses"),
    "POST /v1/message/email": ref("SendResults"),
    "POST /v1/message/sms": ref("SendResults"),
    "POST /v1/message/viber": ref("SendResults"),
    "POST /v1/broadcast": ref("Broadcast"),
    "GET /v1/broadcast/{broadcast_id}": ref("Broadcast"),
    "GET /v1/broadcasts": many(ref("Broadcast")),
    "DELETE /v1/broadcast/{broadcast_id}": None,
    "POST /v1/apps/{app_uuid}/tokens": TEXT,
    "GET /v1/callouts/sms": many(
        members(
            "calloutName",
            calloutName=TEXT,
            groupId=WHOLE,
            groupName=TEXT,
            date=TEXT,
            sent=WHOLE,
            delivered=WHOLE,
            errors=WHOLE,
        )
    ),
    "POST /v1/auth/contact/token": members("token", token=TEXT),
    "POST /v1/apps/{app_uuid}/token/mute": TEXT,
    "POST /v1/apps/{app_uuid}/token/unmute": TEXT,
    "GET /v1/site/domains": many(members("domain", domain=TEXT)),
    "POST /v1/site/domains": members("result", "siteId", result=TEXT, siteId=TEXT),
    "GET /v1/site/script": PLAIN,
    "GET /v1/site/webpush/script": members(script=TEXT, serviceWorker=TEXT),
    "POST /v1/site/webpush/domains": TEXT,
    "DELETE /v1/site/webpush/domains": TEXT,
    "GET /v1/promocodes": many(ref("Promocode")),
    "POST /v1/promocodes": ref("Promocodes"),
    "GET /v1/promocodes/count": WHOLE,
    "GET /v1/products/config": ref("ProductFeeds"),
    "POST /v1/products/config": TEXT,
    "GET /v2/contacts/recoms/{source_id}": many(ref("Product")),
}
COUNTED = {  # TotalCount comes with these (R4)
    "GET /v1/contacts", "GET /v1/group/{group_id}/contacts", "GET /v1/messages/{channel}",
}  # fmt: skip
ALSO_CREATED = {"POST /v1/site/domains"}  # 201 beside 200 (api.md §1.5)
PLAIN_JSON = {"GET /v2/contacts/activity", "GET /v1/contacts/activity", "GET /v1/contactActivity"}
