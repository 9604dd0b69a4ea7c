"""The calls of programs in the last days: method, status, time; never a body or a parameter.

The door gathers rows and hands them over by the hundred; a loop deletes what is older than
``API_LOG_DAYS``.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from sanderling.accounts.models import ApiCall
from sanderling.lib.errors import Invalid
from sanderling.postgres.copying import copy_blocks
from sanderling.postgres.statements import Statements, own_connection

STATEMENTS = Statements(__package__)
COLUMNS = ("organisation_id", "caller", "method", "operation", "status", "milliseconds", "at")
METHODS = ("GET", "POST", "PUT", "DELETE")
CLASSES = {"2xx": 200, "4xx": 400, "5xx": 500}
HOURS = 48  # of the plot
MOST_FORGOTTEN = 20_000  # rows in one transaction

Row = tuple[int, str, str, str, int, int, dt.datetime]


@dataclass(frozen=True, slots=True)
class Hour:
    """How many calls there were in an hour, and how many of them were refused or failed."""

    at: dt.datetime
    calls: int
    errors: int


def write(rows: Sequence[Row]) -> int:
    """Write calls down, whoever's they are; return how many."""
    block = "".join(map(_line, rows)).encode()
    return copy_blocks(own_connection(), "accounts_apicall", columns=COLUMNS, blocks=[block])


def _line(row: Row) -> str:
    """Return a row as COPY reads it; by psycopg's row it took twice the time of an event's answer.

    Numbers, and words of our own: nothing in it needs an escape.
    """
    organisation_id, caller, method, operation, status, milliseconds, at = row
    return (
        f"{organisation_id}\t{caller}\t{method}\t{operation}\t{status}\t{milliseconds}"
        f"\t{at.isoformat()}\n"
    )


def of_key(
    organisation_id: int, key_id: int, *, method: str = "", status: str = ""
) -> QuerySet[ApiCall]:
    """Return the calls of a key, newest first; raises Invalid for a filter that cannot be.

    ``status`` is a number or one of CLASSES.
    """
    found = ApiCall.objects.filter(organisation_id=organisation_id, caller=f"key {key_id}")
    if method:
        if method not in METHODS:
            raise Invalid(f"method must be one of {', '.join(METHODS)}.")
        found = found.filter(method=method)
    if status in CLASSES:
        found = found.filter(status__gte=CLASSES[status], status__lt=CLASSES[status] + 100)
    elif status:
        if not (status.isascii() and status.isdigit() and len(status) == 3):
            raise Invalid(f"status must be a number or one of {', '.join(CLASSES)}.")
        found = found.filter(status=int(status))
    return found.order_by("-pk")


def hours_of_key(organisation_id: int, key_id: int) -> list[Hour]:
    """Return the last two days of a key hour by hour, hours without calls included."""
    rows = STATEMENTS.rows(
        "count_calls",
        {
            "organisation_id": organisation_id,
            "caller": f"key {key_id}",
            "hours": HOURS - 1,
        },
    )
    return [Hour(*row) for row in rows]


def forget_old() -> int:
    """Delete calls that are older than the log is kept; return how many."""
    before = timezone.now() - dt.timedelta(days=settings.API_LOG_DAYS)
    return STATEMENTS.run("forget_calls", {"before": before, "most": MOST_FORGOTTEN})
