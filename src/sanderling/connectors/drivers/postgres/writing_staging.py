"""Rows on their way: copied beside the table first, so that they can be measured and merged.

A temporary table where the role may have one; else a table in the schema that is made and
dropped inside the same transaction, so that nobody ever sees it and a crash leaves nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from psycopg import errors, sql

from sanderling.connectors.drivers.chunks import Block, Blocks, Counts
from sanderling.connectors.drivers.postgres import writing_views
from sanderling.connectors.drivers.postgres.opening import Connection
from sanderling.connectors.drivers.postgres.writing_tables import Table, Target, names_of

SIZES = (50, 100, 200, 300, 500, 1000, 2000, 4000, 10_000)
# Why a column stays as short as it is.
IN_THE_WAY = (
    errors.FeatureNotSupported,
    errors.InsufficientPrivilege,
    errors.LockNotAvailable,
    errors.DependentObjectsStillExist,
)
SHOWN = 3  # keys of cut rows that a note names


@dataclass
class Staging:
    """A filled staging table."""

    name: sql.Identifier
    is_temporary: bool
    columns: tuple[str, ...]
    notes: list[str] = field(default_factory=list)

    def drop(self, connection: Connection) -> None:
        """Drop the table now; a temporary one goes with the transaction, but may be in the way."""
        connection.execute(sql.SQL("DROP TABLE {}").format(self.name))


def filled(
    connection: Connection,
    schema: str,
    target: Target,
    table: Table,
    rows: Blocks,
    counts: Counts,
) -> Staging:
    """Return the rows of a chunk in a staging table, every value fitting its column."""
    types = {name: plain(target.types[name]) for name in table.names}
    staging = made(connection, schema, "rows", types)
    counts.read += copied(connection, staging, rows, counts)
    _fit(connection, schema, target, table, staging)
    return staging


def made(connection: Connection, schema: str, name: str, types: Mapping[str, str]) -> Staging:
    """Return an empty staging table."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(type_))
        for column, type_ in types.items()
    )
    temporary = sql.Identifier("pg_temp", f"_sanderling_{name}")
    try:
        with connection.transaction():
            connection.execute(
                sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(
                    sql.Identifier(f"_sanderling_{name}"), columns
                )
            )
    except errors.InsufficientPrivilege:
        table = sql.Identifier(schema, f"_sanderling_{name}")
        connection.execute(sql.SQL("CREATE UNLOGGED TABLE {} ({})").format(table, columns))
        return Staging(table, is_temporary=False, columns=tuple(types))
    return Staging(temporary, is_temporary=True, columns=tuple(types))


def copied(connection: Connection, staging: Staging, blocks: Blocks, counts: Counts) -> int:
    """Fill a staging table; return how many rows came."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        staging.name, names_of(staging.columns)
    )
    return stream(connection, statement, blocks(staging.columns), counts)


def stream(
    connection: Connection, statement: sql.Composed, blocks: Iterable[Block], counts: Counts
) -> int:
    """Pass blocks into a COPY, undecoded; return how many rows the server counted."""
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for block in _counted(blocks, counts):
                copy.write(block)
        return cursor.rowcount


def plain(type_: str) -> str:
    """Return the type without a length: what is too long must arrive to be measured."""
    return "text" if type_.startswith("varchar") else type_


def _counted(blocks: Iterable[Block], counts: Counts) -> Iterator[Block]:
    for block in blocks:
        counts.bytes += len(block)
        yield block


def _fit(
    connection: Connection, schema: str, target: Target, table: Table, staging: Staging
) -> None:
    """Widen the columns that are too short for what came; where that cannot be, cut and say so."""
    limits = {name: table.limits[name] for name in table.names if name in table.limits}
    if not limits:
        return
    longest = connection.execute(
        sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(
                sql.SQL("max(length({}::text))").format(sql.Identifier(name)) for name in limits
            ),
            staging.name,
        )
    ).fetchone()
    for (name, limit), needed in zip(limits.items(), longest or (), strict=True):
        if needed is None or needed <= limit:
            continue
        if not _widened(connection, schema, target, name, needed, staging):
            _cut(connection, target, table, name, limit, staging)


def _widened(
    connection: Connection, schema: str, target: Target, name: str, needed: int, staging: Staging
) -> bool:
    """Make a column longer: a change of the catalogue only, no row is rewritten.

    A view on the column (0A000), another owner, or a reader in the way: then it stays.  Our own
    views step aside.
    """
    size = next((size for size in SIZES if size >= needed), None)
    type_ = f"varchar({size})" if size else "text"
    try:
        with connection.transaction():
            aside = writing_views.set_aside(connection, schema, target.table)
            connection.execute(
                sql.SQL("ALTER TABLE {} ALTER COLUMN {} TYPE {}").format(
                    sql.Identifier(schema, target.table),
                    sql.Identifier(name),
                    sql.SQL(type_),
                )
            )
            writing_views.put_back(connection, schema, aside)
    except IN_THE_WAY:
        return False
    staging.notes.append(
        f'The column "{name}" was widened to {type_}: a value has {needed} characters.'
    )
    return True


def _cut(
    connection: Connection, target: Target, table: Table, name: str, limit: int, staging: Staging
) -> None:
    column = sql.Identifier(name)
    shown = [key for key in (target.key or (target.parent,)) if key in table.names] or [name]
    found = connection.execute(
        sql.SQL("SELECT count(*) OVER (), {} FROM {} WHERE length({}) > %s LIMIT {}").format(
            names_of(shown), staging.name, column, SHOWN
        ),
        [limit],
    ).fetchall()
    connection.execute(
        sql.SQL("UPDATE {} SET {} = left({}, %s) WHERE length({}) > %s").format(
            staging.name, column, column, column
        ),
        [limit, limit],
    )
    rows = "; ".join(
        ", ".join(f"{key} {str(value)[:60]}" for key, value in zip(shown, row[1:], strict=True))
        for row in found
    )
    staging.notes.append(
        f'{found[0][0]} values of "{name}" are longer than {limit} characters and were cut, '
        f"because the column cannot be widened (a view uses it, or it has another owner): {rows}."
    )
