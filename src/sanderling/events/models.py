"""Events: what happened elsewhere, told by type, key and parameters."""

from django.db import models

from sanderling.accounts.models import Organisation
from sanderling.events.ordered import OrderedJSONField
from sanderling.postgres.fields import SequenceIdField, Tracked


class EventType(models.Model):
    """A type of event; an unknown key makes a new one."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=200, blank=True, default="")
    parameters = models.JSONField(default=list)  # [{"name", "required"}] when validated
    is_validated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "events_type"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="events_type_key")
        ]

    def __str__(self) -> str:
        return self.key


class Event(Tracked):
    """One event; written once; partitioned by month.  ``contact_id`` 0 means nobody known."""

    pk = models.CompositePrimaryKey("contact_id", "id", "occurred_at")
    id = SequenceIdField(sequence="events_event_id_seq")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_constraint=False)
    contact_id = models.BigIntegerField()
    type = models.ForeignKey(EventType, on_delete=models.CASCADE, db_constraint=False)
    key_value = models.CharField(max_length=500, blank=True, default="")
    params = OrderedJSONField(default=dict)  # name → value, in the order given
    occurred_at = models.DateTimeField(db_default=models.functions.Now())
    is_past = models.BooleanField(default=False)  # history: starts no workflow
    # It came with another contact that turned out to be this one; it started what it started.
    is_moved = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "changed"], name="events_changed"),
            models.Index(fields=["organisation", "type", "occurred_at"], name="events_by_type"),
            models.Index(fields=["id"], name="events_by_id"),
        ]

    def __str__(self) -> str:
        return f"{self.type_id} {self.key_value}"
