"""Which contacts' keys have rows that meet a condition: asked where the rows are.

The customer's database gets the condition; back comes one column of keys, by COPY, undecoded.
Of a source with a copy, the copy is asked.
"""

from sanderling.connectors.drivers.conditions import AllOf, Calendar, Condition
from sanderling.connectors.drivers.outages import SourceUnavailable
from sanderling.connectors.drivers.postgres.keys import Estimate
from sanderling.connectors.drivers.tables import Reading
from sanderling.postgres.copying import into
from sanderling.postgres.statements import own_connection
from sanderling.sources import copied, live
from sanderling.sources.fetching import named
from sanderling.sources.models import DataSource

EVERY_ROW = AllOf(())


def put_matching_keys(
    source: DataSource,
    where: Condition,
    *,
    table: str,
    calendar: Calendar,
    statement_timeout: float = 120.0,
) -> None:
    """Put the distinct keys of matching rows into ``table``, which has one column, ``key``.

    Raises SourceUnavailable naming the source; WrongCondition when a column has changed.
    """
    try:
        if source.is_asked_by_copy:
            copied.insert_keys(source, where, into=table, calendar=calendar)
            return
        with own_connection().cursor() as cursor, cursor.copy(into(table, columns=["key"])) as copy:
            live.copy_keys(
                source,
                where,
                into=copy.write,
                calendar=calendar,
                statement_timeout=statement_timeout,
            )
    except SourceUnavailable as error:
        raise named(source, error) from error


def estimate(
    source: DataSource, where: Condition, *, calendar: Calendar
) -> Estimate | Reading | None:
    """Return what the customer's planner expects of a condition; None when a copy is asked."""
    if source.is_asked_by_copy:
        return None
    try:
        return live.estimate(source, where, calendar=calendar)
    except SourceUnavailable as error:
        raise named(source, error) from error
