"""All rows of a table, page by page: for copies of tables whose server is too slow to be asked.

A cursor on the server, so nothing is held here but a page; one read-only transaction, so the
pages are of one moment.
"""

from collections.abc import Iterator

import psycopg
from psycopg import sql

from sanderling.connectors.drivers.postgres import describing
from sanderling.connectors.drivers.postgres.pooling import reading
from sanderling.connectors.drivers.postgres.scalars import as_dict, selected, speaking_cursor
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings
from sanderling.connectors.drivers.tables import RowDict

PAGE = 5_000
LONGEST = 3_600.0  # seconds for all pages together


def pages(
    settings: ConnectionSettings, schema: str, table: str, *, page: int = PAGE
) -> Iterator[list[RowDict]]:
    """Yield the rows in the order of the primary key, NULLs left out.

    Raises SourceUnavailable with the cause, also in the middle.
    """
    with reading(settings, statement_timeout=LONGEST) as connection:
        description = describing.described(connection, settings, schema=schema, table=table)
        names = [column.name for column in description.columns]
        cursor = speaking_cursor(connection)
        cursor.execute(
            sql.SQL("DECLARE everything NO SCROLL CURSOR FOR SELECT {} FROM {} {}").format(
                sql.SQL(", ").join(map(selected, description.columns)),
                description.name,
                description.order,
            )
        )
        while found := _fetched(cursor, page):
            yield [as_dict(names, row) for row in found]


def _fetched(
    cursor: "psycopg.ClientCursor[tuple[object, ...]]", page: int
) -> list[tuple[object, ...]]:
    forward = sql.SQL("FETCH FORWARD {} FROM everything").format(sql.Literal(page))
    return cursor.execute(forward).fetchall()
