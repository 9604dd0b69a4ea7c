"""Workflows: kept, switched on and off, and their launches."""

from typing import Any

from sanderling.api.answering import Answer, counted, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Id, Page, Shape
from sanderling.api.times import stamp
from sanderling.workflows import checking, saving
from sanderling.workflows.models import Run, StartKind, Workflow


class NewWorkflow(Shape):
    """A workflow that an event begins, or regularly the people who come into a segment."""

    name: str | None = None
    event_type: str | None = None
    segment_id: Id | None = None
    sources: list[Id] | None = None
    blocks: dict[str, Any] | None = None


class Blocks(Shape):
    """The draft of a workflow's blocks, by their ids."""

    blocks: dict[str, Any] | None = None


@operation("GET", "/v3/workflows", summary="Workflows with their settings")
def list_workflows(call: Call) -> list[dict[str, Any]]:
    """Return the workflows, active ones first."""
    return [_workflow(one) for one in saving.workflows_of(call.organisation_id)]


@operation("POST", "/v3/workflows", summary="Add a workflow")
def add_workflow(call: Call, body: NewWorkflow) -> dict[str, Any]:
    """Create a workflow that is not active yet."""
    settings = saving.Settings(
        name=body.name or "",
        start_kind=StartKind.REGULAR if body.segment_id else StartKind.EVENT,
        event_type=body.event_type or "",
        segment_id=body.segment_id,
        sources=body.sources or [],
    )
    made = saving.create(call.organisation_id, settings, blocks=body.blocks, by=call.actor)
    return _with_blocks(made)


@operation("GET", "/v3/workflows/{workflow_id}", summary="Get a workflow")
def get_workflow(call: Call, workflow_id: int) -> dict[str, Any]:
    """Return a workflow with the draft of its blocks and what is wrong with it."""
    return _with_blocks(saving.get(call.organisation_id, workflow_id))


@operation("PUT", "/v3/workflows/{workflow_id}/blocks", summary="Replace the draft of the blocks")
def change_blocks(call: Call, workflow_id: int, body: Blocks) -> dict[str, Any]:
    """Replace the draft; what runs stays until it is activated or applied."""
    blocks = body.blocks or {}
    changed = saving.change_blocks(call.organisation_id, workflow_id, blocks, by=call.actor)
    return _with_blocks(changed)


@operation("POST", "/v3/workflows/{workflow_id}/activate", summary="Activate a workflow")
def activate(call: Call, workflow_id: int) -> dict[str, Any]:
    """Let runs begin."""
    return _workflow(saving.activate(call.organisation_id, workflow_id, by=call.actor))


@operation("POST", "/v3/workflows/{workflow_id}/apply", summary="Apply the draft")
def apply_draft(call: Call, workflow_id: int) -> dict[str, Any]:
    """Let the next runs of an active workflow follow the draft."""
    return _workflow(saving.apply_changes(call.organisation_id, workflow_id, by=call.actor))


@operation("POST", "/v3/workflows/{workflow_id}/deactivate", summary="Deactivate a workflow")
def deactivate(call: Call, workflow_id: int) -> dict[str, Any]:
    """Let no more runs begin."""
    return _workflow(saving.deactivate(call.organisation_id, workflow_id, by=call.actor))


@operation("GET", "/v3/workflows/{workflow_id}/launches", summary="Launches of a workflow")
def launches(call: Call, workflow_id: int, query: Page) -> Answer:
    """Return a page of launches, newest first, and where each stands."""
    workflow = saving.get(call.organisation_id, workflow_id)
    runs = Run.objects.filter(organisation_id=call.organisation_id, workflow=workflow)
    rows = [_run(one) for one in runs.order_by("-id")[query.window(usual=50)]]
    return counted(rows, runs.count())


def _with_blocks(workflow: Workflow) -> dict[str, Any]:
    return {
        **_workflow(workflow),
        "blocks": workflow.blocks,
        "problems": checking.problems_of(workflow),
    }


def _workflow(workflow: Workflow) -> dict[str, Any]:
    return present(
        id=workflow.pk,
        name=workflow.name,
        status=workflow.status,
        start=workflow.start_kind,
        eventType=workflow.event_type or None,
        segmentId=workflow.segment_id,
        sources=workflow.sources or None,
        nextLaunchAt=stamp(workflow.next_launch_at) if workflow.next_launch_at else None,
    )


def _run(run: Run) -> dict[str, Any]:
    return present(
        id=run.id,
        contactId=run.contact_id,
        eventId=run.event_id,
        eventKey=run.event_key or None,
        status=run.status,
        block=run.block,
        path=run.path,
        error=run.error or None,
        startedAt=stamp(run.created_at),
        finishedAt=stamp(run.finished_at) if run.finished_at else None,
    )
