"""A door to the customer's own database."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation


class ConnectorKind(models.TextChoices):
    """What stands behind the door."""

    POSTGRES = "POSTGRES", "PostgreSQL"
    BIGQUERY = "BIGQUERY", "BigQuery"
    SHEETS = "SHEETS", "Google Sheets"


class TlsMode(models.TextChoices):
    """How much of the connection is proven; the words of libpq."""

    DISABLE = "disable"
    PREFER = "prefer"
    REQUIRE = "require"
    VERIFY_CA = "verify-ca"
    VERIFY_FULL = "verify-full"


class ContactKeyKind(models.TextChoices):
    """Which of our fields the table's key column holds."""

    EMAIL = "EMAIL", _("Email")
    PHONE = "PHONE", _("Phone number")
    EXTERNAL_ID = "EXTERNAL_ID", _("External ID")
    FIELD = "FIELD", _("Additional field")


class Connector(models.Model):
    """Where the database is, how to open it, and which column is the contact.

    Of BigQuery: ``database`` is the project, ``username`` the account, ``dataset``
    where exports go unless they say otherwise, ``location`` the region where it is made.
    Of Google Sheets: ``database`` is the spreadsheet's number, ``username`` the account.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, choices=ConnectorKind.choices, default="POSTGRES")
    name = models.CharField(max_length=200)
    host = models.CharField(max_length=253, blank=True, default="")
    port = models.IntegerField(default=5432)
    database = models.CharField(max_length=200, blank=True, default="")
    dataset = models.CharField(max_length=1024, blank=True, default="", db_default="")
    location = models.CharField(max_length=40, blank=True, default="", db_default="")
    username = models.CharField(max_length=200, blank=True, default="")
    secret = models.BinaryField(null=True)  # sealed: the password, or a service account's key
    tls = models.CharField(max_length=12, choices=TlsMode.choices, default="prefer")
    ca = models.TextField(blank=True, default="")  # PEM
    key_column = models.CharField(max_length=200, blank=True, default="")
    contact_key = models.CharField(max_length=12, choices=ContactKeyKind.choices, default="EMAIL")
    field = models.ForeignKey("contacts.Field", null=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="connectors_name"),
            models.CheckConstraint(
                condition=models.Q(port__gte=1, port__lte=65535), name="connectors_port"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def where(self) -> str:
        """Return the server, or the project, as people know it."""
        return self.host or self.database

    @property
    def is_live(self) -> bool:
        """Whether rows can be asked for by key; what is not live is read whole, into a copy."""
        return self.kind != ConnectorKind.SHEETS
