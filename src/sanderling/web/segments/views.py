"""List segments, look at one, copy and delete."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.contacts.models import ContactList
from sanderling.lib.errors import Conflict, SanderlingError
from sanderling.segments import counting, explaining, saving
from sanderling.segments.catalogue import catalogue_of
from sanderling.segments.conditions import parse
from sanderling.segments.describing import describe
from sanderling.web import undoing
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


@allowed(Permission.READ_CONTACTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """List the dynamic segments, and the lists beside them."""
    shown = {
        "segments": saving.segments_of(request.organisation.pk),
        "lists": ContactList.objects.filter(organisation=request.organisation).order_by("name"),
    }
    return render(request, "segments/list.html", shown)


@allowed(Permission.READ_CONTACTS)
def show(request: PersonRequest, segment_id: int) -> HttpResponseBase:
    """Show a segment's condition in words; people and plan follow by themselves."""
    segment = saving.get(request.organisation.pk, segment_id)
    catalogue = catalogue_of(request.organisation.pk)
    shown = {
        "segment": segment,
        "text": json.dumps(segment.condition, ensure_ascii=False, indent=2),
        "is_editable": Permission.EDIT_SEGMENTS in request.actor.permissions,
        "may_send": Permission.SEND in request.actor.permissions,
    }
    try:
        shown["words"] = describe(parse(segment.condition, catalogue), catalogue)
    except SanderlingError as trouble:
        shown["trouble"] = trouble.message
    return render(request, "segments/show.html", shown)


@allowed(Permission.READ_CONTACTS)
def people(request: PersonRequest, segment_id: int) -> HttpResponseBase:
    """Count the segment now and show its first people; a page of its own without script."""
    segment = saving.get(request.organisation.pk, segment_id)
    shown: dict[str, object] = {"segment": segment}
    try:
        condition = parse(segment.condition, catalogue_of(request.organisation.pk))
        look = counting.look(condition, request.organisation)
        counting.remember(segment, look.total)
        shown["look"] = look
    except SanderlingError as trouble:
        shown["trouble"] = trouble.message
    if request.headers.get("HX-Request"):
        return render(request, "segments/_people.html", shown)
    return render(request, "segments/people.html", shown)


@allowed(Permission.READ_CONTACTS)
def plan(request: PersonRequest, segment_id: int) -> HttpResponseBase:
    """Show how PostgreSQL finds the people."""
    segment = saving.get(request.organisation.pk, segment_id)
    shown: dict[str, object] = {"segment": segment}
    try:
        condition = parse(segment.condition, catalogue_of(request.organisation.pk))
        shown["explanation"] = explaining.explain(condition, request.organisation)
    except SanderlingError as trouble:
        shown["trouble"] = trouble.message
    return render(request, "segments/plan.html", shown)


@require_POST
@allowed(Permission.EDIT_SEGMENTS)
def copy(request: PersonRequest, segment_id: int) -> HttpResponseBase:
    """Copy a segment and open the copy's builder."""
    segment = saving.copy(request.organisation.pk, segment_id, by=request.actor)
    messages.success(request, _("This is the copy."))
    return redirect("segments-edit", segment.pk)


@require_POST
@allowed(Permission.EDIT_SEGMENTS)
def delete(request: PersonRequest, segment_id: int) -> HttpResponseBase:
    """Delete a segment that nothing uses; otherwise say what does."""
    segment = saving.get(request.organisation.pk, segment_id)
    kept = {name: getattr(segment, name) for name in ("name", "description", "condition")}
    try:
        saving.delete(request.organisation.pk, segment_id, by=request.actor)
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("segments-show", segment_id)
    undoing.offer(request, "segment", _("The segment is deleted."), kept)
    return redirect("segments-list")


def restored(request: PersonRequest, kept: dict[str, Any]) -> HttpResponseBase:
    """Make a deleted segment anew."""
    made = saving.save(request.organisation.pk, **kept, by=request.actor)
    return redirect("segments-show", made.pk)
