"""Everything that Sandpiper owns, one of each kind, and how a stranger would ask for it.

``OURS`` names the pages that show or change one object: their parameters are filled with our
ids.  ``OWN`` names the pages that show what the asker's own organisation has.  ``FORGED`` are
pages that a signed word opens: a stranger has none.  ``PUBLIC`` are open to everybody.
A new page belongs into one of them; ``test_strangers`` fails until it is there.
"""

import uuid
from typing import Any

from cast import Cast
from django.db import connection

from sanderling.accounts import keys
from sanderling.accounts.models import ApiKey
from sanderling.broadcasts.models import Broadcast
from sanderling.connectors.models import Connector
from sanderling.contacts.models import (
    Category,
    ContactList,
    Device,
    Field,
    FieldGroup,
    Import,
    ListMember,
    Suppression,
)
from sanderling.events.models import Event, EventType
from sanderling.exports.models import Export
from sanderling.exports.models import Run as ExportRun
from sanderling.messages.models import Content, Message, Translation
from sanderling.oauth import registering
from sanderling.orders.models import Order, OrderKey
from sanderling.promocodes.models import Promocode
from sanderling.reports.models import Alert
from sanderling.segments.models import Segment
from sanderling.sending.models import Batch, Captured, Delivery, Gateway
from sanderling.sources.models import DataSource, PreparedFile
from sanderling.websites.models import Domain, Hit, Site, Visitor
from sanderling.workflows.models import Run, Version, Workflow

MARK = "Ours-and-nobody-elses"  # in every name that a stranger must never read

PUBLIC = {
    "healthz", "readyz", "metrics", "accounts-sign-in", "accounts-sign-out", "accounts-language",
    "password_reset", "password_reset_done", "password_reset_complete", "oauth-token",
    "oauth-revoke", "oauth-metadata", "api-docs", "api-openapi",
    "site-events", "site-push", "site-script", "site-worker",
    "inbox-of-app", "inbox-of-app-count", "inbox-of-app-status", "plugin-log",
}  # fmt: skip
OWN = {
    "home", "undo", "settings-home", "settings-organisation", "settings-members", "settings-keys",
    "settings-optin", "settings-optin-letter", "settings-optin-preview",
    "settings-audit", "partners-list", "partners-register", "partners-connected",
    "oauth-authorize", "connectors-list", "connectors-new", "connectors-validate-new",
    "connectors-new-bigquery", "connectors-validate-new-bigquery", "connectors-new-sheets",
    "connectors-validate-new-sheets",
    "sources-list", "sources-new", "sources-file-new",
    "segments-list", "segments-new", "segments-builder",
    "segments-found", "segments-explained",
    "contacts-list", "contacts-new", "contacts-lists", "contacts-fields",
    "contacts-field-new", "contacts-categories", "contacts-imports", "contacts-suppressions",
    "contacts-suppression-release",
    "messages-list", "messages-new", "messages-preview", "messages-preview-page", "messages-test",
    "campaigns-list", "campaigns-new", "campaigns-estimate", "sending-gateway", "sending-check",
    "sending-test", "sending-signature",
    "workflows-list", "workflows-new", "exports-list", "exports-datasets", "exports-new",
    "channels-list", "channels-new", "messages-preview-short",
    "reports-list", "reports-alerts", "reports-alert-new", "inbox-list", "revenue-rules",
    "websites-list", "websites-people",
}  # fmt: skip
OURS = {
    "accounts-choose", "settings-member-role", "settings-member-remove", "settings-key",
    "settings-key-switch",
    "settings-key-delete", "partners-app", "partners-form", "partners-preview", "partners-secret",
    "partners-delete", "partners-disconnect", "connectors-edit", "connectors-validate",
    "connectors-delete", "sources-show", "sources-refresh", "sources-delete", "sources-copy",
    "sources-copy-state", "sources-copy-now", "sources-copy-drop", "segments-show",
    "segments-look-up", "segments-reasons", "segments-of-contact",
    "segments-edit", "segments-people", "segments-plan", "segments-copy", "segments-delete",
    "contacts-show", "contacts-edit", "contacts-delete", "contacts-restore", "contacts-erase",
    "contacts-remind", "contacts-card-lists",
    "contacts-consent", "contacts-data", "contacts-list-rename",
    "contacts-list-delete", "contacts-field-edit", "contacts-field-delete",
    "contacts-field-group-delete", "contacts-category-delete", "contacts-import",
    "contacts-import-reading", "contacts-import-discard", "contacts-import-progress",
    "contacts-import-rejects",
    "channels-edit", "channels-pause", "channels-resume", "channels-delete", "channels-test",
    "messages-edit", "messages-copy", "messages-delete", "messages-languages",
    "messages-language", "messages-language-delete", "campaigns-show", "campaigns-progress",
    "campaigns-dry-run", "campaigns-start", "campaigns-schedule", "campaigns-unschedule",
    "campaigns-approve", "campaigns-block", "campaigns-pause", "campaigns-resume",
    "campaigns-stop", "campaigns-delete", "campaigns-resend", "campaigns-count",
    "workflows-show", "workflows-edit", "workflows-activate", "workflows-deactivate",
    "workflows-apply", "workflows-delete", "workflows-add-block", "workflows-block",
    "workflows-remove-block", "workflows-launches", "workflows-stop", "workflows-retry",
    "workflows-launch", "exports-show", "exports-edit", "exports-run", "exports-compare",
    "exports-pause", "exports-resend", "exports-delete", "exports-analysis", "exports-views-make",
    "exports-views-drop", "reports-alert", "reports-alert-edit", "reports-alert-pause",
    "reports-alert-delete", "reports-campaign", "reports-campaign-people",
    "reports-look-up", "reports-why", "websites-show", "websites-events", "websites-pushes",
    "sources-file", "sources-file-state", "sources-file-fetch", "sources-file-delete",
    "websites-remove", "inbox-show", "inbox-page", "inbox-source",
}  # fmt: skip
# Where an address calls a thing by the name of another one.
CALLED = {"contacts-field-group-delete": {"group_id": "field_group_id"}}
FORGED = {
    "api-message", "password_reset_confirm", "tracking-open", "tracking-click",
    "tracking-unsubscribe", "tracking-confirm", "tracking-preferences",
    "tracking-short", "tracking-report",
    "tracking-view",
}  # fmt: skip
# Not an object, or open by a signed word: any value does.
NEUTRAL = {
    "channel": "email", "language": "uk", "schema": "public", "uidb64": "MQ", "token": "x-x",
    "link": "x", "word": "x:x", "block_id": "1", "issuer_path": "uaa", "dataset": "contacts",
    "kind": "email", "view": "order_value",
    "status": "SENT",
}  # fmt: skip


