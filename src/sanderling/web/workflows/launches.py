"""The launches of a workflow: where each stands, the path it took; stop and retry."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.contacts.models import Contact
from sanderling.lib.errors import Invalid
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.workflows import checking, running, saving
from sanderling.workflows.blocks import KINDS
from sanderling.workflows.describing import title_of, words_of
from sanderling.workflows.models import Run, RunStatus, Version


@dataclass(frozen=True)
class Step:
    """A block that a run went through."""

    at: Any
    title: str
    words: str
    exit: str
    note: str


@allowed(Permission.READ_CONTACTS)
def index(request: PersonRequest, workflow_id: int) -> HttpResponseBase:
    """List the launches by status and by block, newest first."""
    workflow = saving.get(request.organisation.pk, workflow_id)
    status, block = request.GET.get("status", ""), request.GET.get("block", "")
    before = _number(request.GET.get("before", ""))
    runs = running.runs_of(
        request.organisation.pk, workflow_id, status=status, block=block, before=before
    )
    titles = _titles({run["version_id"] for run in runs})
    for run in runs:
        run["place"] = titles.get((run["version_id"], run["block"]), run["block"])
        run["words"] = RunStatus(run["status"]).label
    standings = running.standings_of(request.organisation.pk, workflow_id)
    shown = {
        "workflow": workflow,
        "runs": runs,
        "status": status,
        "block": block,
        "statuses": [
            (one.value, one.label, standings.by_status.get(one.value, 0)) for one in RunStatus
        ],
        "standings": standings,
        "older": runs[-1]["id"] if len(runs) == running.PAGE else None,
        "is_editable": Permission.EDIT_WORKFLOWS in request.actor.permissions,
    }
    return render(request, "workflows/launches.html", shown)


@allowed(Permission.READ_CONTACTS)
def show(request: PersonRequest, workflow_id: int, run_id: int) -> HttpResponseBase:
    """Show one launch: its event with the parameters, its path with times, where it stands."""
    workflow = saving.get(request.organisation.pk, workflow_id)
    run = running.get(request.organisation.pk, workflow_id, run_id)
    event = running.event_of(run)
    shown = {
        "workflow": workflow,
        "run": run,
        "event": event,
        "params": (event.params if event else run.params).items(),
        "contact": Contact.objects.filter(
            organisation_id=request.organisation.pk, pk=run.contact_id
        ).first(),
        "steps": _steps(run),
        "place": title_of(run.version.blocks.get(run.block, {"kind": run.block})),
        "is_editable": Permission.EDIT_WORKFLOWS in request.actor.permissions,
    }
    return render(request, "workflows/launch.html", shown)


@require_POST
@allowed(Permission.EDIT_WORKFLOWS)
def stop(request: PersonRequest, workflow_id: int) -> HttpResponseBase:
    """Stop chosen launches, or all."""
    if "all" in request.POST:
        stopped = running.stop_all(request.organisation.pk, workflow_id, by=request.actor)
    else:
        stopped = running.stop(
            request.organisation.pk, workflow_id, _chosen(request), by=request.actor
        )
    words = ngettext("%d launch is stopped.", "%d launches are stopped.", stopped)
    messages.success(request, words % stopped)
    return _back(request, workflow_id)


@require_POST
@allowed(Permission.EDIT_WORKFLOWS)
def retry(request: PersonRequest, workflow_id: int) -> HttpResponseBase:
    """Let chosen failed launches, or all, go on."""
    chosen = None if "all" in request.POST else _chosen(request)
    retried = running.retry(request.organisation.pk, workflow_id, chosen, by=request.actor)
    words = ngettext("%d launch goes on.", "%d launches go on.", retried)
    messages.success(request, words % retried)
    return _back(request, workflow_id)


def _back(request: PersonRequest, workflow_id: int) -> HttpResponseBase:
    saving.get(request.organisation.pk, workflow_id)
    if only := _number(request.POST.get("page", "")):
        return redirect("workflows-launch", workflow_id, only)
    return redirect("workflows-launches", workflow_id)


def _chosen(request: PersonRequest) -> list[int]:
    chosen = [_number(one) for one in request.POST.getlist("run")]
    if not chosen or None in chosen:
        raise Invalid("Choose launches first.")
    return [one for one in chosen if one is not None]


def _steps(run: Run) -> list[Step]:
    names = checking.names_of(run.organisation_id)
    blocks = run.version.blocks
    steps = []
    for entry in run.path:
        raw = blocks.get(entry["block"], {"kind": entry["block"]})
        kind = KINDS.get(str(raw.get("kind")))
        key = entry.get("exit", "")
        steps.append(
            Step(
                at=parse_datetime(entry["at"]),
                title=title_of(raw),
                words=words_of(entry["block"], raw, names),
                exit=str(kind.EXITS.get(key, key)) if kind else key,
                note=entry.get("note", ""),
            )
        )
    return steps


def _titles(version_ids: set[int]) -> dict[tuple[int, str], str]:
    """Return what the blocks of these versions are called."""
    versions = Version.objects.filter(pk__in=version_ids).values_list("pk", "blocks")
    return {
        (version_id, block_id): title_of(raw)
        for version_id, blocks in versions
        for block_id, raw in blocks.items()
    }


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
