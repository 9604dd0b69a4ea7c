"""What the door itself must remember: writes of the last minute, and who called what."""

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


class Request(models.Model):
    """One call as the log shows it: no bodies, no addresses, no parameters."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_constraint=False)
    caller = models.CharField(max_length=40)  # "key 7" or "app 3"
    method = models.CharField(max_length=8)
    operation = models.CharField(max_length=120)  # the path with its parameters unnamed
    status = models.SmallIntegerField()
    milliseconds = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-at"], name="api_request_recent"),
            models.Index(fields=["at"], name="api_request_at"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.operation} {self.status}"


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
