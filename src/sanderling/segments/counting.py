"""How many people a condition finds, and who some are; never longer than a page may take."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from django.db import OperationalError, transaction
from psycopg import errors, sql

from sanderling.accounts.models import Organisation
from sanderling.contacts.models import Contact
from sanderling.lib.errors import SanderlingError
from sanderling.postgres.statements import Statements, execute, fetch_one, fetch_value
from sanderling.segments.evaluating import evaluated, parsed
from sanderling.segments.models import Segment
from sanderling.segments.nodes import Condition

STATEMENTS = Statements(__package__)
PATIENCE = 15.0  # seconds, on our side and on the customer's
SHOWN = 100


class TooSlow(SanderlingError):
    """Counting took too long and was stopped; the segment can still be used in a campaign."""

    status = 503
    code = "too_slow"


@dataclass(frozen=True)
class Look:
    """What a condition finds now."""

    total: int
    people: list[Contact]
    seconds: float


def count(
    condition: Condition,
    organisation: Organisation,
    *,
    now: dt.datetime | None = None,
    patience: float = PATIENCE,
) -> int:
    """Return how many people a condition finds."""
    return look(condition, organisation, now=now, patience=patience, shown=0).total


def preview(condition: Condition, organisation: Organisation) -> list[Contact]:
    """Return the first hundred people, by their ids."""
    return look(condition, organisation).people


def look(
    condition: Condition,
    organisation: Organisation,
    *,
    now: dt.datetime | None = None,
    patience: float = PATIENCE,
    shown: int = SHOWN,
) -> Look:
    """Return the number of people and the first of them, found in one go.

    Raises TooSlow, or SourceUnavailable when the customer's database does not answer.
    """
    began = time.monotonic()
    with _limited(patience):
        compiled = evaluated(condition, organisation, now=now, patience=patience)
        row = fetch_one(_around("count_people", compiled.sql), compiled.params | {"shown": shown})
    assert row is not None
    rows = Contact.objects.filter(organisation=organisation).in_bulk(row[1])
    people = [rows[contact_id] for contact_id in row[1] if contact_id in rows]
    return Look(row[0], people, time.monotonic() - began)


def sample(condition: Condition, organisation: Organisation, *, size: int = 10) -> list[int]:
    """Return the ids of some people, anyhow chosen, to try a message on."""
    with _limited(PATIENCE):
        compiled = evaluated(condition, organisation, patience=PATIENCE)
        query = _around("sample_people", compiled.sql)
        row = fetch_one(query, compiled.params | {"size": size})
    return list(row[0]) if row else []


def recount(segment: Segment, *, patience: float = PATIENCE) -> int:
    """Count a segment anew and remember the number with the segment."""
    total = count(
        parsed(segment.condition, segment.organisation), segment.organisation, patience=patience
    )
    remember(segment, total)
    return total


def remember(segment: Segment, total: int) -> None:
    """Keep the number of people with the segment."""
    segment.size, segment.counted_at = total, dt.datetime.now(dt.UTC)
    segment.save(update_fields=["size", "counted_at"])


def _around(name: str, people: str) -> sql.Composed:
    """Return one of our statements around the statement of the people."""
    return sql.SQL(cast("Any", STATEMENTS[name])).format(people=sql.SQL(cast("Any", people)))


@contextmanager
def _limited(patience: float) -> Iterator[None]:
    """Let statements run so long and no longer; the limit before is put back."""
    try:
        with transaction.atomic():
            before = fetch_value("SELECT current_setting('statement_timeout')")
            _limit(f"{int(patience * 1000)}ms")
            yield
            _limit(before)
    except OperationalError as error:
        if isinstance(error.__cause__, errors.QueryCanceled):
            raise TooSlow from error
        raise


def _limit(time_out: str) -> None:
    execute("SELECT set_config('statement_timeout', %(time)s, true)", {"time": time_out})
