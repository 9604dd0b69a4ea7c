"""Build a condition: the page, its redrawing after each button, and what it finds meanwhile."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import Invalid, SanderlingError
from sanderling.segments import counting, explaining, saving
from sanderling.segments.catalogue import Catalogue, catalogue_of
from sanderling.segments.conditions import BadCondition, parse
from sanderling.segments.describing import describe
from sanderling.segments.kinds import Kind
from sanderling.segments.models import Segment
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.segments import drafts
from sanderling.web.segments.documents import document_of
from sanderling.web.segments.drafts import Draft, NotDrawable
from sanderling.web.segments.drawing import Drawer

BAD_JSON = "condition"


@allowed(Permission.EDIT_SEGMENTS)
def new(request: PersonRequest) -> HttpResponseBase:
    """Build a new segment."""
    return _page(request, None)


@allowed(Permission.EDIT_SEGMENTS)
def edit(request: PersonRequest, segment_id: int) -> HttpResponseBase:
    """Change a segment."""
    return _page(request, saving.get(request.organisation.pk, segment_id))


@require_POST
@allowed(Permission.EDIT_SEGMENTS)
def redraw(request: PersonRequest) -> HttpResponseBase:
    """Draw the editor anew after a button or a choice."""
    draft = _draft(request)
    return render(request, "segments/_editor.html", _editor(request, draft, {}))


@require_POST
@allowed(Permission.EDIT_SEGMENTS)
def found(request: PersonRequest) -> HttpResponseBase:
    """Show how many people the condition of the form finds, some of them, and its words."""
    catalogue = catalogue_of(request.organisation.pk)
    try:
        condition = parse(_document(request, catalogue), catalogue)
        shown: dict[str, Any] = {"words": describe(condition, catalogue)}
        shown["look"] = counting.look(condition, request.organisation)
    except BadCondition as unready:
        shown = {"unready": unready.problems}
    except SanderlingError as trouble:
        shown |= {"trouble": trouble.message}
    return render(request, "segments/_found.html", shown)


@require_POST
@allowed(Permission.EDIT_SEGMENTS)
def explained(request: PersonRequest) -> HttpResponseBase:
    """Show how PostgreSQL finds the people; on demand, for it asks the sources once more."""
    catalogue = catalogue_of(request.organisation.pk)
    shown: dict[str, Any] = {"is_open": True}
    try:
        condition = parse(_document(request, catalogue), catalogue)
        shown["explanation"] = explaining.explain(condition, request.organisation)
    except SanderlingError as trouble:
        shown["trouble"] = trouble.message
    return render(request, "segments/_plan.html", shown)


def _page(request: PersonRequest, segment: Segment | None) -> HttpResponseBase:
    if request.method != "POST":
        return _form(request, segment, *_stored(segment))
    if "do" in request.POST:  # a button of the builder, without script
        return _form(request, segment, _draft(request), _posted_json(request))
    problems: dict[str, list[str]] = {}
    try:
        saved = saving.save(
            request.organisation.pk,
            name=request.POST.get("name", ""),
            description=request.POST.get("description", ""),
            condition=_document(request, catalogue_of(request.organisation.pk)),
            segment_id=segment.pk if segment else None,
            by=request.actor,
        )
        messages.success(request, _("The segment is saved."))
        return redirect("segments-show", saved.pk)
    except Invalid as refusal:
        problems = refusal.problems
    return _form(
        request, segment, _draft(request), _posted_json(request), problems=problems, status=400
    )


def _form(
    request: PersonRequest,
    segment: Segment | None,
    draft: Draft | None,
    text: str,
    *,
    problems: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponseBase:
    problems = problems or {}
    shown = {
        "segment": segment,
        "name": request.POST.get("name", segment.name if segment else ""),
        "description": request.POST.get("description", segment.description if segment else ""),
        "text": text,
        "problems": problems,
        "is_json": draft is None or request.POST.get("mode") == "json",
        **_editor(request, draft or drafts.empty(), problems),
    }
    return render(request, "segments/edit.html", shown, status=status)


def _editor(request: PersonRequest, draft: Draft, problems: dict[str, list[str]]) -> dict[str, Any]:
    catalogue = catalogue_of(request.organisation.pk)
    birthdays = [
        (name.removeprefix("field:"), one.label)
        for name, one in catalogue.fields.items()
        if name.startswith("field:") and one.kind is Kind.DATE
    ]
    return {"root": Drawer(catalogue, problems).root(draft), "birthdays": birthdays}


def _stored(segment: Segment | None) -> tuple[Draft | None, str]:
    """Return a segment's condition as a draft, if it can be drawn, and as JSON."""
    if segment is None:
        return drafts.empty(), ""
    text = json.dumps(segment.condition, ensure_ascii=False, indent=2)
    try:
        return drafts.of_document(segment.condition), text
    except (NotDrawable, TypeError, AttributeError):
        return None, text


def _draft(request: PersonRequest) -> Draft:
    draft = drafts.of_form(request.POST.dict())
    return drafts.changed(draft, request.POST.get("do", ""))


def _document(request: PersonRequest, catalogue: Catalogue) -> Any:
    """Return the JSON of the form: of its text area when that is what was edited."""
    if request.POST.get("mode") != "json":
        return document_of(_draft(request), catalogue)
    try:
        return json.loads(_posted_json(request))
    except (ValueError, RecursionError) as error:
        raise BadCondition(problems={BAD_JSON: [_("This is not JSON: %s") % error]}) from error


def _posted_json(request: PersonRequest) -> str:
    return request.POST.get("condition", "")
