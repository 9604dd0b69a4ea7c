"""Lists ("static segments"): who is in them is decided by hand, import, workflow or API."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.contacts.models import ContactList
from sanderling.lib.errors import Conflict, Invalid, NotFound
from sanderling.postgres.statements import Row, Statements, fetch_value

STATEMENTS = Statements(__package__)


def create(organisation_id: int, name: str, *, by: Actor) -> ContactList:
    """Create an empty list."""
    require(by, Permission.EDIT_CONTACTS)
    try:
        with transaction.atomic():
            made = ContactList.objects.create(organisation_id=organisation_id, name=_named(name))
    except IntegrityError as error:
        raise Conflict(f"There is already a list called {name.strip()}.") from error
    auditing.record(by, "list.create", made.pk, name=made.name)
    return made


def named(organisation_id: int, names: Sequence[str], *, by: Actor) -> list[int]:
    """Return the ids of lists by name; those that are missing are created."""
    ids = []
    for name in names:
        made, is_new = ContactList.objects.get_or_create(
            organisation_id=organisation_id, name=_named(name)
        )
        if is_new:
            auditing.record(by, "list.create", made.pk, name=made.name)
        ids.append(made.pk)
    return ids


def rename(organisation_id: int, list_id: int, name: str, *, by: Actor) -> None:
    """Give a list another name."""
    require(by, Permission.EDIT_CONTACTS)
    row = get(organisation_id, list_id)
    row.name = _named(name)
    try:
        with transaction.atomic():
            row.save(update_fields=["name"])
    except IntegrityError as error:
        raise Conflict(f"There is already a list called {row.name}.") from error
    auditing.record(by, "list.rename", list_id, name=row.name)


def delete(organisation_id: int, list_id: int, *, by: Actor) -> None:
    """Delete a list; the contacts stay."""
    require(by, Permission.EDIT_CONTACTS)
    row = get(organisation_id, list_id)
    if row.category_set.exists():
        raise Conflict("This is the list of a subscription category: delete the category first.")
    with transaction.atomic():
        STATEMENTS.run("empty_list", {"organisation_id": organisation_id, "list_id": list_id})
        row.delete()
        auditing.record(by, "list.delete", list_id, name=row.name)


def get(organisation_id: int, list_id: int) -> ContactList:
    """Return a list of this organisation."""
    row = ContactList.objects.filter(organisation_id=organisation_id, pk=list_id).first()
    if row is None:
        raise NotFound("There is no such list.")
    return row


def all_of(organisation_id: int) -> list[ContactList]:
    """Return the organisation's lists, by name."""
    return list(ContactList.objects.filter(organisation_id=organisation_id).order_by("name"))


def counted(organisation_id: int) -> list[Row]:
    """Return (id, name, created_at, members) of every list, by name; deleted people not counted."""
    return STATEMENTS.rows("count_lists", {"organisation_id": organisation_id})


def add_members(
    organisation_id: int, list_id: int, contact_ids: Sequence[int], *, by: Actor
) -> int:
    """Put contacts into a list in one statement; return how many were not in it before.

    Ids that are not of this organisation are passed over.
    """
    return _change("add_members", organisation_id, list_id, contact_ids, by)


def remove_members(
    organisation_id: int, list_id: int, contact_ids: Sequence[int], *, by: Actor
) -> int:
    """Take contacts out of a list; return how many were in it."""
    return _change("remove_members", organisation_id, list_id, contact_ids, by)


def empty(organisation_id: int, list_id: int, *, by: Actor) -> int:
    """Take everybody out of a list; return how many there were."""
    get(organisation_id, list_id)
    with transaction.atomic():
        gone = STATEMENTS.run(
            "empty_list", {"organisation_id": organisation_id, "list_id": list_id}
        )
        auditing.record(by, "list.empty", list_id, count=gone)
    return gone


def of_contact(organisation_id: int, contact_id: int) -> list[ContactList]:
    """Return the lists that a contact is in, by name."""
    rows = ContactList.objects.filter(
        organisation_id=organisation_id, listmember__contact_id=contact_id
    )
    return list(rows.order_by("name"))


def size(organisation_id: int, list_id: int) -> int:
    """Return how many undeleted contacts are in a list."""
    get(organisation_id, list_id)
    return int(
        fetch_value(
            STATEMENTS["count_members"], {"organisation_id": organisation_id, "list_id": list_id}
        )
    )


def _change(
    statement: str, organisation_id: int, list_id: int, contact_ids: Sequence[int], by: Actor
) -> int:
    get(organisation_id, list_id)
    with transaction.atomic():
        changed = STATEMENTS.run(
            statement,
            {
                "organisation_id": organisation_id,
                "list_id": list_id,
                "contact_ids": list(contact_ids),
            },
        )
        auditing.record(by, f"list.{statement}", list_id, count=changed)
    return changed


def _named(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 200:
        raise Invalid(problems={"name": ["Give the list a name of at most 200 characters."]})
    return name
