"""Our side of an export: windows of transaction ids, and their rows as COPY data.

Every row carries the id of the transaction that last wrote it.  A window is ``low <= id < high``
with ``high`` below every transaction still in progress, so no row can come into it later.
"""

import contextlib
import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from django import db as django_db
from django.db import connection as django_connection
from psycopg import sql

from sanderling.exports.datasets.columns import Dataset, Dialect, Spelling
from sanderling.lib.errors import SanderlingError
from sanderling.postgres.copying import Block, Format, blocks_of
from sanderling.postgres.statements import Statements

LOG = logging.getLogger(__name__)
STATEMENTS = Statements(__package__)
Connection = psycopg.Connection[Any]


class OurSideBroke(SanderlingError):
    """Our own database did not answer; nothing was lost, the next run goes on."""

    status = 503
    code = "unavailable"


# Nobody answers any more; whatever else an error says is about what we asked.
GONE = (
    psycopg.OperationalError, psycopg.InterfaceError,
    django_db.OperationalError, django_db.InterfaceError,
)  # fmt: skip
OUR_FAULT = "Something broke on our side; the log of the worker says what. The next run goes on."


@dataclass(frozen=True)
class Horizon:
    """Below ``high`` everything is decided; ``source`` says which database of ours this is.

    ``held_seconds``: the age of the oldest open writer, behind which newer rows wait.
    """

    high: int
    source: str
    now: dt.datetime
    held_seconds: float


@dataclass(frozen=True)
class Window:
    """The changes of an organisation with ``low <= transaction id < high``."""

    organisation_id: int
    low: int
    high: int

    @property
    def params(self) -> dict[str, Any]:
        """Return the parameters of the statements."""
        return {
            "organisation_id": self.organisation_id,
            "low": str(self.low),
            "high": str(self.high),
        }


@contextlib.contextmanager
def opened() -> Iterator[Connection]:
    """Open a connection of its own: Django's stays free for the lease and the counts."""
    connection: Connection = django_connection.get_new_connection(
        django_connection.get_connection_params()
    )
    with contextlib.closing(connection):
        connection.autocommit = True
        yield connection


@contextlib.contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """See one moment: what is deleted and what is written in a window agree."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL timezone = 'UTC';"
            "SET LOCAL datestyle = 'ISO, YMD'"
        )
        yield


def horizon(connection: Connection) -> Horizon:
    """Return how far a window may reach now."""
    row = connection.execute(STATEMENTS["read_horizon"], {}).fetchone()
    assert row is not None
    high, source, now, held = row
    return Horizon(int(high), source, now, held)


def cut(connection: Connection, dataset: Dataset, window: Window, *, most: int) -> int | None:
    """Return where a window is best ended for some ``most`` rows; None when it has no changes.

    Between two transactions, never inside one: a page needs no position of its own, and what our
    users wrote together arrives together.
    """
    ends = [_end(connection, table, window, most) for table in dataset.follows]
    found = [end for end in ends if end is not None]
    return min(found) if found else None


def rows(
    connection: Connection,
    dataset: Dataset,
    window: Window,
    dialect: Dialect,
    names: Sequence[str],
) -> Iterator[Block]:
    """Yield the rows of a window as COPY data of these columns, in the dialect's form."""
    return _blocks(connection, query(dataset, dialect, names), window, dialect)


def found(
    connection: Connection,
    dataset: Dataset,
    window: Window,
    dialect: Dialect,
    statement: str,
    names: Sequence[str],
) -> Iterator[Block]:
    """Yield the keys that a statement finds in a window."""
    outer = _selected(dataset, dialect, STATEMENTS[statement], names, distinct=True)
    return _blocks(connection, outer, window, dialect)


def keys(
    connection: Connection,
    dataset: Dataset,
    window: Window,
    dialect: Dialect,
    names: Sequence[str],
) -> Iterator[Block]:
    """Yield the keys of the rows of a window."""
    text = STATEMENTS[f"read_{dataset.file}"]
    outer = _selected(dataset, dialect, text, names, distinct=True)
    return _blocks(connection, outer, window, dialect)


def query(dataset: Dataset, dialect: Dialect, names: Sequence[str]) -> sql.Composed:
    """Return the statement for the rows of a window, each column in its very type.

    Binary COPY knows no conversion.  Texts come without their length: what is too long must
    arrive to be measured, while a cast would cut it silently.
    """
    text = STATEMENTS[f"read_{dataset.file}"]
    return _selected(dataset, dialect, text, names, distinct=False)


def _selected(
    dataset: Dataset, dialect: Dialect, text: str, names: Sequence[str], *, distinct: bool
) -> sql.Composed:
    spelt = dataset.columns_in(dialect)
    columns = [
        sql.SQL("{}::{} AS {}").format(
            _value(spelt[name]), sql.SQL(spelt[name].wire), sql.Identifier(name)
        )
        for name in names
    ]
    return sql.SQL("SELECT {}{} FROM ({}) AS q").format(
        sql.SQL("DISTINCT " if distinct else ""),
        sql.SQL(", ").join(columns),
        sql.SQL(text),
    )


def _value(spelling: Spelling) -> sql.Composed:
    """Return a column, cut where it may be endless; its length in bytes is known unread."""
    column = sql.SQL("q.{}").format(sql.Identifier(spelling.source))
    if spelling.limit is None:
        return column
    return sql.SQL("CASE WHEN octet_length({c}) > {n} THEN left({c}, {n}) ELSE {c} END").format(
        c=column, n=sql.Literal(spelling.limit)
    )


def _end(connection: Connection, table: str, window: Window, most: int) -> int | None:
    statement = sql.SQL(
        "SELECT count(*), max(x.changed::text::bigint) FROM (SELECT t.changed FROM {} AS t"
        " WHERE t.organisation_id = %(organisation_id)s AND t.changed >= %(low)s::xid8"
        " AND t.changed < %(high)s::xid8 ORDER BY t.changed LIMIT %(most)s) AS x"
    ).format(sql.Identifier(table))
    row = connection.execute(statement, {**window.params, "most": most}).fetchone()
    assert row is not None
    count, last = row
    if not count:
        return None
    return int(last) + 1 if count == most else window.high


def _blocks(
    connection: Connection, query: sql.Composed, window: Window, dialect: Dialect
) -> Iterator[Block]:
    """Yield COPY data; an error of ours must not be taken for one of the destination."""
    try:
        form = cast("Format", dialect.form)
        yield from blocks_of(connection, query, params=window.params, form=form)
    except psycopg.Error as error:
        raise broke(error) from error


def broke(error: psycopg.Error) -> OurSideBroke:
    """Return what to say of an error of our own database; what is our fault is logged whole."""
    if isinstance(error, GONE):
        return OurSideBroke()
    LOG.error("Our own database refused a statement.", exc_info=error)
    return OurSideBroke(OUR_FAULT)
