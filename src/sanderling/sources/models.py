"""One table of the customer's database, as rows by contact; and the copies of those kept here."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation
from sanderling.connectors.models import Connector
from sanderling.postgres.fields import NextVal


class OutagePolicy(models.TextChoices):
    """What sending does while the source does not answer."""

    HOLD = "HOLD", _("Wait and try again")
    SKIP = "SKIP", _("Leave out the contacts concerned")


class DataSource(models.Model):
    """An external data source: `$!data.get('<name>')` in campaigns, `'<id>'` in workflows."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    connector = models.ForeignKey(Connector, on_delete=models.PROTECT)
    name = models.CharField(max_length=100)
    schema = models.CharField(max_length=200)
    table = models.CharField(max_length=200)
    columns = models.JSONField(
        default=list
    )  # [{"name", "type", "is_key", "is_indexed"}] as last seen
    rows_per_contact = models.IntegerField(default=100)
    outage = models.CharField(max_length=5, choices=OutagePolicy.choices, default="HOLD")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "sources_source"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="sources_source_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kept_copy(self) -> "Copy | None":
        """The copy that is kept of the customer's own table, or None."""
        return getattr(self, "copy", None)

    @property
    def is_asked_by_copy(self) -> bool:
        """Whether the copy answers; until the first one is there, a live table does."""
        copy = self.kept_copy
        return copy is not None and (copy.copied_at is not None or not self.connector.is_live)


class Copy(models.Model):
    """A source's rows, copied whole every so often: for what cannot be asked row by row.

    ``generation`` says which rows of ``sources_copied`` are the copy; those of another are being
    written or about to go.
    """

    source = models.OneToOneField(
        DataSource, on_delete=models.CASCADE, primary_key=True, related_name="copy"
    )
    every_minutes = models.IntegerField(default=60)
    oldest_minutes = models.IntegerField(default=1440)  # an older copy is an outage of the source
    generation = models.BigIntegerField(default=0)
    attempts = models.BigIntegerField(default=0)  # each try writes a generation of its own
    rows = models.BigIntegerField(default=0)
    keyless = models.BigIntegerField(default=0)  # rows without a contact's key, left out
    copied_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    progress = models.BigIntegerField(default=0)  # rows read by the copying that is under way
    error = models.TextField(blank=True, default="")  # of the last try

    class Meta:
        db_table = "sources_copy"
        indexes = [models.Index(fields=["due_at"], name="sources_copy_due")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(every_minutes__gte=5), name="sources_copy_every"
            )
        ]

    def __str__(self) -> str:
        return f"copy of {self.source_id}"

    @property
    def is_running(self) -> bool:
        """Whether a worker is copying at this moment."""
        return self.lease_until is not None and self.lease_until > timezone.now()


class Copied(models.Model):
    """One row of a copy, as a message sees it; ``place`` keeps the order of the table."""

    pk = models.CompositePrimaryKey("source_id", "generation", "place", "key")
    source_id = models.BigIntegerField()
    generation = models.BigIntegerField()
    key = models.TextField()  # the contact's key in its normal form
    place = models.BigIntegerField()
    cells = models.JSONField()  # {column: value}, empty cells left out

    class Meta:
        db_table = "sources_copied"
        indexes = [
            models.Index(fields=["source_id", "generation", "key"], name="sources_copied_by_key")
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.key}"


class PreparedKind(models.TextChoices):
    """What a prepared file holds."""

    KEY = "KEY", _("Rows by e-mail address")
    RANDOM = "RANDOM", _("Items, some of them drawn for each message")


class PreparedFile(models.Model):
    """Rows made ready elsewhere: a JSON file that is fetched once and kept for a time.

    A message reads it like a source, by name or number, so both are numbered by one sequence.
    Its rows lie in ``sources_copied`` under generation 0: a new file replaces them in one
    transaction, so no reader sees a mixture.
    """

    id = models.BigIntegerField(
        primary_key=True, db_default=NextVal("sources_source_id_seq"), editable=False
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=6, choices=PreparedKind.choices)
    rows_per_contact = models.IntegerField(default=100)  # of RANDOM: how many are drawn
    outage = models.CharField(max_length=5, choices=OutagePolicy.choices, default="HOLD")
    hours = models.IntegerField()  # how long rows are kept
    session = models.UUIDField()  # the caller's name for the last fetching
    link = models.BinaryField(null=True)  # sealed, it may hold a password; gone when fetched
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0)
    loaded_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")  # of the last fetching
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "sources_file"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="sources_file_name")
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="sources_file_due",
                condition=models.Q(link__isnull=False),
            ),
            models.Index(
                fields=["expires_at"],
                name="sources_file_expires",
                condition=models.Q(expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        """Whether messages may read its rows."""
        return self.expires_at is not None and self.expires_at > timezone.now()

    @property
    def state(self) -> str:
        """Where it stands, in the words of ``importstatus``; EXPIRED is ours."""
        if self.link is not None:
            return "STARTED" if self.lease is None else "IMPORTING"
        if self.error:
            return "ERROR"
        return "FINISHED" if self.is_usable else "EXPIRED"


Source = DataSource | PreparedFile  # what a message reads by name or number
