"""Runs go from block to block: set by set, and each step wholly or not at all.

A stepper leases a bucket and reads its due runs.  For every block that they stand at, one
transaction lets the block act on all of them and moves them on.  Killed anywhere, it leaves them
at the block before, and what the block had queued is gone with the transaction.
"""

import datetime as dt
import json
import logging
import zoneinfo
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from sanderling.lib.errors import SanderlingError
from sanderling.lib.logs import traced
from sanderling.postgres import outages
from sanderling.postgres.statements import Statements, fetch_dicts
from sanderling.sources.fetching import SourceUnavailable
from sanderling.workflows import leasing
from sanderling.workflows.blocks.block import Block
from sanderling.workflows.blocks.end import End
from sanderling.workflows.leasing import Lease, LeaseLost
from sanderling.workflows.models import RunStatus, Version
from sanderling.workflows.parsing import Plan, parse
from sanderling.workflows.standing import Failed, Left, Outcome, Retry, Standing

STATEMENTS = Statements(__package__)
LOG = logging.getLogger(__name__)
PASSES = 20  # of 500 runs, before other buckets get a turn
ATTEMPTS = 6
SOONEST_RETRY = dt.timedelta(seconds=30)
LATEST_RETRY = dt.timedelta(hours=1)
MOST_STEPS = 500  # a run that is still going round after so many blocks will never end
GONE = "The contact was deleted."
OURS = "Something went wrong here; the log of the worker says what."
Row = dict[str, Any]  # of sql/read_due.sql


class StoppedMeanwhile(Exception):
    """Somebody stopped a run while its group was taking a step; the group is read anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where a run stands after a step."""

    run: Standing
    block: str
    due_at: dt.datetime
    status: str = RunStatus.WAITING
    attempts: int = 0
    error: str = ""
    steps: Sequence[dict[str, str]] = ()
    params: dict[str, Any] | None = None


def step_once() -> int:
    """Move the due runs of one bucket; return how many steps they took, 0 when none is due."""
    lease = leasing.take()
    if lease is None:
        return 0
    steps = 0
    try:
        with traced(bucket=lease.bucket):
            for _pass in range(PASSES):
                rows = fetch_dicts(STATEMENTS["read_due"], {"bucket": lease.bucket})
                if not rows:
                    break
                steps += _step(lease, rows)
        leasing.release(lease)
    except LeaseLost:
        LOG.warning("Bucket %s was given to another worker.", lease.bucket)
    return max(steps, 1)


def _step(lease: Lease, rows: Sequence[Row]) -> int:
    groups: dict[tuple[int, str], list[Standing]] = defaultdict(list)
    for row in rows:
        run = _standing(row)
        if row["is_here"]:
            groups[run.version_id, run.block].append(run)
        else:
            groups[0, GONE].append(run)
    for run in groups.pop((0, GONE), []):
        _write(lease, [_ended(run, RunStatus.STOPPED, GONE)])
    for runs in groups.values():
        _step_group(lease, runs)
    return len(rows)


def _step_group(lease: Lease, runs: Sequence[Standing]) -> None:
    """Step a group together; when that fails, one by one, so that a bad run spoils no other."""
    try:
        _together(lease, runs)
    except LeaseLost:
        raise
    except StoppedMeanwhile:
        LOG.info("A run was stopped while it was about to step.")
    except SourceUnavailable as outage:
        LOG.warning("%d runs wait: %s", len(runs), outage.message)
        _write(lease, [_held(run, outage.message) for run in runs])
    except Exception as trouble:
        if isinstance(trouble, OperationalError) and not connection.is_usable():
            raise
        if len(runs) == 1:
            _set_back(lease, runs[0], trouble)
            return
        LOG.info("Run by run, because together it failed: %s", trouble)
        for run in runs:
            _step_group(lease, [run])


def _together(lease: Lease, runs: Sequence[Standing]) -> None:
    plan = _plan(runs[0].version_id)
    block = plan.blocks[runs[0].block]
    if not block.REACHES_OUT:
        with transaction.atomic():
            leasing.hold(lease)
            _move(_moved(plan, block, runs))
        return
    for run in runs:  # what was done outside cannot be taken back: written down one by one
        with transaction.atomic():
            leasing.hold(lease)
        _write(lease, _moved(plan, block, [run]))


def _moved(plan: Plan, block: Block, runs: Sequence[Standing]) -> list[Move]:
    """Let the block act; return where each run goes."""
    outcomes = block.act(runs)
    return [_move_of(plan, block, run, one) for run, one in zip(runs, outcomes, strict=True)]