def settle(cast: Cast) -> dict[str, Any]:
    """Give Sandpiper one of everything; return our ids by the names that addresses use."""
    ours = cast.organisation
    type(cast.dina).objects.filter(pk=cast.dina.pk).update(last_name=MARK)
    group = FieldGroup.objects.create(organisation=ours, name=MARK, key="G")
    field = Field.objects.create(organisation=ours, group=group, name=MARK, key="F")
    contact_list = ContactList.objects.create(organisation=ours, name=MARK)
    ListMember.objects.create(organisation=ours, contact=cast.dina, list=contact_list)
    category = Category.objects.create(organisation=ours, key=MARK, name=MARK)
    Suppression.objects.create(organisation=ours, address=f"{MARK}@example.com", reason="MANUAL")
    device = Device.objects.create(organisation=ours, contact=cast.dina, push_token=MARK)
    kind = EventType.objects.create(organisation=ours, key=MARK)
    event = Event.objects.create(organisation=ours, contact_id=cast.dina.pk, type=kind)
    order = Order.objects.create(
        organisation=ours, contact_id=cast.dina.pk, external_order_id=MARK, status="DELIVERED",
        ordered_at="2025-01-01T00:00Z", total_cost=1,
    )  # fmt: skip
    OrderKey.objects.create(
        organisation=ours, external_order_id=MARK, order_id=order.id, contact_id=cast.dina.pk
    )
    Promocode.objects.create(organisation=ours, code=MARK)
    condition = {"all": [{"field": "external_id", "operator": "specified"}]}
    segment = Segment.objects.create(organisation=ours, name=MARK, condition=condition)
    message = Message.objects.create(organisation=ours, name=MARK, subject=MARK, html="<p>x</p>")
    Translation.objects.create(organisation=ours, message=message, language="uk", subject=MARK)
    content = Content.objects.create(
        organisation=ours, message=message, digest="d", snapshot={"name": MARK}
    )
    broadcast = Broadcast.objects.create(
        organisation=ours, name=MARK, message=message, include=[segment.pk]
    )
    batch = Batch.objects.create(
        organisation=ours, content_id=content.pk, origin_kind="BROADCAST", origin_id=broadcast.pk
    )
    delivery = Delivery.objects.create(
        organisation=ours, contact_id=cast.dina.pk, batch_id=batch.pk, origin_kind="BROADCAST",
        origin_id=broadcast.pk, content_id=content.pk, request_id=uuid.uuid4(), status="UNSURE",
    )  # fmt: skip
    gateway = Gateway.objects.create(
        organisation=ours, channel="Sms", kind="CAPTURE", name=MARK, senders=[MARK]
    )
    captured = Captured.objects.create(
        organisation=ours, message_id=MARK, recipient="kozak@example.com", subject=MARK, raw=b"x"
    )
    connector = Connector.objects.create(
        organisation=ours, name=MARK, host="db.example.com", username=MARK, key_column="email"
    )
    source = DataSource.objects.create(
        organisation=ours, connector=connector, name=MARK[:60], schema="public", table="t"
    )
    PreparedFile.objects.create(
        organisation=ours, name=f"{MARK[:50]} file", kind="KEY", hours=1, session=uuid.uuid4()
    )
    file = PreparedFile.objects.get(organisation=ours)
    export = Export.objects.create(organisation=ours, connector=connector)
    export_run = ExportRun.objects.create(organisation=ours, export=export)
    alert = Alert.objects.create(organisation=ours, name=MARK, figure="REVENUE", limit=1)
    workflow = Workflow.objects.create(organisation=ours, name=MARK, segment=segment)
    version = Version.objects.create(workflow=workflow, start="1", blocks={})
    run = Run.objects.create(
        organisation=ours, contact_id=cast.dina.pk, workflow=workflow, unique_key="1",
        version=version, block="1", bucket=0,
    )  # fmt: skip
    session = uuid.uuid4()
    imported = Import.objects.create(organisation=ours, name=MARK, session=session)
    keys.create(ours.pk, rights="full", description=MARK, by=cast.owner)
    app, _ = registering.register(
        ours.pk, name=MARK, callback="https://a.example/", rights=["full"], by=cast.owner
    )
    Site.objects.create(organisation=ours, code="feedfeedfeed", creates_contacts=False)
    domain = Domain.objects.create(organisation=ours, host=f"{MARK.lower()}.example", pushes=True)
    Visitor.objects.create(organisation=ours, cookie=MARK, contact_id=cast.dina.pk)
    Hit.objects.create(
        organisation=ours, cookie=MARK, type_key=MARK, key_value=MARK,
        occurred_at="2025-01-01T00:00Z",
    )  # fmt: skip
    return {
        "domain_id": domain.pk,
        "organisation_id": ours.pk,
        "user_id": cast.owner_user.pk,
        "key_id": ApiKey.objects.get(description=MARK).pk,
        "app_id": app.pk,
        "contact_id": cast.dina.pk,
        "group_id": contact_list.pk,
        "field_group_id": group.pk,
        "field_id": field.pk,
        "list_id": contact_list.pk,
        "category_id": category.pk,
        "device_id": device.id,
        "import_id": imported.pk,
        "session_id": str(session),
        "type_id": kind.pk,
        "event_id": event.id,
        "order_id": order.id,
        "segment_id": segment.pk,
        "message_id": message.pk,
        "content_id": content.pk,
        "broadcast_id": broadcast.pk,
        "campaign_id": broadcast.pk,
        "batch_id": batch.pk,
        "delivery_id": delivery.id,
        "mail_id": captured.pk,
        "gateway_id": gateway.pk,
        "connector_id": connector.pk,
        "source_id": source.pk,
        "file_id": file.pk,
        "alert_id": alert.pk,
        "export_id": export.pk,
        "export_run_id": export_run.pk,
        "workflow_id": workflow.pk,
        "run_id": run.id,
        "request_id": str(delivery.request_id),
        "app_uuid": "0",
        "token_id": MARK,
        "interaction_id": "x-x",
    }


