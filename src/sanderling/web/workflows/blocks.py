"""Add, change and remove the blocks of a workflow's draft."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import NotFound
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest
from sanderling.web.workflows.forms import BlockForm, block_initial
from sanderling.web.workflows.picture import reading_order
from sanderling.workflows import checking, drafting, saving
from sanderling.workflows.blocks import KINDS
from sanderling.workflows.describing import title_of
from sanderling.workflows.models import StartKind, Workflow


@require_POST
@allowed(Permission.EDIT_WORKFLOWS)
def add(request: PersonRequest, workflow_id: int) -> HttpResponseBase:
    """Put a new block after another, and open its form."""
    workflow = saving.get(request.organisation.pk, workflow_id)
    after, _dot, key = request.POST.get("after", "").partition(".")
    draft, block_id = drafting.add_after(workflow.blocks, after, key, request.POST.get("kind", ""))
    if workflow.start_kind == StartKind.REGULAR:
        # What a launch brings is what its messages are about; kinds without JSON pass it over.
        draft = drafting.change(draft, block_id, {"json": "${jsonParam}"})
    saving.change_blocks(request.organisation.pk, workflow_id, draft, by=request.actor)
    return redirect("workflows-block", workflow_id, block_id)


@allowed(Permission.EDIT_WORKFLOWS)
def edit(request: PersonRequest, workflow_id: int, block_id: str) -> HttpResponseBase:
    """Fill in a block."""
    workflow = saving.get(request.organisation.pk, workflow_id)
    raw = workflow.blocks.get(block_id)
    if raw is None or raw.get("kind") not in KINDS:
        raise NotFound(_("There is no such block."))
    kind = KINDS[raw["kind"]]
    form = BlockForm(
        request.POST or None,
        kind=kind,
        names=checking.names_of(request.organisation.pk),
        targets=_targets(workflow, block_id),
        initial=block_initial(raw, kind),
    )
    if request.method == "POST" and form.is_valid() and _saved(request, workflow, block_id, form):
        messages.success(request, _("The block is saved."))
        return redirect("workflows-show", workflow_id)
    shown = {"workflow": workflow, "form": form, "block_id": block_id, "title": title_of(raw)}
    return render(request, "workflows/block.html", shown | {"kind_title": kind.TITLE})


@require_POST
@allowed(Permission.EDIT_WORKFLOWS)
def remove(request: PersonRequest, workflow_id: int, block_id: str) -> HttpResponseBase:
    """Take a block out; what was before it leads to what followed it."""
    workflow = saving.get(request.organisation.pk, workflow_id)
    draft = drafting.remove(workflow.blocks, block_id)
    saving.change_blocks(request.organisation.pk, workflow_id, draft, by=request.actor)
    messages.success(request, _("The block is removed."))
    return redirect("workflows-show", workflow_id)


def _saved(request: PersonRequest, workflow: Workflow, block_id: str, form: BlockForm) -> bool:
    """Save what is right; say beside its field what is not."""
    values = form.values()
    _block, problems = form.kind.of(block_id, values)
    for name, sentences in problems.items():
        form.add_error(name if name in form.fields else None, sentences)
    if problems:
        return False
    draft = drafting.change(workflow.blocks, block_id, values)
    draft = drafting.lead(draft, block_id, form.exits())
    saving.change_blocks(request.organisation.pk, workflow.pk, draft, by=request.actor)
    return True


def _targets(workflow: Workflow, block_id: str) -> list[tuple[str, str]]:
    """Return the blocks that an exit may lead to, numbered as on the workflow's page."""
    return [
        (one, f"{number}. {title_of(workflow.blocks[one])}")
        for number, one in enumerate(reading_order(workflow.blocks), 1)
        if one != block_id and workflow.blocks[one].get("kind") != "start"
    ]
