"""One table of the customer's database, as rows by contact."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation
from sanderling.connectors.models import Connector


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
