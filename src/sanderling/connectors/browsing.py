"""What is behind a connector: schemas, tables, columns, first rows; asked of its driver."""

from sanderling.connectors.drivers.postgres import browsing
from sanderling.connectors.drivers.tables import Column, KeyKind, Preview, Table
from sanderling.connectors.models import Connector
from sanderling.connectors.opening import settings_of


def schemas(connector: Connector) -> list[str]:
    """Return the schemas that its user may look into."""
    return browsing.schemas(settings_of(connector))


def tables(connector: Connector, schema: str) -> list[Table]:
    """Return the tables and views of a schema."""
    return browsing.tables(settings_of(connector), schema)


def columns(connector: Connector, schema: str, table: str) -> list[Column]:
    """Return the columns of a table; raise SourceUnavailable when it is not there."""
    return browsing.columns(settings_of(connector), schema, table)


def preview(connector: Connector, schema: str, table: str, *, limit: int = 20) -> Preview:
    """Return the first rows of a table, as a message sees them."""
    return browsing.preview(settings_of(connector), schema, table, limit=limit)


def missing_index(connector: Connector, schema: str, table: str) -> str | None:
    """Return the ``CREATE INDEX`` that look-ups by the contact's key need, or None."""
    return browsing.missing_index(
        settings_of(connector),
        schema,
        table,
        column=connector.key_column,
        key_kind=KeyKind(connector.contact_key),
    )
