"""What is behind a connector: schemas, tables, columns, first rows; asked of its driver."""

from sanderling.connectors.drivers.bigquery import browsing as bigquery
from sanderling.connectors.drivers.google_sheets import browsing as sheets
from sanderling.connectors.drivers.google_sheets import reading as sheets_reading
from sanderling.connectors.drivers.postgres import browsing
from sanderling.connectors.drivers.tables import Column, KeyKind, Preview, Table
from sanderling.connectors.models import Connector, ConnectorKind
from sanderling.connectors.opening import bigquery_settings_of, settings_of, sheets_settings_of


def schemas(connector: Connector) -> list[str]:
    """Return the schemas that its user may look into; a spreadsheet is one."""
    if connector.kind == ConnectorKind.SHEETS:
        return [sheets.title(sheets_settings_of(connector))]
    if connector.kind == ConnectorKind.BIGQUERY:
        return bigquery.schemas(bigquery_settings_of(connector))
    return browsing.schemas(settings_of(connector))


def tables(connector: Connector, schema: str) -> list[Table]:
    """Return the tables and views of a schema, the sheets of a spreadsheet."""
    if connector.kind == ConnectorKind.SHEETS:
        return sheets.tables(sheets_settings_of(connector))
    if connector.kind == ConnectorKind.BIGQUERY:
        return bigquery.tables(bigquery_settings_of(connector), schema)
    return browsing.tables(settings_of(connector), schema)


def columns(connector: Connector, schema: str, table: str) -> list[Column]:
    """Return the columns of a table; raise SourceUnavailable when it is not there."""
    if connector.kind == ConnectorKind.SHEETS:
        return sheets_reading.columns(sheets_settings_of(connector), table)
    if connector.kind == ConnectorKind.BIGQUERY:
        return bigquery.columns(bigquery_settings_of(connector), schema, table)
    return browsing.columns(settings_of(connector), schema, table)


def preview(connector: Connector, schema: str, table: str, *, limit: int = 20) -> Preview:
    """Return the first rows of a table, as a message sees them."""
    if connector.kind == ConnectorKind.SHEETS:
        sheet = sheets_reading.sheet(sheets_settings_of(connector), table)
        return Preview(sheet.columns, next(sheet.pages, [])[:limit])
    if connector.kind == ConnectorKind.BIGQUERY:
        return bigquery.preview(bigquery_settings_of(connector), schema, table, limit=limit)
    return browsing.preview(settings_of(connector), schema, table, limit=limit)


def missing_index(connector: Connector, schema: str, table: str) -> str | None:
    """Return the ``CREATE INDEX`` that look-ups by the contact's key need, or None."""
    if connector.kind != ConnectorKind.POSTGRES:
        return None
    return browsing.missing_index(
        settings_of(connector),
        schema,
        table,
        column=connector.key_column,
        key_kind=KeyKind(connector.contact_key),
    )
