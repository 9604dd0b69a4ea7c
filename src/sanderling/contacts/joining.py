"""A contact that was only a device or a browser turns out to be somebody we know.

The known contact takes over what identifies and describes the other: keys, devices, lists,
subscriptions, and each column that it has not filled itself.  The rooms above follow by their own
loop (``worker/following.py``): events, activities, orders, runs are moved there.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.contacts.adding import locked
from sanderling.contacts.finding import current
from sanderling.contacts.models import (
    Contact,
    ContactKey,
    Device,
    Joining,
    ListMember,
    Subscription,
)
from sanderling.contacts.people import TEXT_COLUMNS
from sanderling.lib.errors import Conflict
from sanderling.postgres.fields import CurrentTransaction
from sanderling.postgres.statements import Statements
from sanderling.postgres.waking import wake

STATEMENTS = Statements(__package__)
# A fact that was being written while two were joined is found by a second look.
SECOND_LOOK = dt.timedelta(minutes=1)


def join(organisation_id: int, former_id: int, contact_id: int, *, reason: str, by: Actor) -> None:
    """Make one of two contacts: ``former_id`` becomes a part of ``contact_id``.

    `reason` says in words why they are one.  Raises Conflict when the former has an address or
    an external ID of its own: then it is a person, and nobody may lose theirs.
    """
    contact_id = current(organisation_id, contact_id)
    if former_id == contact_id:
        return
    with transaction.atomic():
        # In the order of their ids: two who join the same two cannot wait crosswise.
        rows = {pk: locked(organisation_id, pk) for pk in sorted((former_id, contact_id))}
        former, contact = rows[former_id], rows[contact_id]
        if is_named(former):
            raise Conflict("This contact is a person with an address of its own.")
        _take_over(former, contact)
        Joining.objects.filter(organisation_id=organisation_id, contact_id=former_id).update(
            contact_id=contact_id, is_settled=False, followed_at=None, changed=CurrentTransaction()
        )
        Joining.objects.create(
            organisation_id=organisation_id,
            former_id=former_id,
            contact_id=contact_id,
            reason=reason[:300],
        )
        auditing.record(by, "contact.join", contact_id, former=former_id, reason=reason[:300])
        wake("joining")


def is_named(contact: Contact) -> bool:
    """Whether a contact has a name that is more than a device or a browser."""
    return bool(contact.external_id or contact.email or contact.phone)


def joined_into(organisation_id: int, contact_id: int) -> list[Joining]:
    """Return who became a part of a contact, newest first."""
    rows = Joining.objects.filter(organisation_id=organisation_id, contact_id=contact_id)
    return list(rows.order_by("-at"))


def of(organisation_id: int, contact_id: int) -> Joining | None:
    """Return what a contact became a part of, or None."""
    return Joining.objects.filter(organisation_id=organisation_id, former_id=contact_id).first()


def due(limit: int = 100) -> list[Joining]:
    """Return joinings whose facts have still to be moved, the oldest first."""
    return list(_due().order_by("at")[:limit])


def taken(joining: Joining) -> Joining | None:
    """Lock and return a joining that is still due; None where somebody else has it."""
    mine = _due().select_for_update(skip_locked=True)
    return mine.filter(organisation_id=joining.organisation_id, former_id=joining.former_id).first()


def followed(joining: Joining) -> None:
    """Note that every room has moved its facts; the second time it is settled."""
    joining.is_settled = joining.followed_at is not None
    joining.followed_at = timezone.now()
    joining.save(update_fields=["is_settled", "followed_at"])


def _due() -> QuerySet[Joining]:
    unseen = Q(followed_at__isnull=True) | Q(followed_at__lt=timezone.now() - SECOND_LOOK)
    return Joining.objects.filter(unseen, is_settled=False)


def _take_over(former: Contact, contact: Contact) -> None:
    params = {
        "organisation_id": contact.organisation_id,
        "former_id": former.pk,
        "contact_id": contact.pk,
    }
    # Rows of devices, lists and subscriptions are made anew: their contact places them.
    STATEMENTS.run("join_contacts", params)
    for model in (Subscription, ListMember, Device):
        model.objects.filter(contact_id=former.pk).delete()
    ContactKey.objects.filter(organisation_id=contact.organisation_id, contact_id=former.pk).update(
        contact_id=contact.pk
    )
    _fill_in(contact, former)
    former.fields = {}
    former.deleted_at = former.deleted_at or timezone.now()
    former.save(update_fields=["fields", "deleted_at"])


def _fill_in(contact: Contact, former: Contact) -> None:
    filled = [name for name in TEXT_COLUMNS if not getattr(contact, name) and getattr(former, name)]
    for name in filled:
        setattr(contact, name, getattr(former, name))
    if former.fields:
        contact.fields = former.fields | contact.fields
        filled.append("fields")
    if filled:
        contact.updated_at = timezone.now()
        contact.save(update_fields=[*filled, "updated_at"])
