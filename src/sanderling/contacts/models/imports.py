"""Files and calls on their way into contacts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation


class ImportStatus(models.TextChoices):
    """Where an import stands."""

    MAPPING = "MAPPING", _("Mapping")  # uploaded, waits for its columns to be mapped
    QUEUED = "QUEUED", _("Queued")
    RUNNING = "RUNNING", _("Running")
    FINISHED = "FINISHED", _("Finished")
    FAILED = "FAILED", _("Failed")


class Import(models.Model):
    """One file or one bulk call on its way into contacts; it is its own job.

    ``mapping`` maps the number of a column to a target: a name of Contact ("email"),
    "field:<id>" or "" to skip.  ``unique_by``: EMAIL, PHONE, EMAIL_OR_PHONE,
    EXTERNAL_ID, ID or "field:<id>".
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    file = models.ForeignKey("postgres.StoredFile", null=True, on_delete=models.SET_NULL)
    name = models.CharField(max_length=255)
    session = models.UUIDField(unique=True)  # asyncSessionId of the API
    kind = models.CharField(max_length=8, default="CSV")  # CSV or API
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    unique_by = models.CharField(max_length=32, default="EMAIL")
    status = models.CharField(max_length=10, choices=ImportStatus.choices, default="MAPPING")
    lease_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    bytes_read = models.BigIntegerField(default=0)
    rows_read = models.BigIntegerField(default=0)
    rows_added = models.BigIntegerField(default=0)
    rows_updated = models.BigIntegerField(default=0)
    rows_unchanged = models.BigIntegerField(default=0)
    rows_rejected = models.BigIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    created_by = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-id"], name="contacts_import_recent"),
            models.Index(
                fields=["id"],
                name="contacts_import_due",
                condition=models.Q(status__in=["QUEUED", "RUNNING"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Newcomer(models.Model):
    """A contact that an import really added, until its event is raised."""

    pk = models.CompositePrimaryKey("contact_id", "import_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    contact_id = models.BigIntegerField()
    import_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["import_id", "contact_id"], name="contacts_newcomer_next")]

    def __str__(self) -> str:
        return f"{self.contact_id} by {self.import_id}"


class ImportReject(models.Model):
    """A row that could not be imported, with the reason and the row as it came."""

    import_run = models.ForeignKey(Import, on_delete=models.CASCADE, db_column="import_id")
    line = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    row = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["import_run", "line"], name="contacts_reject_line")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
