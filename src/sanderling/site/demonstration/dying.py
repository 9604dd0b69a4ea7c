"""The encore: while the shop lives on, the export is killed again and again, and must lose nothing.

A second export writes into a schema of its own, so that the first deaths meet the first load.
Workers are ended by ``kill -9`` while they are at it; each database server once, by the same
signal to its first process, whereupon all its sessions end and it recovers from its log.
``sanderling up`` starts again whatever died.  In the end the product compares both sides.

Who dies when follows from a seed: a telling can be told again.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from functools import partial

import psycopg
import requests
from django.db import DatabaseError, connection, transaction
from rich.console import Console

from sanderling.exports import comparing, requesting, saving
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.models import Comparison, DatasetRun, Export, Run, RunStatus
from sanderling.postgres import embedded
from sanderling.site import starting
from sanderling.site.demonstration.calling import Programs
from sanderling.site.demonstration.shop import FOLDER
from sanderling.site.demonstration.stage import Stage
from sanderling.site.demonstration.verifying import Checked, Figure
from sanderling.site.processes import children_of
from sanderling.site.waiting import TookTooLong, until
from sanderling.site.watching import CALM

SCHEMA = "sanderling_killed"
SEED = 20261128
WORKER, OURS, THEIRS = "worker", "our server", "the shop's server"
PEOPLE = 40  # who do something between two deaths
BROKEN = (DatabaseError, psycopg.Error, requests.RequestException)


def die(stage: Stage, deaths: int, out: Console) -> list[Checked]:
    """Kill ``deaths`` workers and each server once; return what the comparison says."""
    chance = random.Random(SEED)  # noqa: S311 - it decides who dies
    export = _export(stage)
    programs = Programs(stage)
    victims = [WORKER] * deaths
    for server in (OURS, THEIRS):
        victims.insert(chance.randint(1, len(victims) - 1) if deaths > 1 else 1, server)
    for turn, victim in enumerate(victims):
        worker = _calm_worker()
        _patiently(partial(_live, stage, programs, turn, chance))
        _kill_during_a_run(stage, export, victim, worker, chance)
    _calm_worker()
    caught = Run.objects.filter(export=export, status=RunStatus.FAILED).count()
    out.print(f"    {deaths} workers and 2 servers killed; {caught} runs were cut short")
    return [_checked(row, len(victims)) for row in _compared(stage, export)]


def _export(stage: Stage) -> Export:
    """Make the export paused, so that the first run waits for the first death."""
    assert stage.connector is not None
    with psycopg.connect(stage.shop.dsn, autocommit=True) as shop:
        shop.execute("CREATE SCHEMA IF NOT EXISTS sanderling_killed")
    found = Export.objects.filter(organisation_id=stage.number, schema=SCHEMA).first()
    draft = saving.Draft(stage.connector.pk, list(DATASETS), schema=SCHEMA, interval="24h")
    with transaction.atomic():
        found = found or saving.save(stage.number, draft, by=stage.by)
        saving.pause(stage.number, found.pk, on=True, by=stage.by)
    return found


def _live(stage: Stage, programs: Programs, turn: int, chance: random.Random) -> None:
    """Let the shop report orders, new and changed, by people some of whom are new."""
    with psycopg.connect(stage.shop.dsn) as shop:
        rows = shop.execute("SELECT email FROM customers ORDER BY id LIMIT 400").fetchall()
    people = [email for (email,) in chance.sample(rows, PEOPLE)] + [f"new-{turn}@shop.example"]
    first = turn * PEOPLE // 2  # half of the orders were told in the turn before
    orders = [_order(first + number, email, chance) for number, email in enumerate(people)]
    programs.call("POST", "/v1/orders", {"orders": orders})
    for email in people[-5:]:
        channels = [{"type": "email", "value": email}]
        programs.call("POST", "/v1/contact", {"firstName": f"Turn {turn}", "channels": channels})


def _order(number: int, email: str, chance: random.Random) -> dict[str, object]:
    item = {"externalItemId": f"P-{number % 7}", "name": "Tea", "quantity": 1, "cost": "2.50"}
    return {
        "externalOrderId": f"KILLED-{number}",
        "email": email,
        "totalCost": f"{chance.randint(1, 10_000) / 100:.2f}",
        "currency": "GBP",
        "status": chance.choice(["DELIVERED", "IN_PROGRESS", "CANCELLED"]),
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "items": [item | {"externalItemId": f"P-{one}"} for one in range(chance.randint(1, 3))],
    }


def _kill_during_a_run(
    stage: Stage, export: Export, victim: str, worker: int, chance: random.Random
) -> None:
    """Ask for a run, and strike when it is at a dataset that chance has chosen."""
    last = Run.objects.filter(export=export).order_by("-pk").values_list("pk", flat=True).first()
    requesting.run_now(stage.number, export.pk, by=stage.by)
    _until_begun(export, last or 0, chance.randint(1, len(DATASETS)))
    time.sleep(chance.uniform(0, 0.05))  # the moment of death is what is random here
    if victim == WORKER:
        os.kill(worker, signal.SIGKILL)
        return
    home = starting.home() if victim == OURS else starting.home() / FOLDER / "postgresql"
    if (server := embedded.running(home)) is not None:
        os.kill(server, signal.SIGKILL)
        until(lambda: embedded.running(home) not in {None, server}, f"{victim} to come back")
    _patiently(lambda: _ask(stage))


def _until_begun(export: Export, last: int, count: int) -> None:
    """Wait closely: a run of nine datasets takes less than a second."""
    parts = DatasetRun.objects.filter(run__export=export, run_id__gt=last)
    ended = Run.objects.filter(export=export, pk__gt=last).exclude(status=RunStatus.RUNNING)
    deadline = time.monotonic() + 120
    while parts.count() < count and not ended.exists():
        if time.monotonic() > deadline:
            raise TookTooLong("The export to be killed did not begin: is a worker running?")
        time.sleep(0.002)


def _calm_worker() -> int:
    """Return a worker that has lived so long that its death will not delay the next one's birth."""
    seen: dict[int, float] = {}
    up = int((starting.home() / "up.lock").read_text())

    def is_calm() -> bool:
        for process in children_of(up, WORKER):
            seen.setdefault(process, time.monotonic())
        return any(_age(process, seen) > CALM + 1 for process in children_of(up, WORKER))

    until(is_calm, "a worker to have lived a while")
    return next(one for one in children_of(up, WORKER) if _age(one, seen) > CALM + 1)


def _age(process: int, seen: dict[int, float]) -> float:
    return time.monotonic() - seen.get(process, time.monotonic())


def _compared(stage: Stage, export: Export) -> list[Comparison]:
    last = Comparison.objects.filter(export=export).order_by("-pk").first()
    known = last.pk if last else 0
    requesting.compare_now(stage.number, export.pk, by=stage.by)
    fresh = Comparison.objects.filter(export=export, pk__gt=known)
    until(lambda: fresh.count() >= len(DATASETS), "both sides to be compared")
    return comparing.latest(export)


def _checked(row: Comparison, deaths: int) -> Checked:
    what = f"after {deaths} deaths: {row.dataset}"
    here, there = f"{row.rows_here} rows, 0 days differ", row.error
    if not there:
        there = f"{row.rows_there} rows, {len(row.days)} days differ"
    return Checked(Figure(what, here), there)


def _ask(stage: Stage) -> None:
    """Ask both servers and our pages whether they are there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    psycopg.connect(stage.shop.dsn).close()
    requests.get(f"{stage.address}/healthz", timeout=10).raise_for_status()


def _patiently(act: Callable[[], None], *, seconds: float = 120) -> None:
    """Do something that may be said twice, while servers come back."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return act()
        except BROKEN:
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
