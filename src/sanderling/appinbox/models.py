"""Entries of inboxes, and the readers' sessions; both are their contact's."""

from django.db import models

from sanderling.accounts.models import Organisation
from sanderling.postgres.fields import SequenceIdField


class Entry(models.Model):
    """A message in a contact's inbox, as it was made for that person."""

    pk = models.CompositePrimaryKey("contact_id", "id")
    id = SequenceIdField(sequence="appinbox_entry_id_seq")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_constraint=False)
    contact_id = models.BigIntegerField()
    delivery_id = models.BigIntegerField()
    title = models.TextField()
    content = models.TextField(blank=True, default="")
    link = models.TextField(blank=True, default="")
    image = models.TextField(blank=True, default="")
    custom = models.JSONField(null=True)  # customData, an object
    created_at = models.DateTimeField(db_default=models.functions.Now())
    expires_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # A chunk that is handed over twice is one entry each.
            models.UniqueConstraint(
                fields=["contact_id", "delivery_id"], name="appinbox_entry_once"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Session(models.Model):
    """A reader that was let in; ``number`` is that of the one token that works now."""

    pk = models.CompositePrimaryKey("contact_id", "chain")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_constraint=False)
    contact_id = models.BigIntegerField()
    chain = models.UUIDField()
    number = models.IntegerField(default=0, db_default=0)
    used_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [models.Index(fields=["used_at"], name="appinbox_session_used")]

    def __str__(self) -> str:
        return f"{self.contact_id} at {self.number}"
