"""Contacts on a page: newest first by keyset, or the few that begin with what was typed."""

from dataclasses import dataclass

from django.db.models import QuerySet

from sanderling.contacts import lists
from sanderling.contacts.models import Contact
from sanderling.postgres.statements import Statements, fetch_value

STATEMENTS = Statements(__package__)
PAGE = 50
MOST_FOUND = 100
MOST_COUNTED = 100_000  # counting a million took 80 ms, and nobody reads the last digits
DIGITS = 19  # fewer than a bigint may have
NOTHING = "\x01"  # begins nothing: switches a branch of the search off


@dataclass(frozen=True)
class Counted:
    """How many there are, or that there are more than ``number``."""

    number: int
    is_exact: bool


def page(
    organisation_id: int,
    *,
    before: int | None = None,
    list_id: int | None = None,
    deleted: bool = False,
    limit: int = PAGE,
) -> list[Contact]:
    """Return contacts, newest first, of a list if one is given; `before` continues behind an id."""
    rows = _shown(organisation_id, list_id, deleted=deleted)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def search(
    organisation_id: int, typed: str, *, list_id: int | None = None, deleted: bool = False
) -> list[Contact]:
    """Return up to 100 contacts whose email, name, phone, external ID or id begins so."""
    found = STATEMENTS.rows("search_people", _patterns(organisation_id, typed.strip()))
    ids = [contact_id for (contact_id,) in found]
    by_id = _shown(organisation_id, list_id, deleted=deleted).in_bulk(ids)
    return [by_id[contact_id] for contact_id in ids if contact_id in by_id][:MOST_FOUND]


def count(organisation_id: int, *, list_id: int | None = None, deleted: bool = False) -> Counted:
    """Return how many contacts there are, up to 100,000."""
    number = int(
        fetch_value(
            STATEMENTS["count_people"],
            {
                "organisation_id": organisation_id,
                "list_id": list_id,
                "deleted": deleted,
                "limit": MOST_COUNTED + 1,
            },
        )
    )
    return Counted(min(number, MOST_COUNTED), number <= MOST_COUNTED)


def _shown(organisation_id: int, list_id: int | None, *, deleted: bool) -> QuerySet[Contact]:
    rows = Contact.objects.filter(organisation_id=organisation_id, deleted_at__isnull=not deleted)
    if list_id is not None:
        lists.get(organisation_id, list_id)
        rows = rows.filter(listmember__list_id=list_id)
    return rows


def _patterns(organisation_id: int, typed: str) -> dict[str, object]:
    typed = typed.replace("\x00", "")
    text = typed.lower()
    digits = "".join(c for c in text if c in "0123456789")
    is_phone = len(digits) > 2 and not set(text) - set("0123456789+-() .")
    first, _, second = text.partition(" ")
    return {
        "organisation_id": organisation_id,
        "number": _number(typed),
        "text": text or NOTHING,
        "exact": typed or NOTHING,
        "whole_phone": digits if is_phone else NOTHING,
        "beginning": _begins(text),
        "external": _begins(typed),
        "phone": _begins(digits) if is_phone else NOTHING,
        "first_word": _begins(first),
        "second_word": _begins(second.strip()) if second.strip() else "%",
    }


def _number(typed: str) -> int | None:
    is_number = typed.isascii() and typed.isdigit() and len(typed) < DIGITS
    return int(typed) if is_number else None


def _begins(text: str) -> str:
    if not text:
        return NOTHING
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
