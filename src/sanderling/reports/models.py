"""Alerts: a figure that is watched, and what it was each time that somebody looked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation


class Figure(models.TextChoices):
    """What can be watched; rates are per cent."""

    DELIVERY_RATE = "DELIVERY_RATE", _("Delivery rate")
    OPEN_RATE = "OPEN_RATE", _("Open rate")
    CLICK_RATE = "CLICK_RATE", _("Click rate")
    UNSUBSCRIBE_RATE = "UNSUBSCRIBE_RATE", _("Unsubscribe rate")
    SPAM_RATE = "SPAM_RATE", _("Spam rate")
    REVENUE = "REVENUE", _("Revenue")


class Condition(models.TextChoices):
    """When it is alarming; the last two in per cent of the period before."""

    BELOW = "BELOW", _("is below")
    ABOVE = "ABOVE", _("is above")
    FELL = "FELL", _("fell by more than (%)")
    ROSE = "ROSE", _("rose by more than (%)")


class Alert(models.Model):
    """A rule: a figure of a channel, a campaign or everything, over a window of hours."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    figure = models.CharField(max_length=20, choices=Figure.choices)
    condition = models.CharField(max_length=8, choices=Condition.choices)
    limit = models.DecimalField(max_digits=18, decimal_places=2)
    window_hours = models.IntegerField(default=24)
    least = models.IntegerField(default=100)  # messages in the window, else nothing is said
    media_type = models.CharField(max_length=20, blank=True, default="")  # all channels
    broadcast_id = models.BigIntegerField(null=True)  # all campaigns
    workflow_id = models.BigIntegerField(null=True)
    readers = models.JSONField(default=list)  # users that get the mail
    is_paused = models.BooleanField(default=False)
    is_firing = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True)  # the last mail of this alarm
    next_check_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["next_check_at"], name="reports_alert_due")]

    def __str__(self) -> str:
        return self.name


class Check(models.Model):
    """What a figure was: ``value`` None when there was nothing to reckon it from."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE)
    checked_at = models.DateTimeField()
    value = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    before = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    volume = models.BigIntegerField(default=0)
    is_firing = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["alert", "-id"], name="reports_check_recent")]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.checked_at}"