def fingerprint(organisation_id: int) -> dict[str, str]:
    """Return a digest of our rows of every table: the same before and after, nothing changed."""
    digests = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'"
            " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND (a.attname = 'organisation_id'"
            "      OR (c.relname = 'accounts_organisation' AND a.attname = 'id'))"
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), ''))"
                f' FROM "{table}" AS t WHERE "{column}" = %s',
                [organisation_id],
            )
            digests[table] = cursor.fetchone()[0]
    return digests


def mentions(ours: dict[str, Any]) -> dict[str, Any]:
    """Return every one of our ids under the names that forms and queries use."""
    short = {name.removesuffix("_id"): value for name, value in ours.items()}
    return {**ours, **short, "name": "Mine", "decision": "allow", "q": MARK, "search": MARK}


def wishes(ours: dict[str, Any]) -> dict[str, Any]:
    """Return a body of the API that names all that is ours."""
    contact = {"id": ours["contact_id"], "firstName": "Taken"}
    return {
        "contactIds": [ours["contact_id"]],
        "contacts": [contact],
        "dedupeOn": "id",
        "recipients": [{"contactId": ours["contact_id"]}],
        "contactId": ours["contact_id"],
        "groupId": ours["group_id"],
        "messageId": str(ours["message_id"]),
        "groups": [ours["segment_id"]],
        "connectorId": ours["connector_id"],
        "schema": "public",
        "table": "t",
        "name": "Mine",
        "condition": {"all": [{"segment": ours["segment_id"], "operator": "in"}]},
        "tokens": [{"token": MARK, "contactId": ours["contact_id"]}],
        "emails": [f"{MARK}@example.com"],
        "eventTypeKey": "seen",
        "params": {"contactId": ours["contact_id"]},
        "firstName": "Taken",
        "subscriptions": [MARK],
        "status": "OPENED",
        "active": True,
        "domain": "plover.example",
        "createsContacts": True,
        "webPush": True,
        "from": '"Me" <me@plover.example>',
        "subject": "x",
        "htmlText": "x",
        "title": "x",
        "text": "x",
    }
