"""Apps and browsers of people."""

from django.db import models

from sanderling.accounts.models import Organisation
from sanderling.contacts.models.people import Contact
from sanderling.postgres.fields import SequenceIdField, Tracked


class Device(Tracked):
    """An app installation or a browser that can be pushed to."""

    pk = models.CompositePrimaryKey("contact_id", "id")
    id = SequenceIdField(sequence="contacts_device_id_seq")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE)
    application_id = models.BigIntegerField(default=0)
    category = models.CharField(max_length=50, default="mobilepush")  # or webpush
    device_id = models.CharField(max_length=250, blank=True, default="")
    push_token = models.TextField(blank=True, default="")
    app_version = models.CharField(max_length=50, blank=True, default="")
    client_version = models.CharField(max_length=50, blank=True, default="")
    device_model = models.CharField(max_length=100, blank=True, default="")
    os_type = models.CharField(max_length=50, blank=True, default="")
    os_version = models.CharField(max_length=50, blank=True, default="")
    language = models.CharField(max_length=20, blank=True, default="")
    time_zone = models.CharField(max_length=100, blank=True, default="")
    subscription = models.JSONField(default=dict)  # of web push: endpoint and keys
    is_active = models.BooleanField(default=True)
    muted_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [models.Index(fields=["organisation", "changed"], name="contacts_device_changed")]

    def __str__(self) -> str:
        return f"{self.category} {self.device_id or self.push_token[:12]}"
