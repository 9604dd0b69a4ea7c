"""What belongs to a website: its code, its domains, its visitors and what nobodies did there.

A visitor is a row of 100 bytes and not a contact: most visitors never say who they are.  Both
tables of visitors are distributed by the cookie (docs/design/tracking.md).
"""

from django.db import models

from sanderling.accounts.models import Organisation
from sanderling.events.ordered import OrderedJSONField
from sanderling.postgres.fields import SequenceIdField


class Site(models.Model):
    """The tracking of one organisation; ``code`` is the ``siteId`` of the wire."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE)
    code = models.CharField(max_length=16, unique=True)
    creates_contacts = models.BooleanField(default=True)
    signed_names = models.BooleanField(default=False)  # a page's bare word names nobody
    name_secret = models.BinaryField(null=True)  # sealed
    push_key = models.CharField(max_length=100, blank=True, default="")  # VAPID, public, base64url
    push_secret = models.BinaryField(null=True)  # its private half, sealed
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.code


class Domain(models.Model):
    """A host whose pages may speak to us, with its subdomains.

    ``recent`` holds what came last, newest first: ``[{"event", "url", "at"}]``.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    host = models.CharField(max_length=253)
    pushes = models.BooleanField(default=False)
    worker_name = models.CharField(max_length=100, blank=True, default="")
    worker_path = models.CharField(max_length=200, blank=True, default="")
    worker_scope = models.CharField(max_length=200, blank=True, default="")
    last_event_at = models.DateTimeField(null=True)
    recent = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "host"], name="websites_domain_host")
        ]

    def __str__(self) -> str:
        return self.host


class Visitor(models.Model):
    """A browser, by its first-party cookie; ``contact_id`` 0 while nobody knows whose it is.

    ``said`` is what it said of itself while no contact bore those names:
    ``{"external_id", "email", "phone"}``.
    """

    pk = models.CompositePrimaryKey("organisation_id", "cookie")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    cookie = models.CharField(max_length=64)
    contact_id = models.BigIntegerField(default=0, db_default=0)
    held = models.IntegerField(default=0, db_default=0)  # how many hits wait for a contact
    said = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    first_seen_at = models.DateTimeField(db_default=models.functions.Now())
    last_seen_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["contact_id"],
                name="websites_visitor_contact",
                condition=models.Q(contact_id__gt=0),
            ),
            models.Index(
                fields=["last_seen_at"],
                name="websites_visitor_nobody",
                condition=models.Q(contact_id=0),
            ),
        ]

    def __str__(self) -> str:
        return self.cookie


class Hit(models.Model):
    """What a visitor did while nobody knew who it was; it becomes an event of its contact."""

    pk = models.CompositePrimaryKey("organisation_id", "cookie", "id")
    id = SequenceIdField(sequence="websites_hit_id_seq")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    cookie = models.CharField(max_length=64)
    type_key = models.CharField(max_length=100)
    key_value = models.CharField(max_length=300)
    params = OrderedJSONField(default=dict)
    occurred_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.type_key} of {self.cookie}"
