"""Where we stand with each table: one row a table, in the customer's schema beside the rows.

``low`` is a transaction id of *our* server: every change below it has arrived.  ``source`` names
that server (its identity and timeline), because after a restore the same number means something
else; ``owner`` and ``export`` name who writes, because two writers would undo each other's work.
"""

from psycopg import sql
from psycopg.types.json import Jsonb

from sanderling.connectors.drivers.chunks import Overtaken, Place
from sanderling.connectors.drivers.postgres.opening import Connection

TABLE = "_sanderling_state"


def make(connection: Connection, schema: str) -> None:
    """Make the table; looked for before, because IF NOT EXISTS wants the right to create, too."""
    if _is_there(connection, schema):
        return
    connection.execute(
        sql.SQL(
            "CREATE TABLE IF NOT EXISTS {state} (dataset text PRIMARY KEY, owner text NOT NULL,"
            " export bigint NOT NULL, source text NOT NULL, low bigint NOT NULL,"
            " columns jsonb NOT NULL, is_adopted boolean NOT NULL, swept_at timestamptz,"
            " updated_at timestamptz NOT NULL)"
        ).format(state=sql.Identifier(schema, TABLE))
    )
    connection.execute(
        sql.SQL("COMMENT ON TABLE {state} IS {words}").format(
            state=sql.Identifier(schema, TABLE),
            words=sql.Literal(
                "How far Sanderling has written each table. Do not change: rows would come twice."
            ),
        )
    )


def read(connection: Connection, schema: str, table: str) -> Place | None:
    """Return where we stand with a table."""
    return _read(connection, schema, table, suffix="")


def lock(connection: Connection, schema: str, table: str, *, expected: Place | None) -> None:
    """Hold our place until the transaction ends; it must be the one that we know."""
    found = _read(connection, schema, table, suffix=" FOR UPDATE")
    known = expected and (expected.source, expected.low, expected.export)
    if (found and (found.source, found.low, found.export)) != known:
        raise Overtaken


def save(connection: Connection, schema: str, table: str, place: Place) -> None:
    """Write our place; the caller's transaction makes it true together with the rows."""
    connection.execute(
        sql.SQL(
            "INSERT INTO {state} AS s (dataset, owner, export, source, low, columns,"
            " is_adopted, swept_at, updated_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, now())"
            " ON CONFLICT (dataset) DO UPDATE SET owner = excluded.owner,"
            " export = excluded.export, source = excluded.source, low = excluded.low,"
            " columns = excluded.columns,"
            " is_adopted = excluded.is_adopted, swept_at = excluded.swept_at,"
            " updated_at = excluded.updated_at"
        ).format(state=sql.Identifier(schema, TABLE)),
        [
            table, place.owner, place.export, place.source, place.low,
            Jsonb(list(place.columns)), place.is_adopted, place.swept_at,
        ],
    )  # fmt: skip


def _read(connection: Connection, schema: str, table: str, *, suffix: str) -> Place | None:
    if not _is_there(connection, schema):
        return None
    query = sql.SQL(
        "SELECT owner, export, source, low, columns, is_adopted, swept_at"
        " FROM {state} WHERE dataset = %s{suffix}"
    ).format(state=sql.Identifier(schema, TABLE), suffix=sql.SQL(suffix))
    row = connection.execute(query, [table]).fetchone()
    if row is None:
        return None
    owner, export, source, low, columns, is_adopted, swept_at = row
    return Place(owner, export, source, low, tuple(columns), is_adopted, swept_at)


def _is_there(connection: Connection, schema: str) -> bool:
    found = connection.execute(
        "SELECT to_regclass(format('%%I.%%I', %s::text, %s::text)) IS NOT NULL", [schema, TABLE]
    ).fetchone()
    return bool(found and found[0])
