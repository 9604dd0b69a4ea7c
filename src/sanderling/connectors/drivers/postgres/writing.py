"""Write rows into a customer's tables: one transaction a chunk, and our place in it saved there.

Where we stand is a row in the customer's own schema, written in the transaction of the rows: a
worker, a server or a line that dies at any point leaves rows and place in step, so nothing is
lost and nothing comes twice, also where a table has no key.  Everything lives inside single
transactions (``SET LOCAL``, temporary tables that drop at commit), so that a pooler in
transaction mode may stand between us and the server.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import psycopg
from psycopg import errors, sql

from sanderling.connectors.drivers.chunks import Blocks, Chunk, Place, Written
from sanderling.connectors.drivers.postgres import (
    deadlines,
    writing_merging,
    writing_places,
    writing_refusals,
    writing_staging,
    writing_tables,
    writing_views,
)
from sanderling.connectors.drivers.postgres.opening import Connection, connect
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings
from sanderling.connectors.drivers.postgres.writing_tables import Table, Target
from sanderling.connectors.drivers.postgres.writing_views import View

LONGEST_STATEMENT = 6 * 3600  # seconds of a transaction, too; a first load is one statement
LONGEST_WAIT = 5.0  # for a lock: whoever queues behind us must not wait long
# What COPY straight into the table cannot do and staging can: values too long for their column,
# a key twice, columns that the customer gave another type.
BETTER_STAGED = (psycopg.DataError, errors.UniqueViolation, errors.DatatypeMismatch)


class Destination:
    """An open connection to the schema that is written."""

    def __init__(self, connection: Connection, settings: ConnectionSettings, schema: str) -> None:
        self.schema = schema
        self.server = f"{settings.host}:{settings.port}/{settings.database}"
        self._connection = connection
        self._settings = settings

    def place(self, table: str) -> Place | None:
        """Return where we stand with a table, or None when we never wrote it."""
        with self._transaction() as connection:
            return writing_places.read(connection, self.schema, table)

    def has(self, table: str) -> bool:
        """Return whether the table is there."""
        with self._transaction() as connection:
            return writing_tables.exists(connection, self.schema, table)

    def write(self, target: Target, chunk: Chunk) -> Written:
        """Write a chunk and our new place, or nothing at all.

        Raises Overtaken when somebody else has moved our place meanwhile.
        """
        if chunk.before is None:
            # Not in the transaction of a first load: who else writes here would wait for its end.
            with self._transaction() as connection:
                writing_places.make(connection, self.schema)
        try:
            return self._written(target, chunk, staged=False)
        except writing_refusals.Refusal as refusal:
            if not isinstance(refusal.__cause__, BETTER_STAGED):
                raise
            return self._written(target, chunk, staged=True)

    def remember(self, table: str, *, before: Place, after: Place) -> None:
        """Move our place without writing rows."""
        with self._transaction() as connection:
            writing_places.lock(connection, self.schema, table, expected=before)
            writing_places.save(connection, self.schema, table, after)

    def sweep(self, target: Target, keys: Blocks, *, before: Place, after: Place) -> int:
        """Delete the rows whose key does not come any more; return how many."""
        with self._transaction() as connection:
            writing_places.lock(connection, self.schema, target.table, expected=before)
            writing_places.save(connection, self.schema, target.table, after)
            return writing_merging.sweep(connection, self.schema, target, keys)

    def count(self, table: str) -> int:
        """Return how many rows the table has."""
        with self.reading() as connection:
            row = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(self.schema, table))
            ).fetchone()
        return int(row[0]) if row else 0

    def views(self) -> dict[str, str]:
        """Return what the schema holds, by name, with comments: by them we know our views."""
        with self._transaction() as connection:
            return writing_views.marks(connection, self.schema)

    def make_views(self, views: Sequence[View]) -> None:
        """Make all these views, or none."""
        with self._transaction() as connection:
            writing_views.make(connection, self.schema, views)

    def drop_views(self, names: Sequence[str]) -> None:
        """Drop all these views, or none."""
        with self._transaction() as connection:
            writing_views.drop(connection, self.schema, names)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend the connection inside a transaction, for counting."""
        with self._transaction() as connection:
            yield connection

    def _written(self, target: Target, chunk: Chunk, *, staged: bool) -> Written:
        written = Written()
        with self._transaction() as connection:
            writing_places.lock(connection, self.schema, target.table, expected=chunk.before)
            table = writing_tables.prepared(
                connection, self.schema, target, chunk.before, keyless=not staged
            )
            written.notes = table.notes
            if chunk.empties and not table.is_new:
                writing_merging.empty(connection, self.schema, target)
            self._forget(connection, target, chunk, table, written)
            if _goes_straight(target, table, staged=staged):
                self._load(connection, target, chunk, table, written)
            else:
                self._merge(connection, target, chunk, table, written)
            known = (*chunk.before.columns, *table.names) if chunk.before else table.names
            after = chunk.after.knowing(known, is_adopted=table.is_adopted)
            if table.gained and not target.is_append:
                after = replace(after, low=0)  # the rows that are there lack the new columns
            writing_places.save(connection, self.schema, target.table, after)
            written.place = after
        return written

    def _forget(
        self, connection: Connection, target: Target, chunk: Chunk, table: Table, written: Written
    ) -> None:
        if table.is_new:
            return
        for forgetting in chunk.forgettings:
            written.counts.deleted += writing_merging.forget(
                connection, self.schema, target, forgetting.columns, forgetting.blocks
            )

    def _load(
        self, connection: Connection, target: Target, chunk: Chunk, table: Table, written: Written
    ) -> None:
        writing_merging.load(connection, self.schema, target, table, chunk.rows, written.counts)
        if table.is_new:
            writing_tables.add_keys(connection, self.schema, target)

    def _merge(
        self, connection: Connection, target: Target, chunk: Chunk, table: Table, written: Written
    ) -> None:
        counts = written.counts
        staging = writing_staging.filled(connection, self.schema, target, table, chunk.rows, counts)
        written.notes += staging.notes
        writing_merging.merge(
            connection, self.schema, target, table, staging, chunk.parents, counts
        )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Lend the connection inside a transaction; an error is said in plain words.

        A server that stands still while its machine answers is not waited for without an end.
        """
        with deadlines.deadline(self._connection, seconds=LONGEST_STATEMENT):
            try:
                with self._connection.transaction():
                    self._connection.execute(_limits())
                    yield self._connection
            except psycopg.Error as error:
                raise writing_refusals.of(error, self._settings, self.schema) from error


@contextlib.contextmanager
def opened(settings: ConnectionSettings, schema: str) -> Iterator[Destination]:
    """Open a schema for writing; raise SourceUnavailable when it does not open."""
    with connect(settings, timeout=15) as connection:
        if refusal := writing_refusals.odd_encoding(connection):
            raise refusal
        yield Destination(connection, settings, schema)


def _goes_straight(target: Target, table: Table, *, staged: bool) -> bool:
    """Whether COPY may write the table itself: it is new, or its rows have no key to meet by."""
    return not staged and (table.is_new or (target.is_append and table.has_our_types(target)))


def _limits() -> sql.Composed:
    """Return the settings of a transaction; the role's own statement_timeout is lifted."""
    return sql.SQL(
        "SET LOCAL statement_timeout = {}; SET LOCAL lock_timeout = {};"
        "SET LOCAL idle_in_transaction_session_timeout = 600000;"
        "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'"
    ).format(LONGEST_STATEMENT * 1000, round(LONGEST_WAIT * 1000))
