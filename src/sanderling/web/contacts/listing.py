"""The list of contacts: pages, search, one list, or the deleted ones."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import render

from sanderling.accounts.rights import Permission
from sanderling.contacts import listing, lists
from sanderling.contacts.models import Contact
from sanderling.web.contacts import asking
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


@allowed(Permission.READ_CONTACTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """Show a page of contacts, or those that begin with what was typed."""
    organisation_id = request.organisation.pk
    typed = asking.text(request.GET, "q")
    list_id = asking.number(request.GET, "list")
    deleted = request.GET.get("deleted") == "1"
    shown: dict[str, Any] = {"typed": typed, "list_id": list_id, "deleted": deleted}
    if typed:
        shown["people"] = listing.search(organisation_id, typed, list_id=list_id, deleted=deleted)
        shown["is_cut"] = len(shown["people"]) == listing.MOST_FOUND
    else:
        shown |= _page(request, list_id, deleted=deleted)
    shown["is_filtered"] = bool(typed or list_id or deleted)
    if asking.is_from_htmx(request):
        return render(request, "contacts/_people.html", shown)
    shown["lists"] = lists.counted(organisation_id)
    shown["counted"] = listing.count(organisation_id, list_id=list_id, deleted=deleted)
    shown["may_edit"] = Permission.EDIT_CONTACTS in request.actor.permissions
    return render(request, "contacts/list.html", shown)


def _page(request: PersonRequest, list_id: int | None, *, deleted: bool) -> dict[str, Any]:
    before = asking.number(request.GET, "before")
    people = listing.page(
        request.organisation.pk,
        before=before,
        list_id=list_id,
        deleted=deleted,
        limit=listing.PAGE + 1,
    )
    more = len(people) > listing.PAGE
    people = people[: listing.PAGE]
    return {
        "people": people,
        "is_first": before is None,
        "older": _older(people, list_id, deleted=deleted) if more else "",
    }


def _older(people: list[Contact], list_id: int | None, *, deleted: bool) -> str:
    query: dict[str, Any] = {"before": people[-1].pk}
    if list_id is not None:
        query["list"] = list_id
    if deleted:
        query["deleted"] = 1
    return "?" + urlencode(query)
