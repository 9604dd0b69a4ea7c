"""People, and what names them across the organisation."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation
from sanderling.postgres.fields import Tracked


class Source(models.TextChoices):
    """Where a contact came from; the words of the data export."""

    SITE_AUTOMATED = "SITE_AUTOMATED", _("Site Automated")
    I_MESSAGE = "I_MESSAGE", _("I Message")
    CAMPAIGN = "CAMPAIGN", _("Campaign")
    IMPORT = "IMPORT", _("Import")
    MANUAL = "MANUAL", _("Manual")
    SUBSCRIPTION = "SUBSCRIPTION", _("Subscription")
    API = "API", _("Api")
    ORDER = "ORDER", _("Order")
    EVENT = "EVENT", _("Event")


class EmailStatus(models.TextChoices):
    """What may be sent to the address."""

    CONFIRMED = "CONFIRMED", _("Confirmed")
    UNCONFIRMED = "UNCONFIRMED", _("Unconfirmed")
    UNSUBSCRIBED = "UNSUBSCRIBED", _("Unsubscribed")
    SOFT_BOUNCED = "SOFT_BOUNCED", _("Soft Bounced")
    BLACKLISTED = "BLACKLISTED", _("Blacklisted")


class Contact(Tracked):
    """One person.

    ``email`` is stored as written and trimmed, ``phone`` as E.164 digits without plus,
    ``fields`` maps the id of an additional field (as text) to its value as text, in the
    canonical form of its type (date ``YYYY-MM-DD``, number as digits, checkbox list as JSON list).
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    external_id = models.CharField(max_length=100, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    phone = models.CharField(max_length=20, blank=True, default="")
    email_status = models.CharField(max_length=12, choices=EmailStatus.choices, default="CONFIRMED")
    first_name = models.CharField(max_length=50, blank=True, default="")
    last_name = models.CharField(max_length=50, blank=True, default="")
    language = models.CharField(max_length=20, blank=True, default="")
    time_zone = models.CharField(max_length=64, blank=True, default="")
    country = models.CharField(max_length=100, blank=True, default="")
    region = models.CharField(max_length=100, blank=True, default="")
    town = models.CharField(max_length=100, blank=True, default="")
    address = models.CharField(max_length=300, blank=True, default="")
    postcode = models.CharField(max_length=20, blank=True, default="")
    contact_key = models.CharField(max_length=100, blank=True, default="")
    source = models.CharField(max_length=20, choices=Source.choices, default=Source.MANUAL)
    fields = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    updated_at = models.DateTimeField(db_default=models.functions.Now())
    deleted_at = models.DateTimeField(
        null=True
    )  # deleted contacts can be restored; erased ones are gone

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "id"], name="contacts_contact_page"),
            models.Index(fields=["organisation", "changed"], name="contacts_contact_changed"),
            # Pattern operators answer "=" as well as "begins with", in any collation.
            models.Index(
                "organisation",
                OpClass(models.functions.Lower("email"), name="text_pattern_ops"),
                name="contacts_contact_by_email",
            ),
            # The API finds a whole address also at the end of a longer one (api.md §5.5.1).
            models.Index(
                "organisation",
                OpClass(
                    models.functions.Reverse(models.functions.Lower("email")),
                    name="text_pattern_ops",
                ),
                name="contacts_contact_by_email_end",
            ),
            models.Index(
                "organisation",
                OpClass(models.F("phone"), name="varchar_pattern_ops"),
                name="contacts_contact_by_phone",
            ),
            models.Index(
                "organisation",
                OpClass(models.F("external_id"), name="varchar_pattern_ops"),
                name="contacts_contact_by_external",
            ),
            models.Index(
                "organisation",
                OpClass(models.functions.Lower("last_name"), name="text_pattern_ops"),
                name="contacts_contact_by_last",
                condition=~models.Q(last_name=""),
            ),
            models.Index(
                "organisation",
                OpClass(models.functions.Lower("first_name"), name="text_pattern_ops"),
                name="contacts_contact_by_first",
                condition=~models.Q(first_name=""),
            ),
            GinIndex(fields=["fields"], name="contacts_contact_fields"),
        ]

    def __str__(self) -> str:
        return (
            " ".join(filter(None, [self.first_name, self.last_name])) or self.email or str(self.pk)
        )


class KeyKind(models.TextChoices):
    """What can name a contact across the organisation."""

    EXTERNAL_ID = "EXTERNAL_ID"
    EMAIL = "EMAIL"  # lower-case, trimmed
    PHONE = "PHONE"  # digits
    TOKEN = "TOKEN"  # noqa: S105 - a push or web token, "<application>:<token>"


class ContactKey(models.Model):
    """Who is found by a value.

    An external ID belongs to one contact for good.  An e-mail or phone finds the contact
    that had it first; another contact with its own external ID may carry the same address
    without owning its key.
    """

    pk = models.CompositePrimaryKey("organisation_id", "kind", "value")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    kind = models.CharField(max_length=12, choices=KeyKind.choices)
    value = models.CharField(max_length=500)
    contact_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["contact_id"], name="contacts_key_contact")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
