"""Look at runs, stop them, and try failed ones again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.events.models import Event
from sanderling.lib.errors import NotFound
from sanderling.postgres.statements import Statements, fetch_dicts
from sanderling.postgres.waking import wake
from sanderling.workflows.models import Run, RunStatus

STATEMENTS = Statements(__package__)
PAGE = 50


@dataclass(frozen=True)
class Standings:
    """How many runs of a workflow there are by status, and how many stand at each block."""

    by_status: dict[str, int]
    waiting_at: dict[str, int]

    @property
    def total(self) -> int:
        """Return how many runs there ever were."""
        return sum(self.by_status.values())


def standings_of(organisation_id: int, workflow_id: int) -> Standings:
    """Return where the runs of a workflow stand."""
    return standings_of_all(organisation_id, [workflow_id])[workflow_id]


def standings_of_all(organisation_id: int, workflow_ids: Sequence[int]) -> dict[int, Standings]:
    """Return where the runs of several workflows stand, in one query."""
    found = {one: Standings({}, {}) for one in workflow_ids}
    params = {"organisation_id": organisation_id, "workflow_ids": list(workflow_ids)}
    for workflow_id, status, block, number in STATEMENTS.rows("count_runs", params):
        one = found[workflow_id]
        one.by_status[status] = one.by_status.get(status, 0) + number
        if status == RunStatus.WAITING:
            one.waiting_at[block] = number
    return found


def runs_of(
    organisation_id: int,
    workflow_id: int,
    *,
    status: str = "",
    block: str = "",
    before: int | None = None,
) -> list[dict[str, Any]]:
    """Return runs, newest first, each with its contact's name and address; fifty at most.

    ``before``: the id of the last run of the page before.
    """
    params = {
        "organisation_id": organisation_id,
        "workflow_id": workflow_id,
        "status": status,
        "block": block,
        "before": before,
        "limit": PAGE,
    }
    return fetch_dicts(STATEMENTS["read_runs"], params)


def get(organisation_id: int, workflow_id: int, run_id: int) -> Run:
    """Return a run of this organisation's workflow."""
    found = (
        Run.objects.filter(organisation_id=organisation_id, workflow_id=workflow_id, id=run_id)
        .select_related("version")
        .first()
    )
    if found is None:
        raise NotFound("There is no such launch.")
    return found


def event_of(run: Run) -> Event | None:
    """Return the event that started a run, with its parameters as they were told."""
    return (
        Event.objects.filter(
            organisation_id=run.organisation_id, contact_id=run.contact_id, id=run.event_id or 0
        )
        .select_related("type")
        .first()
    )


def stop(organisation_id: int, workflow_id: int, run_ids: Sequence[int], *, by: Actor) -> int:
    """Stop runs that are under way; return how many there were.  Sent messages stay sent."""
    require(by, Permission.EDIT_WORKFLOWS)
    params = _chosen(organisation_id, workflow_id, run_ids)
    stopped = STATEMENTS.run("stop_runs", params | {"by": f"Stopped by {by.name}."})
    auditing.record(by, "workflow.stop_runs", workflow_id, runs=stopped)
    return stopped


def stop_all(organisation_id: int, workflow_id: int, *, by: Actor) -> int:
    """Stop every run of a workflow that is under way; return how many there were."""
    require(by, Permission.EDIT_WORKFLOWS)
    params = _chosen(organisation_id, workflow_id, None)
    stopped = STATEMENTS.run("stop_runs", params | {"by": f"Stopped by {by.name}."})
    auditing.record(by, "workflow.stop_runs", workflow_id, runs=stopped)
    return stopped


def retry(
    organisation_id: int, workflow_id: int, run_ids: Sequence[int] | None, *, by: Actor
) -> int:
    """Let failed runs go on from the block where they failed; ``None``: all of the workflow."""
    require(by, Permission.EDIT_WORKFLOWS)
    retried = STATEMENTS.run("retry_runs", _chosen(organisation_id, workflow_id, run_ids))
    auditing.record(by, "workflow.retry_runs", workflow_id, runs=retried)
    if retried:
        wake("stepping")
    return retried


def _chosen(
    organisation_id: int, workflow_id: int, run_ids: Sequence[int] | None
) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id,
        "workflow_id": workflow_id,
        "run_ids": None if run_ids is None else list(run_ids),
    }
