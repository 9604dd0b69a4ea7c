"""People, and everything that identifies or describes them.

``Contact`` is distributed by its id; what must be unique across contacts lives in
``ContactKey``, distributed by value (DESIGN: ready to be distributed).
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import Organisation
from sanderling.postgres.fields import SequenceIdField, Tracked

GROUP_SEQUENCE = "contacts_group_id_seq"  # lists and segments share their numbers in the API


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


class ContactList(models.Model):
    """A list ("static segment"): changed by hand, import, workflow or API."""

    id = SequenceIdField(primary_key=True, sequence=GROUP_SEQUENCE)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "contacts_list"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="contacts_list_name")
        ]

    def __str__(self) -> str:
        return self.name


class ListMember(models.Model):
    """A contact in a list."""

    pk = models.CompositePrimaryKey("contact_id", "list_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE)
    list = models.ForeignKey(ContactList, on_delete=models.CASCADE, db_column="list_id")
    added_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [models.Index(fields=["list", "contact"], name="contacts_listmember_list")]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.list_id}"


class Device(Tracked):
    """An app installation or a browser that can be pushed to."""

    pk = models.CompositePrimaryKey("contact_id", "id")
    id = SequenceIdField(sequence="contacts_device_id_seq")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE)
    application_id = models.BigIntegerField(default=0)
    category = models.CharField(max_length=50, default="mobilepush")  # or webpush
    device_id = models.CharField(max_length=250, blank=True, default="")
    push_token = models.TextField(blank=True, default="")
    app_version = models.CharField(max_length=50, blank=True, default="")
    client_version = models.CharField(max_length=50, blank=True, default="")
    device_model = models.CharField(max_length=100, blank=True, default="")
    os_type = models.CharField(max_length=50, blank=True, default="")
    os_version = models.CharField(max_length=50, blank=True, default="")
    language = models.CharField(max_length=20, blank=True, default="")
    time_zone = models.CharField(max_length=100, blank=True, default="")
    subscription = models.JSONField(default=dict)  # of web push: endpoint and keys
    is_active = models.BooleanField(default=True)
    muted_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [models.Index(fields=["organisation", "changed"], name="contacts_device_changed")]

    def __str__(self) -> str:
        return f"{self.category} {self.device_id or self.push_token[:12]}"


class Category(models.Model):
    """A subscription category: what a person may want to hear about.

    Its list holds those who want it: who joins or leaves the one does so with the other.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    list = models.ForeignKey(ContactList, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="contacts_category_key")
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """A contact's wish to hear about a category."""

    pk = models.CompositePrimaryKey("contact_id", "category_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE)
    category = models.ForeignKey(Category, on_delete=models.CASCADE)
    since = models.DateTimeField(db_default=models.functions.Now())

    def __str__(self) -> str:
        return f"{self.contact_id} wants {self.category_id}"


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
