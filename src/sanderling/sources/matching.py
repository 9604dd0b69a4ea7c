"""Which contacts' keys have rows that meet a condition: asked where the rows are.

The customer's database gets the condition; back comes one column of keys, by COPY, undecoded.
"""

from collections.abc import Callable

from sanderling.connectors.drivers.conditions import AllOf, Calendar, Condition
from sanderling.connectors.drivers.outages import SourceUnavailable
from sanderling.connectors.drivers.postgres.keys import Block, Estimate, copy_keys
from sanderling.connectors.drivers.postgres.keys import estimate as driver_estimate
from sanderling.connectors.drivers.tables import KeyKind
from sanderling.connectors.opening import settings_of
from sanderling.sources.fetching import named
from sanderling.sources.models import DataSource

EVERY_ROW = AllOf(())


def copy_matching_keys(
    source: DataSource,
    where: Condition,
    *,
    into: Callable[[Block], object],
    calendar: Calendar,
    statement_timeout: float = 120.0,
) -> int:
    """Send the distinct keys of matching rows to ``into`` as COPY text; return how many.

    Raises SourceUnavailable naming the source; WrongCondition when a column has changed.
    """
    try:
        return copy_keys(
            settings_of(source.connector),
            source.schema,
            source.table,
            key_column=source.connector.key_column,
            key_kind=KeyKind(source.connector.contact_key),
            where=where,
            into=into,
            calendar=calendar,
            statement_timeout=statement_timeout,
        )
    except SourceUnavailable as error:
        raise named(source, error) from error


def estimate(source: DataSource, where: Condition, *, calendar: Calendar) -> Estimate:
    """Return what the customer's planner expects of a condition."""
    try:
        return driver_estimate(
            settings_of(source.connector),
            source.schema,
            source.table,
            key_column=source.connector.key_column,
            key_kind=KeyKind(source.connector.contact_key),
            where=where,
            calendar=calendar,
        )
    except SourceUnavailable as error:
        raise named(source, error) from error
