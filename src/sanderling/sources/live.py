"""Ask the customer's own table: the one place that knows which kind of database has which driver.

A kind that cannot be asked row by row is read whole (``everything``) into a copy (``copying``).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypedDict

from sanderling.connectors import browsing
from sanderling.connectors.drivers.bigquery import reading as bigquery
from sanderling.connectors.drivers.conditions import Calendar, Condition
from sanderling.connectors.drivers.google_sheets import reading as sheets
from sanderling.connectors.drivers.postgres import fetching, keys, scanning
from sanderling.connectors.drivers.postgres.keys import Block, Estimate
from sanderling.connectors.drivers.tables import Column, Fetched, KeyKind, Reading, RowDict
from sanderling.connectors.models import ConnectorKind
from sanderling.connectors.opening import bigquery_settings_of, settings_of, sheets_settings_of
from sanderling.sources.models import DataSource


@dataclass(frozen=True)
class Everything:
    """A table as a whole: its columns as they are now, and its rows page by page."""

    columns: list[Column]
    pages: Iterator[list[RowDict]]


class Key(TypedDict):
    """What pairs contacts with rows, as every driver is told it."""

    key_column: str
    key_kind: KeyKind


def rows_of(source: DataSource, wanted: Iterable[str]) -> Fetched:
    """Return the rows of these contacts' keys; raise SourceUnavailable with the cause."""
    place, most = (source.schema, source.table), source.rows_per_contact
    if source.connector.kind == ConnectorKind.BIGQUERY:
        opened = bigquery_settings_of(source.connector)
        return bigquery.rows_of(opened, *place, keys=wanted, limit_per_key=most, **_key(source))
    opened_here = settings_of(source.connector)
    return fetching.rows_of(opened_here, *place, keys=wanted, limit_per_key=most, **_key(source))


def copy_keys(
    source: DataSource,
    where: Condition,
    *,
    into: Callable[[Block], object],
    calendar: Calendar,
    statement_timeout: float,
) -> int:
    """Send the distinct keys of matching rows to ``into`` as COPY text; return how many."""
    place = (source.schema, source.table)
    if source.connector.kind == ConnectorKind.BIGQUERY:
        opened = bigquery_settings_of(source.connector)
        return bigquery.copy_keys(
            opened, *place, where=where, into=into, calendar=calendar, **_key(source)
        )
    return keys.copy_keys(
        settings_of(source.connector),
        *place,
        where=where,
        into=into,
        calendar=calendar,
        statement_timeout=statement_timeout,
        **_key(source),
    )


def estimate(source: DataSource, where: Condition, *, calendar: Calendar) -> Estimate | Reading:
    """Return what the customer's planner expects of a condition, or what it will cost."""
    place = (source.schema, source.table)
    if source.connector.kind == ConnectorKind.BIGQUERY:
        opened = bigquery_settings_of(source.connector)
        return Reading(
            bigquery.bytes_of(opened, *place, where=where, calendar=calendar, **_key(source))
        )
    return keys.estimate(
        settings_of(source.connector), *place, where=where, calendar=calendar, **_key(source)
    )


def everything(source: DataSource) -> Everything:
    """Return all of a table, all but sheets flat in memory; raise SourceUnavailable."""
    connector, place = source.connector, (source.schema, source.table)
    if connector.kind == ConnectorKind.SHEETS:
        sheet = sheets.sheet(sheets_settings_of(connector), source.table)
        return Everything(sheet.columns, sheet.pages)
    columns = browsing.columns(connector, *place)
    if connector.kind == ConnectorKind.BIGQUERY:
        return Everything(columns, bigquery.pages(bigquery_settings_of(connector), *place))
    return Everything(columns, scanning.pages(settings_of(connector), *place))


def _key(source: DataSource) -> Key:
    connector = source.connector
    return {"key_column": connector.key_column, "key_kind": KeyKind(connector.contact_key)}
