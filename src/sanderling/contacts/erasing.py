"""Deleting a contact, bringing it back, and erasing it for good.

A deleted contact keeps its keys, so that the same person coming again is recognised.  An
erased one leaves only a tombstone: higher rooms read on from ``Erasure`` and forget what they
hold about it, and the data export passes it on.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.contacts import keeping_keys
from sanderling.contacts.adding import locked
from sanderling.contacts.finding import current
from sanderling.contacts.models import Contact, ContactKey, Erasure, Joining
from sanderling.lib.errors import Conflict
from sanderling.postgres.fields import CurrentTransaction
from sanderling.postgres.waking import wake


def delete(organisation_id: int, contact_id: int, *, by: Actor) -> None:
    """Hide a contact from everything; ``restore`` brings it back."""
    require(by, Permission.EDIT_CONTACTS)
    with transaction.atomic():
        contact = locked(organisation_id, contact_id)
        if contact.deleted_at is None:
            _mark(contact, deleted=True)
            auditing.record(by, "contact.delete", contact_id)


def restore(organisation_id: int, contact_id: int, *, by: Actor) -> None:
    """Bring a deleted contact back as it was; not one that became a part of somebody else."""
    require(by, Permission.EDIT_CONTACTS)
    with transaction.atomic():
        if current(organisation_id, contact_id) != contact_id:
            raise Conflict("This contact became a part of another one.")
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
        _erase_parts(organisation_id, contact_id)
        contact.delete()
        keeping_keys.release(organisation_id, contact_id, keys)
        Erasure.objects.create(organisation_id=organisation_id, contact_id=contact_id)
        auditing.record(by, "contact.erase", contact_id)
        wake("forgetting")


def _erase_parts(organisation_id: int, contact_id: int) -> None:
    """Erase with a contact those that became a part of it: what is left of them is about it."""
    parts = Joining.objects.filter(organisation_id=organisation_id, contact_id=contact_id)
    former = list(parts.values_list("former_id", flat=True))
    Contact.objects.filter(organisation_id=organisation_id, pk__in=former).delete()
    Erasure.objects.bulk_create(
        Erasure(organisation_id=organisation_id, contact_id=one) for one in former
    )
    parts.delete()


def unforgotten(limit: int = 500) -> list[int]:
    """Lock and return erased contacts that the rooms above have still to forget."""
    due = Erasure.objects.select_for_update(skip_locked=True).filter(forgotten_at__isnull=True)
    return list(due.order_by("contact_id").values_list("contact_id", flat=True)[:limit])


def forgotten(contact_ids: Sequence[int]) -> None:
    """Note that every room has forgotten these contacts."""
    Erasure.objects.filter(contact_id__in=contact_ids).update(
        forgotten_at=timezone.now(), changed=CurrentTransaction()
    )


def _mark(contact: Contact, *, deleted: bool) -> None:
    contact.deleted_at = timezone.now() if deleted else None
    contact.updated_at = timezone.now()
    contact.save(update_fields=["deleted_at", "updated_at"])
