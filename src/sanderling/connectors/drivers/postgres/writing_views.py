"""Views of ours beside the tables: made, dropped, and out of the way when a column must change.

PostgreSQL lets nobody change the type of a column that a view reads.  Our own views must not keep
our own columns short, so they step aside inside the transaction and come back as they were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from psycopg import errors, sql

from sanderling.connectors.drivers.chunks import MARK
from sanderling.connectors.drivers.postgres.opening import Connection


@dataclass(frozen=True)
class View:
    """A view to be made: ``text`` is its query, with tables in braces; ``mark`` its comment."""

    name: str
    text: str
    mark: str
    tables: tuple[str, ...]


def marks(connection: Connection, schema: str) -> dict[str, str]:
    """Return the comment of everything in a schema that a view cannot be called, by name."""
    rows = connection.execute(
        "SELECT c.relname, COALESCE(obj_description(c.oid, 'pg_class'), '')"
        " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')",
        [schema],
    )
    return dict(rows.fetchall())


def make(connection: Connection, schema: str, views: Sequence[View]) -> None:
    """Make views, those that are there anew."""
    for view in views:
        name = sql.Identifier(schema, view.name)
        tables = {table: sql.Identifier(schema, table) for table in view.tables}
        query = sql.SQL(view.text).format(**tables)
        try:
            with connection.transaction():
                connection.execute(sql.SQL("CREATE OR REPLACE VIEW {} AS {}").format(name, query))
        except errors.InvalidTableDefinition:  # its columns are others now
            granted = _grants(connection, schema, view.name)
            connection.execute(sql.SQL("DROP VIEW {}").format(name))
            connection.execute(sql.SQL("CREATE VIEW {} AS {}").format(name, query))
            _grant(connection, name, granted)
        _comment(connection, name, view.mark)


def drop(connection: Connection, schema: str, names: Sequence[str]) -> None:
    """Drop views."""
    for name in names:
        connection.execute(sql.SQL("DROP VIEW IF EXISTS {}").format(sql.Identifier(schema, name)))


@dataclass(frozen=True)
class Aside:
    """A view that stepped aside: everything that makes it again."""

    name: str
    query: str
    mark: str
    grants: Mapping[str, Sequence[str]]


def set_aside(connection: Connection, schema: str, table: str) -> list[Aside]:
    """Drop the views on a table that bear our mark; return how they were."""
    rows = connection.execute(
        resources.files(__package__).joinpath("sql", "list_views_of.sql").read_text("utf-8"),
        {"schema": schema, "table": table, "mark": f"{MARK}%"},
    ).fetchall()
    aside = [
        Aside(name, query.rstrip("; \n"), comment, _grants(connection, schema, name))
        for name, query, comment in rows
    ]
    drop(connection, schema, [view.name for view in aside])
    return aside


def put_back(connection: Connection, schema: str, aside: Sequence[Aside]) -> None:
    """Make the views again that stepped aside."""
    for view in aside:
        name = sql.Identifier(schema, view.name)
        query = sql.SQL(view.query)
        connection.execute(sql.SQL("CREATE VIEW {} AS {}").format(name, query))
        _comment(connection, name, view.mark)
        _grant(connection, name, view.grants)


def _comment(connection: Connection, name: sql.Identifier, mark: str) -> None:
    connection.execute(sql.SQL("COMMENT ON VIEW {} IS {}").format(name, sql.Literal(mark)))


def _grants(connection: Connection, schema: str, name: str) -> dict[str, list[str]]:
    """Return who else may do what with a view, so that dashboards go on reading it."""
    rows = connection.execute(
        "SELECT CASE x.grantee WHEN 0 THEN '' ELSE x.grantee::regrole::text END,"
        " array_agg(x.privilege_type)"
        " FROM pg_catalog.pg_class AS c"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        " CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS x"
        " WHERE n.nspname = %s AND c.relname = %s AND x.grantee <> c.relowner GROUP BY 1",
        [schema, name],
    )
    return dict(rows.fetchall())


def _grant(
    connection: Connection, name: sql.Identifier, grants: Mapping[str, Sequence[str]]
) -> None:
    """Grant again; regrole has quoted the names where they need it."""
    for role, rights in grants.items():
        connection.execute(
            sql.SQL("GRANT {} ON {} TO {}").format(
                sql.SQL(", ".join(rights)),
                name,
                sql.SQL(role or "PUBLIC"),
            )
        )
