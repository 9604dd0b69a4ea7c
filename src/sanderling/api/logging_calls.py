"""The log of calls, for the page of an API key: method, status, time; never a body.

A row per call inside the call would double its cost, so rows gather in the process and go out
by one COPY, every few seconds or every few hundred.  What a killed process had gathered is lost.
"""

import logging
import threading
import time
from collections.abc import Iterable

import psycopg
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from sanderling.accounts import calls
from sanderling.accounts.calls import Row
from sanderling.api.calling import Caller
from sanderling.api.operations import Operation
from sanderling.postgres import outages

LOG = logging.getLogger(__name__)
EVERY_SECONDS = 5.0
EVERY_ROWS = 500
# Organisation, identity, method, status and milliseconds.
Noted = tuple[int, str, Operation, int, float]
_gathered: list[Row] = []
_lock = threading.Lock()
_written_at = time.monotonic()


def note(caller: Caller, operation: Operation, status: int, milliseconds: float) -> None:
    """Remember a call; now and then the caller's thread writes down what has gathered."""
    note_all([(caller.organisation.pk, caller.identity, operation, status, milliseconds)])
    if are_due() and not connection.in_atomic_block:
        write_down()


def note_all(calls: Iterable[Noted]) -> None:
    """Remember calls that were answered just now, and of which only this is known."""
    now = timezone.now()
    rows = [
        (organisation_id, identity, operation.method, operation.path, status, round(took), now)
        for organisation_id, identity, operation, status, took in calls
    ]
    with _lock:
        _gathered.extend(rows)


def are_due() -> bool:
    """Say whether it is time to write down what has gathered."""
    return len(_gathered) >= EVERY_ROWS or time.monotonic() - _written_at >= EVERY_SECONDS


def write_down() -> int:
    """Write what has gathered; return how many rows.  The log never breaks a call."""
    global _written_at
    with _lock:
        rows = list(_gathered)
        _gathered.clear()
        _written_at = time.monotonic()
    if not rows:
        return 0
    try:
        with transaction.atomic():
            return calls.write(rows)
    except (DatabaseError, psycopg.Error) as error:
        outages.log(LOG, error, "The log of %d calls could not be written.", len(rows))
        return 0
