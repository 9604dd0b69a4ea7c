"""List messages; copy and delete one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import Conflict
from sanderling.messages import writing
from sanderling.messages.models import Channel
from sanderling.web import undoing
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.messages.shorts import WRITTEN
from sanderling.web.paging import before_of

PAGE = 50


@allowed(Permission.READ_REPORTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """List messages, newest first."""
    search = request.GET.get("q", "").strip()
    channel = request.GET.get("channel", "")
    rows = writing.messages_of(
        request.organisation.pk,
        search=search,
        channel=channel if channel in Channel.values else "",
        before_id=before_of(request),
        limit=PAGE + 1,
    )
    shown = {
        "stored": rows[:PAGE],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "search": search,
        "channel": channel,
        "channels": [(Channel.EMAIL, Channel.EMAIL.label), *((c, c.label) for c in WRITTEN)],
        "is_editable": Permission.EDIT_MESSAGES in request.actor.permissions,
    }
    return render(request, "messages/list.html", shown)


@require_POST
@allowed(Permission.EDIT_MESSAGES)
def copy(request: PersonRequest, message_id: int) -> HttpResponseBase:
    """Copy a message and open the copy."""
    made = writing.copy(request.organisation.pk, message_id, by=request.actor)
    messages.success(request, _("This is the copy."))
    return redirect("messages-edit", made.pk)


@require_POST
@allowed(Permission.EDIT_MESSAGES)
def delete(request: PersonRequest, message_id: int) -> HttpResponseBase:
    """Delete a message that no campaign uses; otherwise say which does."""
    kept = writing.kept(writing.get(request.organisation.pk, message_id))
    try:
        writing.delete(request.organisation.pk, message_id, by=request.actor)
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("messages-edit", message_id)
    undoing.offer(request, "message", _("The message is deleted."), kept)
    return redirect("messages-list")


def restored(request: PersonRequest, kept: dict[str, Any]) -> HttpResponseBase:
    """Write a deleted message anew."""
    made = writing.write_again(request.organisation.pk, kept, by=request.actor)
    return redirect("messages-edit", made.pk)
