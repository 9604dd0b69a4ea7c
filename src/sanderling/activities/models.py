"""What happened to what we sent: one row per fact, and totals per contact and channel."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation
from sanderling.postgres.fields import SequenceIdField, Tracked


class ActivityStatus(models.TextChoices):
    """The words of the data export."""

    SENT = "SENT", _("Sent")
    DELIVERED = "DELIVERED", _("Delivered")
    UNDELIVERED = "UNDELIVERED", _("Undelivered")
    RECEIVED = "RECEIVED", _("Opened")
    CLICKED = "CLICKED", _("Clicked")
    UNSUBSCRIBED = "UNSUBSCRIBED", _("Unsubscribed")
    SPAM = "SPAM", _("Spam")
    SUBSCRIPTION_CHANGED = "SUBSCRIPTION_CHANGED", _("Subscription Changed")
    PUSH_SUBSCRIBED = "PUSH_SUBSCRIBED", _("Push Subscribed")


class Activity(Tracked):
    """One fact about one delivery; written once, never changed; partitioned by month."""

    pk = models.CompositePrimaryKey("contact_id", "id", "occurred_at")
    id = SequenceIdField(sequence="activities_activity_id_seq")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_constraint=False)
    contact_id = models.BigIntegerField()
    occurred_at = models.DateTimeField(db_default=models.functions.Now())
    status = models.CharField(max_length=24, choices=ActivityStatus.choices)
    media_type = models.CharField(max_length=20, default="Email")
    campaign_type = models.CharField(max_length=5, default="Group")  # Group or IM
    delivery_id = models.BigIntegerField(null=True)  # messageInstanceId
    message_id = models.BigIntegerField(null=True)
    message_name = models.TextField(blank=True, default="")
    message_tags = models.TextField(blank=True, default="")
    message_language = models.CharField(max_length=20, blank=True, default="")
    sender_name = models.TextField(blank=True, default="")
    broadcast_id = models.BigIntegerField(null=True)
    workflow_id = models.BigIntegerField(null=True)
    workflow_run_id = models.TextField(blank=True, default="")
    workflow_block = models.TextField(blank=True, default="")
    event_id = models.BigIntegerField(null=True)
    event_key = models.TextField(blank=True, default="")
    event_type_key = models.TextField(blank=True, default="")
    link = models.TextField(blank=True, default="")
    description = models.TextField(blank=True, default="")  # why it was not delivered
    view_url = models.TextField(blank=True, default="")
    utm_campaign = models.TextField(blank=True, default="")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["organisation", "status", "occurred_at"], name="activities_by_status"
            ),
            models.Index(fields=["organisation", "changed"], name="activities_changed"),
            models.Index(fields=["broadcast_id", "status"], name="activities_by_broadcast"),
            models.Index(fields=["contact_id", "occurred_at"], name="activities_by_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.contact_id}"


class Rollup(Tracked):
    """Totals and last dates of a contact in a channel: what segments and exports ask for."""

    pk = models.CompositePrimaryKey("contact_id", "media_type")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_constraint=False)
    contact_id = models.BigIntegerField()
    media_type = models.CharField(max_length=20)
    total_sent = models.BigIntegerField(default=0)
    total_received = models.BigIntegerField(default=0)  # delivered
    total_viewed = models.BigIntegerField(default=0)
    total_clicked = models.BigIntegerField(default=0)
    last_sent = models.DateTimeField(null=True)
    last_received = models.DateTimeField(null=True)
    last_viewed = models.DateTimeField(null=True)
    last_clicked = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "changed"], name="activities_rollup_changed")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.media_type}"
