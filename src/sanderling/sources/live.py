"""Ask the customer's own table: the one place that knows which kind of database has which driver.

A kind that cannot be asked row by row is read whole (``all_rows``) into a copy (``copying``).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sanderling.connectors import browsing
from sanderling.connectors.drivers.conditions import Calendar, Condition
from sanderling.connectors.drivers.google_sheets import reading as sheets
from sanderling.connectors.drivers.postgres import fetching, keys, scanning
from sanderling.connectors.drivers.postgres.keys import Block, Estimate
from sanderling.connectors.drivers.tables import Column, Fetched, KeyKind, RowDict
from sanderling.connectors.models import ConnectorKind
from sanderling.connectors.opening import settings_of, sheets_settings_of
from sanderling.sources.models import DataSource


@dataclass(frozen=True)
class Everything:
    """A table as a whole: its columns as they are now, and its rows page by page."""

    columns: list[Column]
    pages: Iterator[list[RowDict]]


def rows_of(source: DataSource, wanted: Iterable[str]) -> Fetched:
    """Return the rows of these contacts' keys; raise SourceUnavailable with the cause."""
    return fetching.rows_of(
        settings_of(source.connector),
        source.schema,
        source.table,
        key_column=source.connector.key_column,
        keys=wanted,
        key_kind=KeyKind(source.connector.contact_key),
        limit_per_key=source.rows_per_contact,
    )


def copy_keys(
    source: DataSource,
    where: Condition,
    *,
    into: Callable[[Block], object],
    calendar: Calendar,
    statement_timeout: float,
) -> int:
    """Send the distinct keys of matching rows to ``into`` as COPY text; return how many."""
    return keys.copy_keys(
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


def estimate(source: DataSource, where: Condition, *, calendar: Calendar) -> Estimate:
    """Return what the customer's planner expects of a condition."""
    return keys.estimate(
        settings_of(source.connector),
        source.schema,
        source.table,
        key_column=source.connector.key_column,
        key_kind=KeyKind(source.connector.contact_key),
        where=where,
        calendar=calendar,
    )


def everything(source: DataSource) -> Everything:
    """Return all of a table, PostgreSQL's flat in memory; raise SourceUnavailable."""
    if source.connector.kind == ConnectorKind.SHEETS:
        sheet = sheets.sheet(sheets_settings_of(source.connector), source.table)
        return Everything(sheet.columns, sheet.pages)
    return Everything(
        browsing.columns(source.connector, source.schema, source.table),
        scanning.pages(settings_of(source.connector), source.schema, source.table),
    )
