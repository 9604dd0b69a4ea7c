"""Keep workflows: create, change, activate, stop, delete.

The blocks of a workflow are edited as a draft.  What runs is a version: made when the workflow is
activated, and again when changes are applied; runs under way keep the version they began with.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.events.types import check_key
from sanderling.lib.errors import Conflict, Invalid, NotFound
from sanderling.postgres.waking import wake
from sanderling.segments import entering
from sanderling.segments.models import Segment
from sanderling.sources.models import DataSource
from sanderling.workflows import checking, drafting
from sanderling.workflows.launching import EVERYBODY, event_type_of
from sanderling.workflows.models import (
    Entrant,
    Run,
    RunStatus,
    StartKind,
    Uniqueness,
    Version,
    Workflow,
    WorkflowStatus,
)
from sanderling.workflows.parsing import BadBlocks, parse
from sanderling.workflows.scheduling import DAY, next_launch
from sanderling.workflows.starting import begin_reading

LONGEST_NAME = 200
LONGEST_PERIOD = 10 * 366 * DAY
SHORTEST_INTERVAL = 15


class NotReady(Invalid):
    """This workflow cannot be activated yet."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a workflow has beside its blocks.

    ``every_minutes`` and ``at_time`` (organisation's zone) are those of a regular launch;
    ``sources`` are ids of data sources whose rows go into its ``jsonParam``.
    """

    name: str
    start_kind: str = StartKind.EVENT
    event_type: str = ""
    segment_id: int | None = None
    every_minutes: int = DAY
    at_time: dt.time | None = None
    uniqueness: str = Uniqueness.EVERY
    unique_minutes: int = 0
    avoid_parallel: bool = False
    sources: Sequence[int] = ()


def get(organisation_id: int, workflow_id: int) -> Workflow:
    """Return a workflow of this organisation."""
    found = (
        Workflow.objects.filter(organisation_id=organisation_id, pk=workflow_id)
        .select_related("organisation", "segment", "version")
        .first()
    )
    if found is None:
        raise NotFound("There is no such workflow.")
    return found


def workflows_of(organisation_id: int) -> list[Workflow]:
    """Return the organisation's workflows, active ones first, then by name."""
    rows = Workflow.objects.filter(organisation_id=organisation_id).select_related("segment")
    return list(rows.order_by("status", "name", "pk"))


def create(
    organisation_id: int,
    settings: Settings,
    *,
    blocks: Mapping[str, Any] | None = None,
    by: Actor,
) -> Workflow:
    """Create a workflow that is not active; without ``blocks`` it is Start and End."""
    require(by, Permission.EDIT_WORKFLOWS)
    workflow = Workflow(organisation_id=organisation_id)
    _set(workflow, settings)
    workflow.blocks = drafting.empty() if blocks is None else _object(blocks)
    with transaction.atomic():
        workflow.save()
        auditing.record(by, "workflow.create", workflow.pk, name=workflow.name)
    return workflow


def change(organisation_id: int, workflow_id: int, settings: Settings, *, by: Actor) -> Workflow:
    """Change what a workflow has beside its blocks.

    What begins an active workflow cannot be changed: which events and people count was settled
    when it was activated.
    """
    require(by, Permission.EDIT_WORKFLOWS)
    with transaction.atomic():
        workflow = _locked(organisation_id, workflow_id)
        before = _beginning(workflow)
        _set(workflow, settings)
        if workflow.status == WorkflowStatus.ACTIVE:
            if _beginning(workflow) != before:
                raise Conflict(_("Deactivate the workflow to change what starts it."))
            _reschedule(workflow)
        workflow.save()
        auditing.record(by, "workflow.change", workflow.pk, name=workflow.name)
    return workflow


def change_blocks(
    organisation_id: int, workflow_id: int, blocks: Mapping[str, Any], *, by: Actor
) -> Workflow:
    """Replace the draft of the blocks; it may be wrong as long as it is not applied."""
    require(by, Permission.EDIT_WORKFLOWS)
    with transaction.atomic():
        workflow = _locked(organisation_id, workflow_id)
        workflow.blocks = _object(blocks)
        workflow.save(update_fields=["blocks", "updated_at"])
        auditing.record(by, "workflow.blocks", workflow.pk, blocks=len(blocks))
    return workflow


def activate(
    organisation_id: int, workflow_id: int, *, with_present: bool = True, by: Actor
) -> Workflow:
    """Let runs begin.

    A regular workflow also starts at once for the people who are in its segment now
    (``with_present``), or only for those who come in later.  Raises NotReady with all problems,
    SourceUnavailable when the segment cannot be evaluated.
    """
    require(by, Permission.EDIT_WORKFLOWS)
    require(by, Permission.SEND)
    with transaction.atomic():
        workflow = _locked(organisation_id, workflow_id)
        if workflow.status == WorkflowStatus.ACTIVE:
            raise Conflict(_("The workflow is active already."))
        _publish(workflow)
        workflow.active_from = begin_reading(organisation_id)
        if workflow.start_kind == StartKind.REGULAR:
            _begin_regularly(workflow, with_present=with_present)
        workflow.status = WorkflowStatus.ACTIVE
        workflow.save()
        auditing.record(by, "workflow.activate", workflow.pk, with_present=with_present)
        wake("workflows")
    return workflow


def apply_changes(organisation_id: int, workflow_id: int, *, by: Actor) -> Workflow:
    """Let the next runs of an active workflow follow the draft; raises NotReady."""
    require(by, Permission.EDIT_WORKFLOWS)
    require(by, Permission.SEND)
    with transaction.atomic():
        workflow = _locked(organisation_id, workflow_id)
        _publish(workflow)
        workflow.save(update_fields=["version"])
        auditing.record(by, "workflow.apply", workflow.pk, version=workflow.version_id)
    return workflow


def deactivate(organisation_id: int, workflow_id: int, *, by: Actor) -> Workflow:
    """Let no more runs begin; those under way go on to their end."""
    require(by, Permission.EDIT_WORKFLOWS)
    with transaction.atomic():
        workflow = _locked(organisation_id, workflow_id)
        workflow.status = WorkflowStatus.INACTIVE
        workflow.next_launch_at = workflow.lease_until = None
        workflow.launch_error, workflow.launch_attempts = "", 0
        workflow.save()
        Entrant.objects.filter(workflow=workflow).delete()
        auditing.record(by, "workflow.deactivate", workflow.pk)
    return workflow


def delete(organisation_id: int, workflow_id: int, *, by: Actor) -> None:
    """Delete a workflow with its history; one that is active or under way is not deleted."""
    require(by, Permission.EDIT_WORKFLOWS)
    with transaction.atomic():
        workflow = _locked(organisation_id, workflow_id)
        if workflow.status == WorkflowStatus.ACTIVE:
            raise Conflict(_("Deactivate the workflow first."))
        if Run.objects.filter(workflow=workflow, status=RunStatus.WAITING).exists():
            raise Conflict(_("Runs of this workflow are still under way. Stop them first."))
        auditing.record(by, "workflow.delete", workflow.pk, name=workflow.name)
        workflow.delete()


def has_unapplied_changes(workflow: Workflow) -> bool:
    """Whether an active workflow's draft differs from what runs."""
    if workflow.status != WorkflowStatus.ACTIVE or workflow.version is None:
        return False
    return bool(workflow.version.blocks != workflow.blocks)


def _publish(workflow: Workflow) -> None:
    """Make the draft the version that runs, unless it is that already."""
    if problems := checking.problems_of(workflow):
        raise NotReady(problems=problems)
    plan = parse(workflow.blocks)
    if workflow.version is None or workflow.version.blocks != workflow.blocks:
        workflow.version = Version.objects.create(
            workflow=workflow, start=plan.start, blocks=workflow.blocks
        )


def _begin_regularly(workflow: Workflow, *, with_present: bool) -> None:
    now = timezone.now()
    assert workflow.segment is not None
    if with_present:
        workflow.entered_since, workflow.next_launch_at = EVERYBODY, now
        return
    _present, workflow.entered_since = entering.entered_since(workflow.segment, now)
    workflow.next_launch_at = _next(workflow, now)


def _reschedule(workflow: Workflow) -> None:
    if workflow.start_kind == StartKind.REGULAR:
        workflow.next_launch_at = _next(workflow, timezone.now())


def _next(workflow: Workflow, now: dt.datetime) -> dt.datetime:
    return next_launch(
        now,
        at=workflow.at_time or dt.time(),
        every_minutes=workflow.every_minutes,
        zone=workflow.organisation.zone,
    )


def _beginning(workflow: Workflow) -> tuple[Any, ...]:
    return workflow.start_kind, workflow.event_type, workflow.segment_id


def _set(workflow: Workflow, settings: Settings) -> None:
    """Write the settings into the row; raise Invalid with all problems."""
    problems: dict[str, list[str]] = {}
    name = settings.name.strip()
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        problems["name"] = [_("Give a name of at most %d characters.") % LONGEST_NAME]
    if settings.start_kind not in StartKind.values:
        problems["start_kind"] = [_("Choose what starts the workflow.")]
    problems |= _problems_of_start(workflow.organisation_id, settings)
    if settings.uniqueness not in Uniqueness.values:
        problems["uniqueness"] = [_("Choose how often.")]
    elif settings.uniqueness == Uniqueness.PERIOD and not (
        1 <= settings.unique_minutes <= LONGEST_PERIOD
    ):
        problems["unique_minutes"] = [_("Give a period.")]
    if problems:
        raise Invalid(problems=problems)
    is_regular = settings.start_kind == StartKind.REGULAR
    workflow.name, workflow.start_kind = name, settings.start_kind
    workflow.segment_id = settings.segment_id if is_regular else None
    workflow.event_type = (
        event_type_of(settings.segment_id or 0) if is_regular else settings.event_type.strip()
    )
    workflow.every_minutes, workflow.at_time = settings.every_minutes, settings.at_time
    workflow.uniqueness, workflow.unique_minutes = settings.uniqueness, settings.unique_minutes
    workflow.avoid_parallel = settings.avoid_parallel
    workflow.sources = sorted(set(settings.sources)) if is_regular else []


def _problems_of_start(organisation_id: int, settings: Settings) -> dict[str, list[str]]:
    if settings.start_kind != StartKind.REGULAR:
        try:
            check_key(settings.event_type.strip())
        except Invalid as refusal:
            return {"event_type": [refusal.message]}
        return {}
    problems: dict[str, list[str]] = {}
    ours = Segment.objects.filter(organisation_id=organisation_id, pk=settings.segment_id or 0)
    if not ours.exists():
        problems["segment_id"] = [_("Choose a segment.")]
    known = set(
        DataSource.objects.filter(
            organisation_id=organisation_id, pk__in=list(settings.sources)
        ).values_list("pk", flat=True)
    )
    if set(settings.sources) - known:
        problems["sources"] = [_("There is no such data source.")]
    if not _is_interval(settings.every_minutes):
        problems["every_minutes"] = [
            _("A launch is every 15 minutes or more within a day, or every so many days.")
        ]
    return problems


def _is_interval(minutes: int) -> bool:
    if minutes >= DAY:
        return minutes % DAY == 0 and minutes <= 366 * DAY
    return minutes >= SHORTEST_INTERVAL and DAY % minutes == 0


def _object(blocks: Any) -> dict[str, Any]:
    rows = blocks.values() if isinstance(blocks, Mapping) else [None]
    if not all(isinstance(raw, Mapping) for raw in rows):
        raise BadBlocks(problems={"": [_("A workflow is an object of blocks by their ids.")]})
    return {str(block_id): dict(raw) for block_id, raw in blocks.items()}


def _locked(organisation_id: int, workflow_id: int) -> Workflow:
    found = (
        Workflow.objects.select_for_update(of=("self",))
        .select_related("organisation", "segment", "version")
        .filter(organisation_id=organisation_id, pk=workflow_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such workflow.")
    return found
