"""What is in a customer's database: schemas, tables, columns, the first rows."""

import psycopg
from psycopg import sql

from sanderling.connectors.drivers.postgres import describing
from sanderling.connectors.drivers.postgres.describing import Description, statement
from sanderling.connectors.drivers.postgres.matching import advised_index
from sanderling.connectors.drivers.postgres.pooling import reading
from sanderling.connectors.drivers.postgres.scalars import as_dict, selected, speaking_cursor
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings
from sanderling.connectors.drivers.tables import Column, KeyKind, Preview, Table


def schemas(settings: ConnectionSettings) -> list[str]:
    """Return the schemas that the user may look into, ``public`` first."""
    with reading(settings) as connection:
        return [str(row[0]) for row in connection.execute(statement("list_schemas"))]


def tables(settings: ConnectionSettings, schema: str) -> list[Table]:
    """Return what can be read in a schema: tables, views, materialised views, foreign tables."""
    with reading(settings) as connection:
        cursor = psycopg.ClientCursor(connection)
        rows = cursor.execute(statement("list_tables"), {"schema": schema})
        return [Table(schema, name, kind, estimate) for name, kind, estimate in rows]


def column_names(settings: ConnectionSettings) -> list[str]:
    """Return the names of all readable columns, the most frequent first."""
    with reading(settings, statement_timeout=5) as connection:
        return [str(row[0]) for row in connection.execute(statement("list_column_names"))]


def columns(settings: ConnectionSettings, schema: str, table: str) -> list[Column]:
    """Return the columns of a table, asked anew.

    Raises SourceUnavailable (TABLE) when it is not there.
    """
    return list(_described_anew(settings, schema, table).columns)


def has_index_on(settings: ConnectionSettings, schema: str, table: str, *, column: str) -> bool:
    """Whether an index begins with this column."""
    return _described_anew(settings, schema, table).column(column).is_indexed


def missing_index(
    settings: ConnectionSettings, schema: str, table: str, *, column: str, key_kind: KeyKind
) -> str | None:
    """Return the ``CREATE INDEX`` that look-ups by this key need, or None when they are served."""
    description = _described_anew(settings, schema, table)
    return advised_index(description, description.column(column), key_kind)


def preview(settings: ConnectionSettings, schema: str, table: str, *, limit: int = 20) -> Preview:
    """Return the first rows by primary key, as a message would see them."""
    describing.forget(settings)
    with reading(settings, statement_timeout=10) as connection:
        description = describing.described(connection, settings, schema=schema, table=table)
        query = sql.SQL("SELECT {columns} FROM {table} {order} LIMIT {limit}").format(
            columns=sql.SQL(", ").join(map(selected, description.columns)),
            table=description.name,
            order=description.order,
            limit=sql.Literal(limit),
        )
        found = speaking_cursor(connection).execute(query).fetchall()
    names = [column.name for column in description.columns]
    return Preview(list(description.columns), [as_dict(names, row) for row in found])


def _described_anew(settings: ConnectionSettings, schema: str, table: str) -> Description:
    describing.forget(settings)
    with reading(settings) as connection:
        return describing.described(connection, settings, schema=schema, table=table)
