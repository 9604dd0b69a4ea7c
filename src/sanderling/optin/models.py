"""Who was asked to confirm a subscription, and how an organisation asks."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation
from sanderling.postgres.fields import SequenceIdField


class Mode(models.TextChoices):
    """What happens when somebody fills in a form."""

    LETTER = "LETTER", _("Our letter asks for confirmation")
    WORKFLOW = "WORKFLOW", _("A workflow of yours asks for confirmation")
    NONE = "NONE", _("Nobody asks: subscribed at once")


class Setting(models.Model):
    """How an organisation asks; without a row everything is as the defaults say.

    ``forms`` maps a form type to the mode that it has instead of ``mode``; ``letters`` maps a
    language to ``{"subject", "html"}``, Velocity, instead of the words of ``wording.py``.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True)
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.LETTER)
    forms = models.JSONField(default=dict)
    sender_name = models.CharField(max_length=200, blank=True, default="")
    sender_email = models.CharField(max_length=254, blank=True, default="")
    letters = models.JSONField(default=dict)
    redirect_url = models.CharField(max_length=1000, blank=True, default="")
    waits = models.BooleanField(default=False)  # lists and categories come with the confirmation
    days = models.IntegerField(default=7)  # how long a link works

    def __str__(self) -> str:
        return f"double opt-in of {self.organisation_id}"

    def mode_of(self, form_type: str) -> Mode:
        """Return what happens with a form."""
        return Mode(self.forms.get(form_type, self.mode))


class Confirmation(models.Model):
    """A person was asked about an address; one open question for each address of a contact.

    ``lists`` (ids) and ``categories`` (keys) wait for the answer.  ``letters`` counts what was
    queued; the delivery of the last one is found by its step.
    """

    pk = models.CompositePrimaryKey("contact_id", "id")
    id = SequenceIdField(sequence="optin_confirmation_id_seq")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_constraint=False)
    contact_id = models.BigIntegerField()
    address = models.CharField(max_length=254)  # lower-case
    form_type = models.CharField(max_length=100, blank=True, default="")
    lists = models.JSONField(default=list)
    categories = models.JSONField(default=list)
    letters = models.IntegerField(default=0)
    asked_at = models.DateTimeField(db_default=models.functions.Now())
    written_at = models.DateTimeField(null=True)  # the last letter
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact_id", "address"],
                condition=models.Q(confirmed_at__isnull=True),
                name="optin_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.address} asked at {self.asked_at}"
