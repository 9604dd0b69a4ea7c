"""Regular workflows: a segment's new members become events.

Two transactions, each all or nothing.  The first moves the launch time, writes down who is in the
segment and who of them came in; the second, for every 500 of these, strikes them off and records
their events.  The rows of the data sources are fetched before the second one begins, so a
customer's slow database holds no transaction of ours open.  A worker killed anywhere in between
leaves entrants that the next one finds.
"""

import datetime as dt
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from sanderling.accounts.actors import Actor
from sanderling.events import recording
from sanderling.events.recording import NewEvent
from sanderling.lib.errors import SanderlingError
from sanderling.lib.logs import traced
from sanderling.postgres.statements import Statements
from sanderling.segments import entering
from sanderling.sources import fetching
from sanderling.sources.models import DataSource
from sanderling.workflows.models import Workflow
from sanderling.workflows.scheduling import next_launch

STATEMENTS = Statements(__package__)
LOG = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=5)
SOONEST_RETRY = dt.timedelta(seconds=30)
LATEST_RETRY = dt.timedelta(minutes=30)
EVERYBODY = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
Addresses = Mapping[int, str]  # e-mail by contact


class EntrantsWait(SanderlingError):
    """The launch waits: a data source of the workflow is gone."""


def launch_due() -> int:
    """Launch one workflow whose time has come; 0 when there is none."""
    claimed = STATEMENTS.rows("claim_launch")
    if not claimed:
        return 0
    workflow = Workflow.objects.select_related("organisation", "segment").get(pk=claimed[0][0])
    with traced(organisation=workflow.organisation_id, workflow=workflow.pk):
        try:
            _launch(workflow)
        except SanderlingError as trouble:
            _put_off(workflow, trouble.message)
        else:
            Workflow.objects.filter(pk=workflow.pk).update(
                lease_until=None, launch_attempts=0, launch_error=""
            )
    return 1


def event_type_of(segment_id: int) -> str:
    """Return the type of the events that a segment's new members become."""
    return f"regularEventType-{segment_id}"


def params_of(contact_id: int, address: str, rows: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """Return the parameters of a regular launch, exactly as the product documents them.

    ``rows`` maps the number of a data source, as text, to the contact's rows.
    """
    return {
        "ContactId": str(contact_id),
        "jsonParam": json.dumps(rows, ensure_ascii=False, separators=(",", ":")),
        "EmailAddress": address,
    }


def _launch(workflow: Workflow) -> None:
    if workflow.next_launch_at is not None and workflow.next_launch_at <= timezone.now():
        _gather(workflow)
    while _raise_batch(workflow):
        Workflow.objects.filter(pk=workflow.pk).update(lease_until=timezone.now() + LEASE)


@transaction.atomic
def _gather(workflow: Workflow) -> None:
    """Write down who came in; the next launch is set by the same transaction."""
    assert workflow.segment is not None
    assert workflow.next_launch_at is not None
    following = next_launch(
        timezone.now(),
        at=workflow.at_time or dt.time(),
        every_minutes=workflow.every_minutes,
        zone=workflow.organisation.zone,
        previous=workflow.next_launch_at,
    )
    ours = {"workflow_id": workflow.pk, "organisation_id": workflow.organisation_id}
    if not STATEMENTS.run(
        "move_launch", ours | {"next": following, "due": workflow.next_launch_at}
    ):
        return
    since = workflow.entered_since or EVERYBODY
    contact_ids, looked_at = entering.entered_since(workflow.segment, since)
    STATEMENTS.run("add_entrants", ours | {"contact_ids": contact_ids})
    Workflow.objects.filter(pk=workflow.pk).update(entered_since=looked_at)
    LOG.info("Launched: %d people came into the segment.", len(contact_ids))


def _raise_batch(workflow: Workflow) -> int:
    """Raise the events of the next entrants; return how many there were."""
    addresses: Addresses = dict(STATEMENTS.rows("read_entrants", {"workflow_id": workflow.pk}))
    if not addresses:
        return 0
    rows = fetching.rows_for(sources := _sources(workflow), list(addresses))
    with transaction.atomic():
        params = {"workflow_id": workflow.pk, "contact_ids": list(addresses)}
        taken = sorted(contact for (contact,) in STATEMENTS.rows("take_entrants", params))
        events = [
            _event(workflow, contact, addresses[contact], fetching.by_id(sources, rows, contact))
            for contact in taken
        ]
        system = Actor.system(workflow.organisation_id)
        recording.record(workflow.organisation_id, events, by=system)
    return len(addresses)


def _event(
    workflow: Workflow, contact_id: int, address: str, rows: Mapping[str, Sequence[Any]]
) -> NewEvent:
    """Return the event of one entrant.  Its key names the workflow: another one on the same
    segment raises its own.
    """
    return NewEvent(
        workflow.event_type,
        f"{workflow.pk}-{contact_id}",
        params_of(contact_id, address, rows),
        contact_id=contact_id,
    )


def _sources(workflow: Workflow) -> list[DataSource]:
    """Return the workflow's sources; a launch without one that was chosen is no launch."""
    ours = DataSource.objects.filter(organisation_id=workflow.organisation_id)
    found = list(ours.filter(pk__in=workflow.sources).select_related("connector").order_by("pk"))
    if len(found) < len(set(workflow.sources)):
        raise EntrantsWait("A data source chosen in this workflow does not exist any more.")
    return found


def _put_off(workflow: Workflow, reason: str) -> None:
    """Try again after a while, and say on the workflow's page what we are waiting for."""
    wait = min(LATEST_RETRY, SOONEST_RETRY * 2 ** min(workflow.launch_attempts, 10))
    LOG.warning("The launch is put off by %s: %s", wait, reason)
    Workflow.objects.filter(pk=workflow.pk).update(
        lease_until=timezone.now() + wait,
        launch_attempts=workflow.launch_attempts + 1,
        launch_error=reason,
    )