def _move_of(plan: Plan, block: Block, run: Standing, outcome: Outcome) -> Move:
    match outcome:
        case Failed(error):
            return _ended(run, RunStatus.FAILED, error)
        case Retry(error):
            return _later(run, error)
        case Left(key, note, answer):
            params = {**run.params, **answer} if answer else None
            entry = _entry(block.id, key if len(block.EXITS) > 1 else "", note)
            if not block.exits:
                return Move(run=run, block=block.id, due_at=timezone.now(), status="FINISHED")
            return _arrival(run, plan.blocks[block.exits[key]], entry, params)


def _arrival(
    run: Standing, target: Block, entry: dict[str, str], params: dict[str, Any] | None
) -> Move:
    now = timezone.now()
    if isinstance(target, End):
        steps = (entry, _entry(target.id))
        return Move(
            run=run, block=target.id, due_at=now, status="FINISHED", steps=steps, params=params
        )
    if run.steps >= MOST_STEPS:
        return _ended(run, RunStatus.FAILED, f"Still no end after {MOST_STEPS} blocks.")
    return Move(
        run=run, block=target.id, due_at=target.due(run, now), steps=(entry,), params=params
    )


def _ended(run: Standing, status: str, error: str) -> Move:
    return Move(
        run=run,
        block=run.block,
        due_at=timezone.now(),
        status=status,
        attempts=run.attempts,
        error=error,
    )


def _later(run: Standing, error: str) -> Move:
    """Try a run again after a while; after too many attempts it waits for a person."""
    if run.attempts + 1 >= ATTEMPTS:
        return _ended(run, RunStatus.FAILED, error)
    wait = min(LATEST_RETRY, SOONEST_RETRY * 2**run.attempts)
    return Move(
        run=run,
        block=run.block,
        due_at=timezone.now() + wait,
        attempts=run.attempts + 1,
        error=error,
    )


def _held(run: Standing, error: str) -> Move:
    """Let a run wait for a customer's database, however long that takes; it is not its fault."""
    return _later(replace(run, attempts=min(run.attempts, ATTEMPTS - 2)), error)


def _set_back(lease: Lease, run: Standing, trouble: Exception) -> None:
    error = trouble.message if isinstance(trouble, SanderlingError) else OURS
    if error == OURS:
        outages.log(LOG, trouble, "Run %s could not take its step.", run.id)
    _write(lease, [_later(run, error)])


def _write(lease: Lease, moves: Sequence[Move]) -> None:
    """Move runs in a transaction of their own; one that was stopped meanwhile stays as it is."""
    try:
        with transaction.atomic():
            leasing.hold(lease)
            _move(moves)
    except StoppedMeanwhile:
        LOG.info("A run was stopped meanwhile.")


def _move(moves: Sequence[Move]) -> None:
    moved = STATEMENTS.run(
        "move_runs",
        {
            "contact_ids": [move.run.contact_id for move in moves],
            "ids": [move.run.id for move in moves],
            "origins": [move.run.block for move in moves],
            "blocks": [move.block for move in moves],
            "due": [move.due_at for move in moves],
            "statuses": [str(move.status) for move in moves],
            "attempts": [move.attempts for move in moves],
            "errors": [move.error for move in moves],
            "steps": [json.dumps(move.steps) for move in moves],
            "params": [None if move.params is None else _text(move.params) for move in moves],
        },
    )
    if moved < len(moves):
        raise StoppedMeanwhile


def _standing(row: Row) -> Standing:
    columns = {key: row[key] for key in Standing.__dataclass_fields__ if key != "zone"}
    return Standing(**columns, zone=_zone(row["zone"], row["office_zone"]))


def _entry(block_id: str, key: str = "", note: str = "") -> dict[str, str]:
    """Return a step for the run's history; what is empty is left out."""
    at = timezone.now().isoformat(timespec="milliseconds")
    entry = {"block": block_id, "exit": key, "at": at, "note": note}
    return {name: value for name, value in entry.items() if value}


def _text(params: dict[str, Any]) -> str:
    return json.dumps(params, ensure_ascii=False)


@lru_cache(maxsize=512)
def _plan(version_id: int) -> Plan:
    return parse(Version.objects.values_list("blocks", flat=True).get(pk=version_id))


@lru_cache(maxsize=1024)
def _zone(name: str, otherwise: str) -> zoneinfo.ZoneInfo:
    """Return a contact's zone; contacts came from everywhere, and not each name exists."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo(otherwise)
