"""What the door itself must remember: writes of the last minute, and what has no other place."""

from django.db import models

from sanderling.accounts.models import Organisation


class RecentWrite(models.Model):
    """A contact write, by the hash of its method, path and body: the same again is refused."""

    pk = models.CompositePrimaryKey("organisation_id", "digest")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [models.Index(fields=["at"], name="api_recentwrite_at")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {bytes(self.digest).hex()[:8]}"


class StoredMembers(models.Model):
    """What a program stored with a message and our messages have no column for.

    ``language`` "" is the main version.  Programs read back what they wrote; sending does not
    look here.
    """

    message = models.ForeignKey("messages.Message", on_delete=models.CASCADE)
    language = models.CharField(max_length=20, blank=True, default="")
    members = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "language"], name="api_members_once")
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.language}"


class ProductFeed(models.Model):
    """The address of a catalogue of products, as a program configured it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    url = models.TextField()
    language = models.CharField(max_length=20, blank=True, default="")
    is_default = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.url
