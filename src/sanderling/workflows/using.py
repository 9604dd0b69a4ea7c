"""Which workflows use a data source or a segment."""

from collections.abc import Callable

from sanderling.workflows.models import Workflow, WorkflowStatus


def workflows_with_source(organisation_id: int, source_id: int) -> list[str]:
    """Return the workflows whose events bring the rows of a data source, in words."""
    return _named(organisation_id, lambda workflow: source_id in workflow.sources)


def workflows_with_segment(organisation_id: int, segment_id: int) -> list[str]:
    """Return the workflows that a segment starts, or that ask whether somebody is in it."""
    return _named(
        organisation_id,
        lambda workflow: (
            workflow.segment_id == segment_id or _refers(workflow, "segment", segment_id)
        ),
    )


def _named(organisation_id: int, uses: Callable[[Workflow], bool]) -> list[str]:
    ours = Workflow.objects.filter(organisation_id=organisation_id).select_related("version")
    return [f"workflow “{workflow.name}”" for workflow in ours.order_by("name") if uses(workflow)]


def _refers(workflow: Workflow, setting: str, number: int) -> bool:
    """Look in the draft, and in what runs."""
    running = (
        workflow.version.blocks
        if workflow.version is not None and workflow.status == WorkflowStatus.ACTIVE
        else {}
    )
    blocks = [*workflow.blocks.values(), *running.values()]
    return any(str(raw.get(setting, "")) == str(number) for raw in blocks)
