"""The ledger: one row per thing sent to one contact, and the batches that workers lease."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation
from sanderling.postgres.fields import SequenceIdField


class DeliveryStatus(models.TextChoices):
    """Where one delivery stands.  HANDING is the only state that a crash can leave in doubt."""

    WAITING = "WAITING", _("Waiting")
    HANDING = "HANDING", _("Handing")  # handed to the channel in this very moment
    SENT = "SENT", _("Sent")  # accepted by the channel
    REFUSED = "REFUSED", _("Refused")  # the channel said no for good
    FAILED = "FAILED", _("Failed")  # could not be rendered, or tried too often
    EXCLUDED = "EXCLUDED", _("Excluded")  # never to be sent: the reason says why
    UNSURE = "UNSURE", _("Unsure")  # a worker died while handing over: a person decides
    CANCELLED = "CANCELLED", _("Cancelled")


class BatchStatus(models.TextChoices):
    """Where a batch stands."""

    WAITING = "WAITING"
    LEASED = "LEASED"
    PAUSED = "PAUSED"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class OriginKind(models.TextChoices):
    """What asked for a delivery."""

    BROADCAST = "BROADCAST"
    WORKFLOW = "WORKFLOW"
    API = "API"
    SYSTEM = "SYSTEM"


class Batch(models.Model):
    """Some 500 deliveries that one worker leases together (a small local table)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    content_id = models.BigIntegerField()
    media_type = models.CharField(max_length=20, default="Email", db_default="Email")
    origin_kind = models.CharField(max_length=9, choices=OriginKind.choices)
    origin_id = models.BigIntegerField()
    status = models.CharField(max_length=9, choices=BatchStatus.choices, default="WAITING")
    due_at = models.DateTimeField(db_default=models.functions.Now())
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)  # who holds it; a late worker finds another one here
    attempts = models.IntegerField(default=0)
    size = models.IntegerField(default=0)
    note = models.TextField(blank=True, default="")  # why it waits, in words
    turn = models.IntegerField(default=0, db_default=0)  # of an audience with a pace, from 0
    turn_seconds = models.IntegerField(default=0, db_default=0)  # between turns; 0: no pace
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="sending_batch_due",
                condition=models.Q(status__in=["WAITING", "LEASED"]),
            ),
            models.Index(fields=["origin_kind", "origin_id"], name="sending_batch_origin"),
            models.Index(
                fields=["leased_until"],
                name="sending_batch_held",
                condition=models.Q(lease__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class Delivery(models.Model):
    """One message to one contact: claimed once by (origin, step, contact)."""

    pk = models.CompositePrimaryKey("contact_id", "id")
    id = SequenceIdField(sequence="sending_delivery_id_seq")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_constraint=False)
    contact_id = models.BigIntegerField()
    batch_id = models.BigIntegerField(null=True)
    origin_kind = models.CharField(max_length=9, choices=OriginKind.choices)
    origin_id = models.BigIntegerField()
    origin_step = models.CharField(
        max_length=100, blank=True, default=""
    )  # run and block, or request
    content_id = models.BigIntegerField()
    media_type = models.CharField(max_length=20, default="Email")
    address = models.CharField(max_length=4096, blank=True, default="")  # a push token is long
    language = models.CharField(max_length=20, blank=True, default="")
    params = models.JSONField(null=True)  # of a triggered message: what the template sees as data
    status = models.CharField(max_length=9, choices=DeliveryStatus.choices, default="WAITING")
    reason = models.CharField(max_length=24, blank=True, default="")  # of EXCLUDED, FAILED, REFUSED
    description = models.TextField(blank=True, default="")
    warnings = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    gateway_id = models.BigIntegerField(null=True)  # which took it; null for e-mail
    parts = models.SmallIntegerField(default=0, db_default=0)  # of an SMS
    reported = models.CharField(max_length=12, blank=True, default="", db_default="")
    request_id = models.UUIDField(null=True)  # the API's requestId
    event_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    due_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact_id", "origin_kind", "origin_id", "origin_step"],
                name="sending_delivery_once",
            )
        ]
        indexes = [
            models.Index(fields=["batch_id", "status"], name="sending_delivery_batch"),
            models.Index(
                fields=["origin_kind", "origin_id", "status"], name="sending_delivery_origin"
            ),
            models.Index(fields=["id"], name="sending_delivery_id"),
            models.Index(fields=["request_id"], name="sending_delivery_request"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.id}"


class Gateway(models.Model):
    """How an organisation's messages of a channel leave, or stay in the built-in capture.

    One for e-mail (``host`` and what follows); any number for other channels, whose ``settings``
    and ``secret`` (a JSON object, sealed) are read by the carrier of the channel.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    channel = models.CharField(max_length=12, default="Email", db_default="Email")
    kind = models.CharField(max_length=12, default="SMTP", db_default="SMTP")
    name = models.CharField(max_length=100, blank=True, default="", db_default="")
    settings = models.JSONField(default=dict)
    senders = models.JSONField(default=list)  # what a message may name as its sender
    is_paused = models.BooleanField(default=False, db_default=False)
    host = models.CharField(max_length=253, blank=True, default="")  # empty: capture
    port = models.IntegerField(default=587)
    username = models.CharField(max_length=200, blank=True, default="")
    secret = models.BinaryField(null=True)  # sealed
    tls = models.CharField(max_length=8, default="STARTTLS")  # NONE, STARTTLS, TLS
    per_minute = models.IntegerField(default=0)  # pace; 0: as fast as the server takes it
    sender_name = models.CharField(max_length=200, blank=True, default="")
    sender_email = models.CharField(max_length=254, blank=True, default="")
    dkim_selector = models.CharField(max_length=63, blank=True, default="")
    dkim_secret = models.BinaryField(null=True)  # sealed
    held_until = models.DateTimeField(null=True)  # by its pace, or because it does not answer
    failures = models.IntegerField(default=0)  # hand-overs in a row that found nobody
    note = models.TextField(blank=True, default="")  # why it is held, in words

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                name="sending_gateway_one_for_mail",
                condition=models.Q(channel="Email"),
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "channel", "id"], name="sending_gateway_channel")
        ]

    def __str__(self) -> str:
        return self.name or self.host or "capture"


class Reference(models.Model):
    """Which delivery a provider means by its own id (distributed by value)."""

    pk = models.CompositePrimaryKey("gateway_id", "reference")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_constraint=False)
    gateway_id = models.BigIntegerField()
    reference = models.CharField(max_length=200)
    contact_id = models.BigIntegerField()
    delivery_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["contact_id"], name="sending_reference_contact")]

    def __str__(self) -> str:
        return f"{self.reference} is {self.delivery_id}"


class EarlyReport(models.Model):
    """A report that came before we had written down what the provider calls the message."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    gateway = models.ForeignKey(Gateway, on_delete=models.CASCADE)
    reference = models.CharField(max_length=200)
    fate = models.CharField(max_length=12)
    text = models.CharField(max_length=400, blank=True, default="")
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "reference", "fate"], name="sending_early_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.fate} of {self.reference}"


class Captured(models.Model):
    """A message that the built-in capture took: a mail as it is, others as JSON."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    media_type = models.CharField(max_length=20, default="Email", db_default="Email")
    delivery_id = models.BigIntegerField(null=True)
    message_id = models.CharField(max_length=255)
    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=1000, blank=True, default="")
    raw = models.BinaryField()
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="sending_captured_recent")]

    def __str__(self) -> str:
        return f"{self.recipient}: {self.subject}"
