"""What a person wants to hear: nothing at all, or certain categories."""

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.contacts import finding, suppressing
from sanderling.contacts.adding import locked
from sanderling.contacts.models import Category, Contact, ContactList, Subscription
from sanderling.lib.errors import Conflict, Invalid
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
UNSUBSCRIBED = suppressing.Reason.UNSUBSCRIBED


def unsubscribe(contact: Contact, *, by: Actor) -> bool:
    """Stop bulk mail to this person's address; return False when it was stopped already.

    Other contacts of the organisation with the same address are unsubscribed too.
    """
    if not contact.email:
        return False
    added = suppressing.suppress(
        contact.organisation_id, suppressing.EMAIL, [contact.email], reason=UNSUBSCRIBED, by=by
    )
    return bool(added)


def resubscribe(contact: Contact, *, by: Actor) -> None:
    """Allow bulk mail to this person's address again, because the person asked for it."""
    if contact.email:
        suppressing.release(contact.organisation_id, suppressing.EMAIL, [contact.email], by=by)


def categories(organisation_id: int) -> QuerySet[Category]:
    """Return the subscription categories, by name."""
    return Category.objects.filter(organisation_id=organisation_id).order_by("name")


def create_category(organisation_id: int, *, key: str, name: str, by: Actor) -> Category:
    """Create a subscription category; messages and programs call it by its key.

    A list of the same name becomes its list (or is made).  Who is in that list already has
    never said to want the category, and is not subscribed.
    """
    require(by, Permission.EDIT_CONTACTS)
    key, name = key.strip(), name.strip()
    if not key or not name:
        raise Invalid(problems={"name": ["Give the category a name and a key."]})
    try:
        with transaction.atomic():
            made = Category.objects.create(
                organisation_id=organisation_id,
                key=key,
                name=name,
                list=_list_for(organisation_id, key, name),
            )
    except IntegrityError as error:
        raise Conflict(f"There is already a category with the key {key}.") from error
    auditing.record(by, "category.create", made.pk, key=key)
    return made


def delete_category(organisation_id: int, category_id: int, *, by: Actor) -> None:
    """Delete a category; the contacts stay."""
    require(by, Permission.EDIT_CONTACTS)
    gone, _ = Category.objects.filter(organisation_id=organisation_id, pk=category_id).delete()
    if gone:
        auditing.record(by, "category.delete", category_id)


def wanted_by(organisation_id: int, contact_id: int) -> list[str]:
    """Return the keys of the categories that a contact wants."""
    finding.get(organisation_id, contact_id)
    rows = Subscription.objects.filter(organisation_id=organisation_id, contact_id=contact_id)
    return list(rows.order_by("category__key").values_list("category__key", flat=True))


def subscribe(organisation_id: int, contact_id: int, keys: Sequence[str], *, by: Actor) -> None:
    """Add categories to what a contact wants; raises Invalid for a key nobody made."""
    with transaction.atomic():
        locked(organisation_id, contact_id)
        _add(organisation_id, contact_id, _ids(organisation_id, keys))
        auditing.record(by, "subscription.add", contact_id, keys=list(keys))


def set_categories(
    organisation_id: int, contact_id: int, keys: Sequence[str], *, by: Actor
) -> bool:
    """Make these the only categories that a contact wants; return whether anything changed."""
    with transaction.atomic():
        locked(organisation_id, contact_id)
        ids = _ids(organisation_id, keys)
        current = Subscription.objects.filter(
            organisation_id=organisation_id, contact_id=contact_id
        )
        before = set(current.values_list("category_id", flat=True))
        _leave(organisation_id, contact_id, before - set(ids))
        _add(organisation_id, contact_id, ids)
        auditing.record(by, "subscription.set", contact_id, keys=list(keys))
    return before != set(ids)


def known_keys(organisation_id: int, keys: Sequence[str]) -> list[str]:
    """Return the keys; raises Invalid for one that nobody made."""
    _ids(organisation_id, keys)
    return list(keys)


def _ids(organisation_id: int, keys: Sequence[str]) -> list[int]:
    known = dict(
        Category.objects.filter(organisation_id=organisation_id, key__in=keys).values_list(
            "key", "id"
        )
    )
    if unknown := sorted(set(keys) - set(known)):
        raise Invalid(problems={"subscriptions": [f"No such category: {', '.join(unknown)}."]})
    return list(known.values())


def _add(organisation_id: int, contact_id: int, ids: Sequence[int]) -> None:
    Subscription.objects.bulk_create(
        [
            Subscription(
                organisation_id=organisation_id, contact_id=contact_id, category_id=category_id
            )
            for category_id in ids
        ],
        ignore_conflicts=True,
    )
    _move("join_categories", organisation_id, contact_id, ids)


def _leave(organisation_id: int, contact_id: int, ids: Iterable[int]) -> None:
    _move("leave_categories", organisation_id, contact_id, ids)
    Subscription.objects.filter(
        organisation_id=organisation_id, contact_id=contact_id, category_id__in=ids
    ).delete()


def _move(statement: str, organisation_id: int, contact_id: int, ids: Iterable[int]) -> None:
    params = {"organisation_id": organisation_id, "contact_id": contact_id, "ids": list(ids)}
    STATEMENTS.run(statement, params)


def _list_for(organisation_id: int, key: str, name: str) -> ContactList:
    """Return the list of the category's name; one that is another category's already is not."""
    taken = Category.objects.filter(organisation_id=organisation_id, list__name=name).exists()
    named = f"{name} ({key})"[:200] if taken else name
    made, _ = ContactList.objects.get_or_create(organisation_id=organisation_id, name=named)
    return made
