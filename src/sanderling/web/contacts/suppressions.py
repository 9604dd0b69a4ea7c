"""The suppression list: addresses that nobody of the organisation writes to."""

import re

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission, require
from sanderling.contacts import suppressing
from sanderling.lib.errors import Invalid
from sanderling.web.contacts import asking
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


@allowed(Permission.READ_CONTACTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """Show the addresses that begin so; a POST adds some."""
    problem, typed = "", asking.text(request.POST, "addresses")
    if request.method == "POST":
        require(request.actor, Permission.EDIT_CONTACTS)
        try:
            _add(request, typed)
            return redirect("contacts-suppressions")
        except Invalid as refusal:
            problem = refusal.message
    wanted = asking.text(request.GET, "q")
    rows = suppressing.listed(
        request.organisation.pk, beginning=wanted, after=asking.text(request.GET, "after")
    )
    shown = {
        "rows": rows,
        "older": rows[-1].address if len(rows) == suppressing.PAGE else "",
        "wanted": wanted,
        "typed": typed,
        "problem": problem,
        "may_edit": Permission.EDIT_CONTACTS in request.actor.permissions,
    }
    return render(request, "contacts/suppressions.html", shown)


@require_POST
@allowed(Permission.EDIT_CONTACTS)
def release(request: PersonRequest) -> HttpResponseBase:
    """Allow an address again."""
    channel, address = request.POST.get("channel", ""), asking.text(request.POST, "address")
    suppressing.release(request.organisation.pk, channel, [address], by=request.actor)
    messages.success(request, _("%(address)s may be written to again.") % {"address": address})
    return redirect("contacts-suppressions")


def _add(request: PersonRequest, typed: str) -> None:
    """Suppress what was typed: e-mail addresses and phones, one per line or between commas."""
    words = [word.strip() for word in re.split(r"[\n,;]+", typed) if word.strip()]
    emails = [word for word in words if "@" in word]
    phones = [word for word in words if "@" not in word]
    if not words:
        raise Invalid(_("Type an address first."))
    added = 0
    for channel, addresses in ((suppressing.EMAIL, emails), (suppressing.SMS, phones)):
        if addresses:
            added += suppressing.suppress(
                request.organisation.pk, channel, addresses, by=request.actor
            )
    messages.success(request, _("Addresses added: %(number)s.") % {"number": added})
