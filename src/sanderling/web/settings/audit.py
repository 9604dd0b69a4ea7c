"""The audit trail, newest first, by keyset."""

from django.http import HttpResponseBase
from django.shortcuts import render

from sanderling.accounts.models import AuditEntry
from sanderling.accounts.rights import Permission
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.paging import before_of

PAGE = 100


@allowed(Permission.ADMINISTER)
def index(request: PersonRequest) -> HttpResponseBase:
    """Show a page of entries."""
    entries = AuditEntry.objects.filter(organisation=request.organisation).order_by("-pk")
    if before := before_of(request):
        entries = entries.filter(pk__lt=before)
    page = list(entries[: PAGE + 1])
    older = page[PAGE - 1].pk if len(page) > PAGE else None
    return render(request, "settings/audit.html", {"entries": page[:PAGE], "older": older})
