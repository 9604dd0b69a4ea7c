"""Additional fields: what an organisation wants to know of its people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation


class FieldType(models.TextChoices):
    """Types of additional fields, as the API spells them."""

    TEXT = "textfield", _("Text")
    TEXTAREA = "textarea", _("Textarea")
    NUMBER = "number", _("Number")
    DECIMAL = "decimal", _("Decimal")
    DATE = "date", _("Date")
    DATETIME = "datetime", _("Datetime")
    COMBOBOX = "combobox", _("Combobox")
    CHECKBOXES = "checkboxlist", _("Checkboxes")


class FieldGroup(models.Model):
    """A list of additional fields ("Personal" with Birthday and Gender to begin with)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=100)  # %KEY.FIELD% in a message

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="contacts_fieldgroup_key")
        ]

    def __str__(self) -> str:
        return self.name


class Field(models.Model):
    """An additional field of the organisation's contacts."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    group = models.ForeignKey(FieldGroup, on_delete=models.PROTECT)
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True, default="")
    type = models.CharField(max_length=12, choices=FieldType.choices, default=FieldType.TEXT)
    allowed_values = models.JSONField(default=list)  # of a combobox or checkbox list
    is_required = models.BooleanField(default=False)
    is_readonly = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "key"], name="contacts_field_key")]

    def __str__(self) -> str:
        return self.name
