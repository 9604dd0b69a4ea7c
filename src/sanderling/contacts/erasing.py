"""Deleting a contact, bringing it back, and erasing it for good.

A deleted contact keeps its keys, so that the same person coming again is recognised.  An
erased one leaves only a tombstone: higher rooms read on from ``Erasure`` and forget what they
hold about it, and the data export passes it on.
"""

from django.db import transaction
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.contacts import keeping_keys
from sanderling.contacts.adding import locked
from sanderling.contacts.models import Contact, ContactKey, Erasure


def delete(organisation_id: int, contact_id: int, *, by: Actor) -> None:
    """Hide a contact from everything; ``restore`` brings it back."""
    require(by, Permission.EDIT_CONTACTS)
    with transaction.atomic():
        contact = locked(organisation_id, contact_id)
        if contact.deleted_at is None:
            _mark(contact, deleted=True)
            auditing.record(by, "contact.delete", contact_id)


def restore(organisation_id: int, contact_id: int, *, by: Actor) -> None:
    """Bring a deleted contact back as it was."""
    require(by, Permission.EDIT_CONTACTS)
    with transaction.atomic():
        contact = locked(organisation_id, contact_id)
        if contact.deleted_at is not None:
            _mark(contact, deleted=False)
            auditing.record(by, "contact.restore", contact_id)


def erase(organisation_id: int, contact_id: int, *, by: Actor) -> None:
    """Remove a contact for good, with its keys, lists, subscriptions and devices.

    The suppression of its address stays: it protects the address, and says nothing of the person.
    """
    require(by, Permission.EDIT_CONTACTS)
    with transaction.atomic():
        contact = locked(organisation_id, contact_id)
        owned = ContactKey.objects.filter(organisation_id=organisation_id, contact_id=contact_id)
        keys = list(owned.values_list("kind", "value"))
        contact.delete()
        keeping_keys.release(organisation_id, contact_id, keys)
        Erasure.objects.create(organisation_id=organisation_id, contact_id=contact_id)
        auditing.record(by, "contact.erase", contact_id)


def _mark(contact: Contact, *, deleted: bool) -> None:
    contact.deleted_at = timezone.now() if deleted else None
    contact.updated_at = timezone.now()
    contact.save(update_fields=["deleted_at", "updated_at"])
