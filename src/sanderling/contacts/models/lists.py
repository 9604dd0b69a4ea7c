"""What people are in, and what they want to hear about."""

from django.db import models

from sanderling.accounts.models import Organisation
from sanderling.contacts.models.people import Contact
from sanderling.postgres.fields import SequenceIdField

GROUP_SEQUENCE = "contacts_group_id_seq"  # lists and segments share their numbers in the API


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
