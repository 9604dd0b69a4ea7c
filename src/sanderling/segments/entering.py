"""Who came into a segment since somebody last looked.

A regular workflow starts for new members only, and again when somebody leaves and comes back:
a birthday every year.  Membership is one for all workflows of a segment; each keeps the moment
of its own last look and asks ``entered_since``.

Call these in the transaction that starts the runs: if it fails, nobody has entered yet.
"""

import datetime as dt
from typing import Any, cast

from psycopg import sql

from sanderling.postgres.advisory import lock
from sanderling.postgres.statements import Statements, fetch, fetch_value
from sanderling.segments.evaluating import evaluated, parsed
from sanderling.segments.models import Segment

STATEMENTS = Statements(__package__)


def newly_entered(segment: Segment, *, now: dt.datetime | None = None) -> list[int]:
    """Write down who is in the segment now; return the contacts that were not before.

    Raises SourceUnavailable when a source does not answer: nothing is written then.
    """
    lock(f"segments:{segment.pk}")
    condition = parsed(segment.condition, segment.organisation)
    compiled = evaluated(condition, segment.organisation, now=now)
    template = sql.SQL(cast("Any", STATEMENTS["update_members"]))
    query = template.format(people=sql.SQL(cast("Any", compiled.sql)))
    ours = {"organisation_id": segment.organisation_id, "segment_id": segment.pk}
    return [row[0] for row in fetch(query, compiled.params | ours)]


def entered_since(
    segment: Segment, since: dt.datetime, *, now: dt.datetime | None = None
) -> tuple[list[int], dt.datetime]:
    """Return who entered after a moment, and the moment to ask from next time.

    For several workflows on the same segment: what another one has seen counts here, too.  The
    clock is read under the segment's lock; the start of a transaction would lie before it.
    """
    newly_entered(segment, now=now)
    params = {
        "organisation_id": segment.organisation_id,
        "segment_id": segment.pk,
        "since": since,
    }
    rows = fetch(STATEMENTS["read_entered"], params)
    return [row[0] for row in rows], fetch_value("SELECT clock_timestamp()")
