"""Workflows for tests, and turning the loops until nothing is due."""

import datetime as dt

from sanderling.events import recording
from sanderling.events.recording import NewEvent
from sanderling.messages.models import Message
from sanderling.postgres.statements import execute
from sanderling.workflows import saving, starting, stepping
from sanderling.workflows.models import Run
from sanderling.workflows.saving import Settings


def chain(*blocks, **more):
    """Return the JSON of blocks that follow each other between Start and End."""
    ids = [f"b{n}" for n in range(1, len(blocks) + 1)]
    after = dict(zip(["start", *ids], [*ids, "end"], strict=True))
    made = {"start": {"kind": "start", "next": after["start"]}}
    for block_id, block in zip(ids, blocks, strict=True):
        made[block_id] = {"next": after[block_id], **block}
    return made | {"end": {"kind": "end"}} | more


def workflow(cast, blocks, *, is_active=True, **settings):
    """Return a workflow of Sandpiper, active unless said otherwise."""
    wanted = {"name": "Test", "event_type": "visited", **settings}
    made = saving.create(cast.organisation.pk, Settings(**wanted), blocks=blocks, by=cast.owner)
    if is_active:
        made = saving.activate(cast.organisation.pk, made.pk, by=cast.owner)
    return made


def message(cast, **columns):
    wanted = {"name": "Hello", "subject": "Hello", "html": "<p>Hello</p>", **columns}
    return Message.objects.create(
        organisation=cast.organisation, sender_email="news@sandpiper.example", **wanted
    )


def tell(cast, contact, *, key="k1", kind="visited", is_past=False, **params):
    """Record an event of a contact."""
    event = NewEvent(kind, key, params, contact_id=contact.pk, is_past=is_past)
    return recording.record(cast.organisation.pk, [event], by=cast.owner)[0]


def start_all():
    while starting.start_due():
        pass


def step_all():
    while stepping.step_once():
        pass


def turn():
    """Start and step until nothing is due."""
    while starting.start_due() or stepping.step_once():
        pass


def be_later(**period):
    """Let every waiting run be due as if so much time had passed."""
    execute(
        "UPDATE workflows_run SET due_at = due_at - %(period)s WHERE status = 'WAITING'",
        {"period": dt.timedelta(**period)},
    )


def only_run():
    return Run.objects.get()


def trail(run):
    """Return the ids of the blocks a run has been through."""
    return [entry["block"] for entry in run.path]
