"""One message to many people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation
from sanderling.messages.models import Message
from sanderling.postgres.fields import Tracked


class BroadcastStatus(models.TextChoices):
    """The words of the API and of the data export, and DRAFT before any of them."""

    DRAFT = "DRAFT", _("Draft")
    SCHEDULED = "SCHEDULED", _("Scheduled")
    UNCONFIRMED = "UNCONFIRMED", _("Unconfirmed")  # waits for the second person
    CONSIDERATION = "CONSIDERATION", _("Consideration")
    RUNNING = "RUNNING", _("Running")
    PAUSED = "PAUSED", _("Paused")
    IDLE = "IDLE", _("Idle")  # done
    BLOCKED = "BLOCKED", _("Blocked")


class PaceUnit(models.TextChoices):
    """In what unit a campaign sends so many messages at most; the words are the API's."""

    MINUTE = "MINUTE", _("a minute")
    HOUR = "HOUR", _("an hour")
    DAY = "DAY", _("a day")
    MONTH = "MONTH", _("a month")


class Broadcast(Tracked):
    """A campaign: audience, content, time."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=1000)
    message = models.ForeignKey(Message, on_delete=models.PROTECT)
    content_id = models.BigIntegerField(null=True)  # frozen when it starts
    include = models.JSONField(default=list)  # ids of lists and segments
    exclude = models.JSONField(default=list)
    batch_size = models.IntegerField(null=True)  # so many in a unit at most; null: no pace
    batch_unit = models.CharField(
        max_length=6, choices=PaceUnit.choices, blank=True, default="", db_default=""
    )
    status = models.CharField(max_length=13, choices=BroadcastStatus.choices, default="DRAFT")
    scheduled_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    is_frozen = models.BooleanField(default=False)  # its audience has become deliveries
    lease_until = models.DateTimeField(null=True)
    note = models.TextField(blank=True, default="")  # why it waits or stopped, in words
    created_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-id"], name="broadcasts_recent"),
            models.Index(fields=["organisation", "changed"], name="broadcasts_changed"),
            models.Index(
                fields=["scheduled_at"],
                name="broadcasts_due",
                condition=models.Q(status__in=["SCHEDULED", "RUNNING"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name
