"""List, create, look at, set up, activate and stop workflows."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import Conflict, Invalid, SanderlingError
from sanderling.segments import counting
from sanderling.segments.evaluating import parsed
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.workflows.forms import SettingsForm, initial_of
from sanderling.web.workflows.picture import drawn, exits_of, reading_order
from sanderling.workflows import checking, running, saving
from sanderling.workflows.blocks import ADDABLE, KINDS
from sanderling.workflows.blocks.block import Problems
from sanderling.workflows.describing import describe_start, title_of, words_of
from sanderling.workflows.models import StartKind, Workflow, WorkflowStatus

PATIENCE = 5.0  # seconds for the number of people on the activation page


@dataclass(frozen=True)
class Line:
    """A block as the text beside the picture tells it."""

    id: str
    number: int
    kind: str
    title: str
    words: str
    waiting: int
    exits: list[tuple[str, str, int]]  # key, words, number of the block it leads to
    problems: list[str]
    is_removable: bool


@allowed(Permission.READ_REPORTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """List the workflows with their runs."""
    workflows = saving.workflows_of(request.organisation.pk)
    standings = running.standings_of_all(request.organisation.pk, [one.pk for one in workflows])
    rows = [(one, standings[one.pk], describe_start(one)) for one in workflows]
    shown = {"rows": rows, "is_editable": _may_edit(request)}
    return render(request, "workflows/list.html", shown)


@allowed(Permission.EDIT_WORKFLOWS)
def new(request: PersonRequest) -> HttpResponseBase:
    """Name a workflow and say what starts it; blocks follow on its own page."""
    form = SettingsForm(request.POST or None, organisation_id=request.organisation.pk)
    if request.method == "POST" and form.is_valid():
        try:
            made = saving.create(request.organisation.pk, form.settings(), by=request.actor)
        except Invalid as refusal:
            form.take_problems(refusal.problems)
        else:
            messages.success(request, _("Now add the blocks."))
            return redirect("workflows-show", made.pk)
    return render(request, "workflows/edit.html", {"form": form, "workflow": None})


@allowed(Permission.EDIT_WORKFLOWS)
def edit(request: PersonRequest, workflow_id: int) -> HttpResponseBase:
    """Change the name, the start and the repeats."""
    workflow = saving.get(request.organisation.pk, workflow_id)
    form = SettingsForm(
        request.POST or None,
        organisation_id=request.organisation.pk,
        initial=initial_of(workflow),
    )
    if request.method == "POST" and form.is_valid():
        try:
            saving.change(request.organisation.pk, workflow_id, form.settings(), by=request.actor)
        except Invalid as refusal:
            form.take_problems(refusal.problems)
        except Conflict as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The workflow is saved."))
            return redirect("workflows-show", workflow_id)
    return render(request, "workflows/edit.html", {"form": form, "workflow": workflow})


@allowed(Permission.READ_REPORTS)
def show(request: PersonRequest, workflow_id: int) -> HttpResponseBase:
    """Show the picture, the blocks as text, and what can be done."""
    workflow = saving.get(request.organisation.pk, workflow_id)
    return render(request, "workflows/show.html", _shown(request, workflow))


@allowed(Permission.EDIT_WORKFLOWS)
def activate(request: PersonRequest, workflow_id: int) -> HttpResponseBase:
    """Check the workflow, offer the choice about those already in the segment, activate."""
    workflow = saving.get(request.organisation.pk, workflow_id)
    shown: dict[str, Any] = {"trouble": ""}
    if request.method == "POST":
        with_present = request.POST.get("present", "with") == "with"
        try:
            saving.activate(
                request.organisation.pk, workflow_id, with_present=with_present, by=request.actor
            )
        except SanderlingError as trouble:
            shown["trouble"] = "" if isinstance(trouble, saving.NotReady) else trouble.message
        else:
            messages.success(request, _("The workflow is active."))
            return redirect("workflows-show", workflow_id)
    shown |= {
        "workflow": workflow,
        "start": describe_start(workflow),
        "is_regular": workflow.start_kind == StartKind.REGULAR,
        "problems": _in_words(workflow, checking.problems_of(workflow)),
    }
    if shown["is_regular"] and not shown["problems"]:
        shown["present"] = _people_now(workflow)
    return render(request, "workflows/activation.html", shown)


@require_POST
@allowed(Permission.EDIT_WORKFLOWS)
def deactivate(request: PersonRequest, workflow_id: int) -> HttpResponseBase:
    """Let no more runs begin."""
    saving.deactivate(request.organisation.pk, workflow_id, by=request.actor)
    messages.success(request, _("No more runs begin. Those under way go on to their end."))
    return redirect("workflows-show", workflow_id)


@require_POST
@allowed(Permission.EDIT_WORKFLOWS)
def apply(request: PersonRequest, workflow_id: int) -> HttpResponseBase:
    """Let new runs follow the changed blocks."""
    try:
        saving.apply_changes(request.organisation.pk, workflow_id, by=request.actor)
    except saving.NotReady as refusal:
        number = len(refusal.problems)
        words = ngettext(
            "Not applied: there is %d problem, shown beside its block.",
            "Not applied: there are %d problems, shown beside their blocks.",
            number,
        )
        messages.error(request, words % number)
    else:
        messages.success(request, _("New runs follow the changed blocks."))
    return redirect("workflows-show", workflow_id)


@require_POST
@allowed(Permission.EDIT_WORKFLOWS)
def delete(request: PersonRequest, workflow_id: int) -> HttpResponseBase:
    """Delete a workflow that is not active."""
    try:
        saving.delete(request.organisation.pk, workflow_id, by=request.actor)
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("workflows-show", workflow_id)
    messages.success(request, _("The workflow is deleted."))
    return redirect("workflows-list")


def _shown(request: PersonRequest, workflow: Workflow) -> dict[str, Any]:
    standings = running.standings_of(request.organisation.pk, workflow.pk)
    names = checking.names_of(request.organisation.pk)
    draft = workflow.blocks
    titles = {one: title_of(raw) for one, raw in draft.items()}
    words = {one: words_of(one, raw, names) for one, raw in draft.items()}
    problems = checking.problems_of(workflow)
    return {
        "workflow": workflow,
        "start": describe_start(workflow),
        "standings": standings,
        "picture": drawn(draft, titles, words, standings.waiting_at),
        "lines": _lines(draft, titles, words, standings.waiting_at, problems),
        "general_problems": problems.get("", []),
        "problem_count": sum(map(len, problems.values())),
        "addable": [(name, kind.TITLE) for name, kind in ADDABLE.items() if name != "end"],
        "is_active": workflow.status == WorkflowStatus.ACTIVE,
        "has_changes": saving.has_unapplied_changes(workflow),
        "is_editable": _may_edit(request),
    }


def _lines(
    draft: dict[str, Any],
    titles: dict[str, str],
    words: dict[str, str],
    waiting: dict[str, int],
    problems: Problems,
) -> list[Line]:
    order = reading_order(draft)
    numbers = {one: number for number, one in enumerate(order, 1)}
    return [
        Line(
            id=one,
            number=numbers[one],
            kind=draft[one].get("kind", ""),
            title=titles[one],
            words=words[one],
            waiting=waiting.get(one, 0),
            exits=[
                (key, str(KINDS[draft[one]["kind"]].EXITS[key]), numbers.get(target, 0))
                for key, target in exits_of(draft, one).items()
            ],
            problems=_of_block(problems, one, draft[one]),
            is_removable=draft[one].get("kind") not in ("start", "end"),
        )
        for one in order
    ]


def _of_block(problems: Problems, block_id: str, raw: dict[str, Any]) -> list[str]:
    return [
        _of_field(raw, place, sentence)
        for place, sentences in problems.items()
        if place == block_id or place.startswith(f"{block_id}.")
        for sentence in sentences
    ]


def _of_field(raw: dict[str, Any], place: str, sentence: str) -> str:
    """Return a problem with the name of the field that it is about, where it is about one."""
    kind = KINDS.get(raw.get("kind", ""))
    labels = {setting.name: str(setting.label) for setting in kind.SETTINGS} if kind else {}
    label = labels.get(place.partition(".")[2])
    return f"{label}: {sentence}" if label else sentence


def _in_words(workflow: Workflow, problems: Problems) -> list[tuple[str, str, str]]:
    """Return (block id, block's title, sentence) of every problem."""
    found = []
    for place, sentences in problems.items():
        block_id = place.partition(".")[0]
        title = title_of(workflow.blocks[block_id]) if block_id in workflow.blocks else ""
        raw = workflow.blocks.get(block_id, {})
        found += [
            (block_id if title else "", title, _of_field(raw, place, sentence))
            for sentence in sentences
        ]
    return found


def _people_now(workflow: Workflow) -> dict[str, Any]:
    """Count the segment, or say why it cannot be counted."""
    assert workflow.segment is not None
    try:
        condition = parsed(workflow.segment.condition, workflow.organisation)
        total = counting.count(condition, workflow.organisation, patience=PATIENCE)
    except SanderlingError as trouble:
        return {"total": None, "trouble": trouble.message}
    return {"total": total, "trouble": ""}


def _may_edit(request: PersonRequest) -> bool:
    return Permission.EDIT_WORKFLOWS in request.actor.permissions
