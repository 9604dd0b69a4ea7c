"""Bring back what was just deleted, and open it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.lib.errors import Invalid, NotFound
from sanderling.web import undoing
from sanderling.web.campaigns import acting
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.messages import views as message_pages
from sanderling.web.segments import views as segment_pages

# Each makes the thing anew, by the verb that a person without a bin would use.
RESTORERS: dict[str, Callable[[PersonRequest, dict[str, Any]], HttpResponseBase]] = {
    "message": message_pages.restored,
    "segment": segment_pages.restored,
    "campaign": acting.restored,
}


@require_POST
@allowed()
def undo(request: PersonRequest) -> HttpResponseBase:
    """Take the last deletion back; whether the person may is judged by the verb itself."""
    waiting = undoing.taken(request)
    if waiting is None:
        messages.error(request, _("There is nothing to take back any more."))
        return redirect("home")
    kind, kept = waiting
    try:
        answer = RESTORERS[kind](request, kept)
    except (Invalid, NotFound) as trouble:  # a segment whose source is gone too, for instance
        messages.error(request, _("It cannot be taken back: %(why)s") % {"why": trouble.message})
        return redirect("home")
    messages.success(request, _("It is there again."))
    return answer
