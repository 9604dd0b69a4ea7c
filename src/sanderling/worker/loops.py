"""The loops: each drains one ledger, as often as it is woken and every few seconds anyway.

A loop returns how much it did; it is called again until it did nothing.  Two workers may run
the same loop at once: the ledgers' leases keep them apart.  What a loop raises is its own
affair (``failing.py``): the others go on.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from sanderling.lib.logs import traced
from sanderling.postgres import partitioning

LOG = logging.getLogger(__name__)
STOPPING = threading.Event()


@dataclass(frozen=True)
class Loop:
    """A verb that does a piece of due work and returns how many pieces it did."""

    name: str
    verb: str  # "room.module:function"
    cron: str  # how often it looks without being woken; six fields, seconds last

    def turn(self) -> int:
        """Do one piece."""
        module, function = self.verb.split(":")
        return int(getattr(import_module(f"sanderling.{module}"), function)() or 0)


SECONDS = "* * * * * */{}".format
LOOPS = (
    Loop("imports", "contacts.importing:run_due", SECONDS(5)),
    Loop("newcomers", "events.newcomers:raise_waiting", SECONDS(5)),
    Loop("broadcasts", "broadcasts.starting:start_due", SECONDS(5)),
    Loop("sending", "sending.dispatching:dispatch_once", SECONDS(3)),
    Loop("workflows", "workflows.starting:start_due", SECONDS(3)),
    Loop("stepping", "workflows.stepping:step_once", SECONDS(3)),
    Loop("copies", "sources.copying:run_due", SECONDS(20)),
    Loop("files", "sources.loading:run_due", SECONDS(5)),
    Loop("expiring", "sources.loading:forget_expired", "27 * * * *"),
    Loop("exports", "exports.running:run_due", SECONDS(20)),
    Loop("joining", "worker.following:follow_due", SECONDS(5)),
    Loop("alerts", "reports.alerting:check_due", SECONDS(30)),
    Loop("forgetting", "worker.forgetting:forget_due", SECONDS(30)),
    Loop("nobodies", "websites.forgetting:forget_nobodies", "17 * * * *"),
    Loop("readers", "appinbox.sessions:forget_unused", "37 * * * *"),
    Loop("partitions", "worker.loops:ensure_partitions", "7 3 * * *"),
    Loop("calls", "accounts.calls:forget_old", "23 * * * *"),
    Loop("tidying", "worker.tidying:forget_stalled_wake_ups", "*/5 * * * *"),
)
_busy = {loop.name: threading.Lock() for loop in LOOPS}


def drain(loop: Loop, *, stopping: Callable[[], bool] = STOPPING.is_set) -> int:
    """Turn the loop until nothing is due; return how much was done.

    One drain per process and loop: the next wake-up finds the lock taken and leaves, so that
    a long campaign cannot fill every thread and starve imports and exports.
    """
    if not _busy[loop.name].acquire(blocking=False):
        return 0
    total = 0
    try:
        with traced(job=loop.name):
            while not stopping() and (done := loop.turn()):
                total += done
    finally:
        _busy[loop.name].release()
    return total


def ensure_partitions() -> int:
    """Make the partitions of the coming months."""
    tables = ("activities_activity", "events_event")
    today = dt.datetime.now(dt.UTC).date()
    partitioning.ensure_months(tables, today=today)
    LOG.info("Partitions are there for the months after %s.", today)
    return 0


def drain_all() -> int:
    """Drain every ledger until all are empty: for tests, the demo and one-shot runs."""
    total = 0
    while done := sum(drain(loop) for loop in LOOPS):
        total += done
    return total
