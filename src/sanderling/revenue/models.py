"""Which message earned which order, by the organisation's own rule."""

from django.db import models

from sanderling.accounts.models import Organisation
from sanderling.postgres.fields import Tracked


class AttributionRule(models.Model):
    """Per channel: which activity counts, and for how long."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    media_type = models.CharField(max_length=20)
    status = models.CharField(max_length=24, default="CLICKED")  # of ActivityStatus
    window_hours = models.IntegerField(default=168)
    excluded_tags = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "media_type"], name="revenue_rule_channel"
            )
        ]

    def __str__(self) -> str:
        return f"{self.media_type}: {self.status} within {self.window_hours} h"


class Revenue(Tracked):
    """An order, credited to a delivery; replaced when the order changes."""

    pk = models.CompositePrimaryKey("contact_id", "order_id", "delivery_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    contact_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    delivery_id = models.BigIntegerField()
    activity_id = models.BigIntegerField()
    activity_at = models.DateTimeField()
    status = models.CharField(max_length=24)
    broadcast_id = models.BigIntegerField(null=True)
    workflow_id = models.BigIntegerField(null=True)
    media_type = models.CharField(max_length=20)
    external_order_id = models.CharField(max_length=200)
    ordered_at = models.DateTimeField()
    total_cost = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3, blank=True, default="")
    is_void = models.BooleanField(default=False)  # the order was cancelled or credited elsewhere

    class Meta:
        db_table = "revenue_revenue"
        indexes = [
            models.Index(fields=["organisation", "changed"], name="revenue_changed"),
            models.Index(fields=["broadcast_id"], name="revenue_by_broadcast"),
        ]

    def __str__(self) -> str:
        return f"{self.external_order_id} by {self.delivery_id}"
