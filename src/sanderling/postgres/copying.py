"""COPY, the road for many rows: ten times the rate of ``bulk_create`` and flat in memory.

Blocks pass between two connections as bytes, undecoded; psycopg's buffers are the only copy.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, cast

import psycopg
from psycopg import errors, sql
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn
from psycopg.waiting import Wait

from sanderling.postgres.statements import Params, Query

Format = Literal["text", "binary", "csv"]
Connection = psycopg.Connection[Any]
Block = bytes | bytearray | memoryview
TableName = str | tuple[str, str]


def copy_rows(
    connection: Connection,
    table: TableName,
    *,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> int:
    """Write rows of Python values into a table; return how many."""
    with connection.cursor() as cursor:
        with cursor.copy(into(table, columns=columns)) as copy:
            for row in rows:
                copy.write_row(row)
        return cursor.rowcount


def copy_blocks(
    connection: Connection,
    table: TableName,
    *,
    columns: Sequence[str],
    blocks: Iterable[Block],
    form: Format = "text",
) -> int:
    """Write COPY data that is already in the server's format; return the number of rows."""
    with connection.cursor() as cursor:
        with cursor.copy(into(table, columns=columns, form=form)) as copy:
            for block in blocks:
                copy.write(block)
        return cursor.rowcount


def copy_between(
    source: Connection,
    query: Query,
    *,
    target: Connection,
    table: TableName,
    columns: Sequence[str],
    params: Params = None,
    form: Format = "text",
) -> int:
    """Pass the rows of a query on one server into a table on another; return how many.

    ``binary`` is some 10 % faster and wants exactly the same column types on both sides.
    """
    blocks = blocks_of(source, query, params=params, form=form)
    return copy_blocks(target, table, columns=columns, blocks=blocks, form=form)


def blocks_of(
    connection: Connection,
    query: Query,
    *,
    params: Params = None,
    form: Format = "text",
    size: int = 65_536,
) -> Iterator[Block]:
    """Yield the rows of a query as COPY data, joined to blocks of some 64 kB.

    The server sends each row as a message of its own.  Taken from libpq and joined in one go a
    million rows of 200 bytes cost 0.5 s of CPU; by psycopg's iterator, which waits anew for each
    row, and joined behind it, 1.1 s.
    """
    inner = query if isinstance(query, sql.Composable) else sql.SQL(cast("Any", query))
    outer = sql.SQL("COPY ({}) TO STDOUT (FORMAT {})").format(inner, sql.SQL(form))
    with connection.cursor() as cursor, cursor.copy(outer, params):
        is_over = False
        while not is_over:
            block, is_over = connection.wait(_joined(connection, size))
            if block:
                yield block


def _joined(connection: Connection, size: int) -> PQGen[tuple[bytearray, bool]]:
    """Return messages of a COPY as one block, and whether these are the last."""
    server, block = connection.pgconn, bytearray()
    while len(block) < size:
        count, message = server.get_copy_data(1)
        if count > 0:
            block += message
        elif count == 0:
            yield from _more(server)
        else:
            yield from _ended(connection)
            return block, True
    return block, False


def _ended(connection: Connection) -> PQGen[None]:
    """Take the results that end a COPY; raise the error that broke it."""
    server, error = connection.pgconn, None
    while True:
        while server.is_busy():
            yield from _more(server)
        result = server.get_result()
        if result is None:
            break
        if result.status != ExecStatus.COMMAND_OK:
            error = error or errors.error_from_result(result, connection.info.encoding)
    if error:
        raise error


def _more(server: PGconn) -> PQGen[None]:
    """Wait for bytes of the server and take them in."""
    while not (yield Wait.R):
        pass
    server.consume_input()


def into(table: TableName, *, columns: Sequence[str], form: Format = "text") -> sql.Composed:
    """Return ``COPY table (columns) FROM STDIN``."""
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT {})").format(
        identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(form)
    )


def identifier(table: TableName) -> sql.Identifier:
    """Return a quoted name; a pair is a schema and a table."""
    return sql.Identifier(table) if isinstance(table, str) else sql.Identifier(*table)
