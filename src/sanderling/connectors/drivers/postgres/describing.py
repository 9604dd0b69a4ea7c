"""What a customer's table looks like, remembered for a minute.

Every batch needs the key's type and the primary key; asking each time would double the round
trips.  A table that changes meanwhile makes the query fail, and a failure forgets the memory.
"""

import threading
import time
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import psycopg
from psycopg import sql

from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.postgres.opening import Connection
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings
from sanderling.connectors.drivers.tables import Column, Kind

REMEMBERED_SECONDS = 60.0
REMEMBERED_MOST = 1000

KINDS = {
    "A": Kind.LIST, "B": Kind.BOOLEAN, "E": Kind.TEXT, "N": Kind.NUMBER, "S": Kind.TEXT,
}  # fmt: skip
KINDS_BY_TYPE = {
    "date": Kind.DATE, "timestamp": Kind.TIMESTAMP, "timestamptz": Kind.TIMESTAMP,
    "json": Kind.JSON, "jsonb": Kind.JSON, "uuid": Kind.TEXT, "citext": Kind.TEXT,
    "oid": Kind.NUMBER,
}  # fmt: skip


@dataclass(frozen=True)
class PlainColumn(Column):
    """A column with PostgreSQL's own view of its type: ``base`` is the name below any domain."""

    base: str = ""
    is_foreign_type: bool = False
    key_place: int | None = None


@dataclass(frozen=True)
class Description:
    """One table as it was a moment ago."""

    schema: str
    table: str
    columns: tuple[PlainColumn, ...]
    expressions: tuple[str, ...] = ()

    @property
    def primary_key(self) -> list[str]:
        """The columns of the primary key in its order; empty for a view."""
        placed = [(c.key_place, c.name) for c in self.columns if c.key_place is not None]
        return [name for _, name in sorted(placed)]

    @property
    def name(self) -> sql.Identifier:
        """The quoted name."""
        return sql.Identifier(self.schema, self.table)

    @property
    def order(self) -> sql.Composable:
        """``ORDER BY`` the primary key; nothing for a table without one."""
        if not self.primary_key:
            return sql.SQL("")
        names = sql.SQL(", ").join(map(sql.Identifier, self.primary_key))
        return sql.SQL("ORDER BY {}").format(names)

    def column(self, name: str) -> PlainColumn:
        """Return a column by name.

        Raises SourceUnavailable (TABLE) when the table has none of this name.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise SourceUnavailable(
            Cause.TABLE, f"The table {self.schema}.{self.table} has no column {name!r}."
        )


@cache
def statement(name: str) -> bytes:
    """Return the text of one of the driver's SQL files."""
    return resources.files(__package__).joinpath("sql", f"{name}.sql").read_bytes()


def described(
    connection: Connection, settings: ConnectionSettings, *, schema: str, table: str
) -> Description:
    """Return what the table looks like, from memory when it is fresh.

    Raises SourceUnavailable (TABLE) when it is not there or not readable.
    """
    place = (settings, schema, table)
    known = _remembered.get(place)
    if known and known[0] > time.monotonic():
        return known[1]
    description = _asked(connection, schema, table)
    with _lock:
        if len(_remembered) >= REMEMBERED_MOST:
            _remembered.clear()
        _remembered[place] = (time.monotonic() + REMEMBERED_SECONDS, description)
    return description


def forget(settings: ConnectionSettings) -> None:
    """Forget all tables of one database."""
    with _lock:
        for place in [place for place in _remembered if place[0] == settings]:
            del _remembered[place]


_remembered: dict[tuple[ConnectionSettings, str, str], tuple[float, Description]] = {}
_lock = threading.Lock()


def _asked(connection: Connection, schema: str, table: str) -> Description:
    where = {"schema": schema, "table": table}
    cursor = psycopg.ClientCursor(connection)
    columns = cursor.execute(statement("describe_columns"), where).fetchall()
    if not columns:
        raise SourceUnavailable(
            Cause.TABLE, f"There is no table {schema}.{table} that this user may read."
        )
    expressions = cursor.execute(statement("list_first_expressions"), where).fetchall()
    return Description(
        schema, table, tuple(map(_column, columns)), tuple(str(row[0]) for row in expressions)
    )


def _column(row: tuple[Any, ...]) -> PlainColumn:
    name, written, base, category, is_foreign, key_place, is_indexed = row
    return PlainColumn(
        name=name,
        type=written,
        kind=KINDS_BY_TYPE.get(base) or KINDS.get(category, Kind.OTHER),
        is_key=key_place is not None,
        is_indexed=is_indexed,
        base=base,
        is_foreign_type=is_foreign,
        key_place=key_place,
    )
