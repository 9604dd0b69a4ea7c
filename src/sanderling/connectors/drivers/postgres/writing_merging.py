"""How rows meet those that are there: loaded, upserted, replaced, forgotten, swept.

Rows that are equal already are not written: a replay after a crash costs a look and no bloat.
"""

from itertools import chain

from psycopg import sql

from sanderling.connectors.drivers.chunks import Blocks, Counts
from sanderling.connectors.drivers.postgres.opening import Connection
from sanderling.connectors.drivers.postgres.writing_staging import (
    Staging,
    copied,
    made,
    plain,
    stream,
)
from sanderling.connectors.drivers.postgres.writing_tables import Table, Target, names_of

NO_ROWS = 21  # bytes of binary COPY data: head and end


def load(
    connection: Connection,
    schema: str,
    target: Target,
    table: Table,
    rows: Blocks,
    counts: Counts,
) -> None:
    """COPY straight into the table: the first load of a new one, or rows that have no key.

    FREEZE spares a table made in this very transaction its first vacuum.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary{})").format(
        sql.Identifier(schema, target.table),
        names_of(table.names),
        sql.SQL(", FREEZE" if table.is_new else ""),
    )
    count = stream(connection, statement, rows(table.names), counts)
    counts.read += count
    counts.written += count


def merge(
    connection: Connection,
    schema: str,
    target: Target,
    table: Table,
    staging: Staging,
    parents: Blocks | None,
    counts: Counts,
) -> None:
    """Bring the staged rows into the table in the manner of the table."""
    if target.parent:
        assert parents is not None, "replacing needs to know the parents"
        _replace(connection, schema, target, table, staging, parents, counts)
    elif target.key and table.has_key:
        counts.written += _upserted(connection, schema, target, table, staging)
    elif target.key:
        counts.written += _rewritten(connection, schema, target, table, staging)
    else:
        counts.written += _inserted(connection, schema, target, table, staging)
    staging.drop(connection)


def forget(
    connection: Connection, schema: str, target: Target, columns: tuple[str, ...], keys: Blocks
) -> int:
    """Delete the rows with these keys; return how many.

    Nearly always there are none, and then no table is made for them: not one a run and dataset,
    whose traces would stay in the server's catalogue.
    """
    blocks, first = iter(keys(columns)), bytearray()
    while len(first) <= NO_ROWS:
        if (block := next(blocks, None)) is None:
            return 0
        first += block
    staging = made(connection, schema, "forgotten", {c: plain(target.types[c]) for c in columns})
    deleted = 0
    if copied(connection, staging, lambda _columns: chain([first], blocks), Counts()):
        deleted = connection.execute(
            sql.SQL("DELETE FROM {} AS t USING {} AS s WHERE {}").format(
                sql.Identifier(schema, target.table), staging.name, _same(columns)
            )
        ).rowcount
    staging.drop(connection)
    return deleted


def sweep(connection: Connection, schema: str, target: Target, keys: Blocks) -> int:
    """Delete the rows whose key is not among these; return how many."""
    columns = target.key or (target.parent,)
    staging = made(connection, schema, "kept", {c: plain(target.types[c]) for c in columns})
    copied(connection, staging, keys, Counts())
    connection.execute(sql.SQL("ANALYZE {}").format(staging.name))
    deleted = connection.execute(
        sql.SQL("DELETE FROM {} AS t WHERE NOT EXISTS (SELECT FROM {} AS s WHERE {})").format(
            sql.Identifier(schema, target.table), staging.name, _same(columns)
        )
    ).rowcount
    staging.drop(connection)
    return deleted


def empty(connection: Connection, schema: str, target: Target) -> None:
    """Take all rows out."""
    connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(schema, target.table)))


def _upserted(
    connection: Connection, schema: str, target: Target, table: Table, staging: Staging
) -> int:
    others = [name for name in table.names if name not in target.key]
    action = sql.SQL("NOTHING")
    if others:
        action = sql.SQL("UPDATE SET {} WHERE ({}) IS DISTINCT FROM ({})").format(  # type: ignore[assignment]
            sql.SQL(", ").join(
                sql.SQL("{} = excluded.{}").format(sql.Identifier(n), sql.Identifier(n))
                for n in others
            ),
            _comparable(others, table, "t"),
            _comparable(others, table, "excluded"),
        )
    return connection.execute(
        sql.SQL("INSERT INTO {} AS t ({}) {} ON CONFLICT ({}) DO {}").format(
            sql.Identifier(schema, target.table),
            names_of(table.names),
            _distinct(target, table, staging),
            names_of(target.key),
            action,
        )
    ).rowcount


def _rewritten(
    connection: Connection, schema: str, target: Target, table: Table, staging: Staging
) -> int:
    """Delete and insert, where the customer dropped the key that ON CONFLICT needs."""
    connection.execute(
        sql.SQL("DELETE FROM {} AS t USING {} AS s WHERE {}").format(
            sql.Identifier(schema, target.table), staging.name, _same(target.key)
        )
    )
    return _inserted(connection, schema, target, table, staging)


def _inserted(
    connection: Connection, schema: str, target: Target, table: Table, staging: Staging
) -> int:
    rows = _distinct(target, table, staging) if target.key else _all(table, staging)
    return connection.execute(
        sql.SQL("INSERT INTO {} ({}) {}").format(
            sql.Identifier(schema, target.table), names_of(table.names), rows
        )
    ).rowcount


def _replace(
    connection: Connection,
    schema: str,
    target: Target,
    table: Table,
    staging: Staging,
    parents: Blocks,
    counts: Counts,
) -> None:
    """Replace all rows of the parents whose rows differ in any way, the number of them included."""
    parent = target.parent
    wanted = made(connection, schema, "parents", {parent: plain(target.types[parent])})
    copied(connection, wanted, parents, counts)
    connection.execute(_unchanged(schema, target, table, staging, wanted))
    counts.deleted += connection.execute(
        sql.SQL("DELETE FROM {} AS t USING {} AS s WHERE {}").format(
            sql.Identifier(schema, target.table), wanted.name, _same((parent,))
        )
    ).rowcount
    counts.written += connection.execute(
        sql.SQL(
            "INSERT INTO {} ({}) SELECT {} FROM {} AS r WHERE r.{p} IN (SELECT {p} FROM {})"
        ).format(
            sql.Identifier(schema, target.table),
            names_of(table.names),
            names_of(table.names, "r"),
            staging.name,
            wanted.name,
            p=sql.Identifier(parent),
        )
    ).rowcount
    wanted.drop(connection)


def _unchanged(
    schema: str, target: Target, table: Table, staging: Staging, wanted: Staging
) -> sql.Composed:
    """Return the statement that takes those parents from the list whose rows are equal.

    Lines have no identity, so all lines of a parent are compared at once, as one sorted text.
    """
    prints = sql.SQL(
        "SELECT r.{p} AS p, md5(string_agg(r.line, E'\\n' ORDER BY r.line)) AS print"
        " FROM (SELECT {p}, ROW({names})::text AS line FROM {table}"
        " WHERE {p} IN (SELECT {p} FROM {wanted})) AS r GROUP BY r.{p}"
    )
    here, there = (
        prints.format(
            p=sql.Identifier(target.parent),
            names=names_of(table.names),
            table=name,
            wanted=wanted.name,
        )
        for name in (staging.name, sql.Identifier(schema, target.table))
    )
    return sql.SQL(
        "DELETE FROM {wanted} AS w USING ({here}) AS a, ({there}) AS b"
        " WHERE a.p = w.{p} AND b.p = w.{p} AND a.print = b.print"
    ).format(wanted=wanted.name, here=here, there=there, p=sql.Identifier(target.parent))


def _distinct(target: Target, table: Table, staging: Staging) -> sql.Composed:
    """Return the staged rows, one for each key: two would make PostgreSQL refuse all (21000)."""
    return sql.SQL("SELECT DISTINCT ON ({}) {} FROM {}").format(
        names_of(target.key), names_of(table.names), staging.name
    )


def _all(table: Table, staging: Staging) -> sql.Composed:
    return sql.SQL("SELECT {} FROM {}").format(names_of(table.names), staging.name)


def _same(columns: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(" AND ").join(
        sql.SQL("t.{} = s.{}").format(sql.Identifier(c), sql.Identifier(c)) for c in columns
    )


def _comparable(names: list[str], table: Table, prefix: str) -> sql.Composed:
    """Return columns for IS DISTINCT FROM; json has no equality, its text has."""
    return sql.SQL(", ").join(
        sql.SQL("{}::text" if table.types[name] == "json" else "{}").format(
            sql.Identifier(prefix, name)
        )
        for name in names
    )
