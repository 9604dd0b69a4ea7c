"""Addresses that are not written to, and people who are no more, or are somebody else."""

from django.db import models

from sanderling.accounts.models import Organisation
from sanderling.postgres.fields import Tracked


class Suppression(models.Model):
    """An address that the whole organisation must not write to (distributed by value)."""

    pk = models.CompositePrimaryKey("organisation_id", "channel", "address")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    channel = models.CharField(max_length=12, default="EMAIL")
    address = models.CharField(max_length=254)  # lower-case e-mail, or digits
    reason = models.CharField(max_length=20)  # UNSUBSCRIBED, SPAM, HARD_BOUNCE, MANUAL
    at = models.DateTimeField(db_default=models.functions.Now())

    def __str__(self) -> str:
        return f"{self.address}: {self.reason}"


class Erasure(Tracked):
    """A tombstone: the contact was erased, and exports must forget it too."""

    pk = models.CompositePrimaryKey("organisation_id", "contact_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    contact_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=models.functions.Now())
    forgotten_at = models.DateTimeField(null=True)  # by every room above

    class Meta:
        indexes = [
            models.Index(
                fields=["contact_id"],
                name="contacts_erasure_due",
                condition=models.Q(forgotten_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} erased"


class Joining(Tracked):
    """A contact that was only a device or a browser turned out to be somebody we know.

    ``former_id`` is hidden from then on, and whoever is asked for it gets ``contact_id``.  The
    rooms above move their facts after it, and once more a minute later (``is_settled``).
    """

    pk = models.CompositePrimaryKey("organisation_id", "former_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    former_id = models.BigIntegerField()
    contact_id = models.BigIntegerField()
    reason = models.CharField(max_length=300, blank=True, default="")  # in words
    at = models.DateTimeField(db_default=models.functions.Now())
    followed_at = models.DateTimeField(null=True)
    is_settled = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "contact_id"], name="contacts_joining_of"),
            models.Index(
                fields=["at"], name="contacts_joining_due", condition=models.Q(is_settled=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.former_id} is {self.contact_id}"
