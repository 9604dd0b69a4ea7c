"""Dynamic segments: a condition, stored as JSON, that compiles to one statement."""

from django.db import models

from sanderling.accounts.models import Organisation
from sanderling.contacts.models import GROUP_SEQUENCE
from sanderling.postgres.fields import SequenceIdField


class Segment(models.Model):
    """People by condition (lists live in contacts and share the numbering)."""

    id = SequenceIdField(primary_key=True, sequence=GROUP_SEQUENCE)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=500, blank=True, default="")
    condition = models.JSONField(default=dict)  # docs/design/segments.md has the grammar
    size = models.BigIntegerField(null=True)  # as last counted
    counted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="segments_name")
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """Who was in the segment when a regular workflow last looked; entering is a difference."""

    pk = models.CompositePrimaryKey("contact_id", "segment_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE)
    contact_id = models.BigIntegerField()
    entered_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [models.Index(fields=["segment", "contact_id"], name="segments_member_segment")]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.segment_id}"
