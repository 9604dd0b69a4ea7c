"""Segments ("groups"): lists are Static, segments by condition are Dynamic (api.md §5.5)."""

from typing import Any, cast

from django.db import transaction
from psycopg import sql

from sanderling.api import shapes
from sanderling.api.answering import Answer, counted, said
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.persons import card
from sanderling.contacts import finding, lists
from sanderling.contacts.models import Contact, ContactList, KeyKind, ListMember
from sanderling.lib.errors import Conflict, Invalid, NotFound
from sanderling.postgres.statements import Statements, fetch
from sanderling.segments import freezing
from sanderling.segments.models import Segment

STATEMENTS = Statements("sanderling.api")
MOST = 500
Row = tuple[int, str, str]


class MemberPage(shapes.Page, rename=None):
    """A page of members, by id or by the time of joining."""

    orderByTs: bool | None = None  # noqa: N815 - the wire's name
    asc: bool | None = None


@operation("GET", "/v1/groups", summary="Search segments")
def search_groups(call: Call, query: shapes.NamedPage) -> list[dict[str, Any]]:
    """Return lists and segments whose name contains the word."""
    rows = sorted(_groups(call, query.name or ""))
    return [
        {"id": number, "name": name, "type": kind} for number, name, kind in rows[query.window()]
    ]


@operation("GET", "/v1/group/{group_id}/contacts", summary="Contacts of a segment")
def group_contacts(call: Call, group_id: int, query: MemberPage) -> Answer:
    """Return a page of full cards; works for lists and for segments by condition."""
    if ContactList.objects.filter(organisation_id=call.organisation_id, pk=group_id).exists():
        return _list_members(call, group_id, query)
    if Segment.objects.filter(organisation_id=call.organisation_id, pk=group_id).exists():
        return _segment_members(call, group_id, query)
    raise NotFound("There is no such segment.")


@operation("POST", "/v1/group/{group_id}/contacts/attach", summary="Add contacts to a segment")
def attach(call: Call, group_id: int, body: shapes.Members) -> Answer:
    """Put up to 500 contacts into a list."""
    _static(call, group_id)
    added = lists.add_members(call.organisation_id, group_id, _ids(call, body), by=call.actor)
    return said(f"{added} contacts have been added to the group with id='{group_id}'")


@operation("POST", "/v1/group/{group_id}/contacts/detach", summary="Remove contacts from a segment")
def detach(call: Call, group_id: int, body: shapes.Members) -> Answer:
    """Take contacts out of a list; without any ids the list is emptied."""
    _static(call, group_id)
    if not body.contact_ids and not body.external_customer_ids:
        removed = lists.empty(call.organisation_id, group_id, by=call.actor)
    else:
        removed = lists.remove_members(
            call.organisation_id, group_id, _ids(call, body), by=call.actor
        )
    return said(f"{removed} contacts have been removed from the group with id='{group_id}'")


def _groups(call: Call, word: str) -> list[Row]:
    wanted = {"organisation_id": call.organisation_id, "name__icontains": word}
    static = ContactList.objects.filter(**wanted).values_list("pk", "name")
    dynamic = Segment.objects.filter(**wanted).values_list("pk", "name")
    return [(pk, name, "Static") for pk, name in static] + [
        (pk, name, "Dynamic") for pk, name in dynamic
    ]


def _list_members(call: Call, list_id: int, query: MemberPage) -> Answer:
    members = ListMember.objects.filter(
        organisation_id=call.organisation_id, list_id=list_id, contact__deleted_at=None
    )
    order = ["added_at", "contact_id"] if query.orderByTs else ["contact_id"]
    if query.asc is False:
        order = [f"-{column}" for column in order]
    page = list(members.order_by(*order).values_list("contact_id", flat=True)[query.window()])
    return counted(_cards(call, page), members.count())


@transaction.atomic
def _segment_members(call: Call, segment_id: int, query: MemberPage) -> Answer:
    """Return the people of this moment; external keys wait in the transaction's own tables."""
    people = freezing.people_sql(call.organisation_id, include=[segment_id])
    window = query.window()
    statement = sql.SQL(cast("Any", STATEMENTS["page_of_people"])).format(
        people=sql.SQL(cast("Any", people.sql))
    )
    params = {
        **people.params,
        "api_start": window.start,
        "api_rows": window.stop - window.start,
        "api_backwards": query.asc is False,
    }
    ((total, page),) = fetch(statement, params)
    return counted(_cards(call, page), total)


def _cards(call: Call, ids: list[int]) -> list[dict[str, Any]]:
    found = (
        Contact.objects.filter(organisation_id=call.organisation_id, pk__in=ids)
        .prefetch_related("device_set")
        .in_bulk()
    )
    groups: dict[int, list[ContactList]] = {}
    for member in ListMember.objects.filter(contact_id__in=ids).select_related("list"):
        groups.setdefault(member.contact_id, []).append(member.list)
    return [card(found[pk], groups.get(pk)) for pk in ids if pk in found]


def _static(call: Call, group_id: int) -> None:
    """Raise unless the group is a list: what a condition holds is not changed by hand."""
    if Segment.objects.filter(organisation_id=call.organisation_id, pk=group_id).exists():
        raise Conflict("Only a static segment can be changed; this one is made by a condition.")
    lists.get(call.organisation_id, group_id)


def _ids(call: Call, body: shapes.Members) -> list[int]:
    ids, externals = body.contact_ids or [], body.external_customer_ids or []
    if ids and externals:
        raise Invalid("Give contactIds or externalCustomerIds, not both.")
    if max(len(ids), len(externals)) > MOST:
        raise Invalid(f"A call takes at most {MOST} contacts.")
    if not ids and not externals:
        raise Invalid("Give contactIds or externalCustomerIds.")
    if ids:
        return ids
    return list(finding.by_keys(call.organisation_id, KeyKind.EXTERNAL_ID, externals).values())
