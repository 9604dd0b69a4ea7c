"""May the user of a connector write into a schema?  Asked before an export is saved."""

from collections.abc import Sequence
from importlib import resources

import psycopg

from sanderling.connectors.drivers.outages import SourceUnavailable
from sanderling.connectors.drivers.postgres import writing_refusals
from sanderling.connectors.drivers.postgres.opening import Connection, connect
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings
from sanderling.connectors.drivers.postgres.writing_places import TABLE

OLDEST = 110_000  # PostgreSQL 11: the oldest that its own makers kept up lately


def problems(settings: ConnectionSettings, schema: str, tables: Sequence[str]) -> list[str]:
    """Return why the tables could not be written, each with what to run; empty is well."""
    try:
        with connect(settings) as connection:
            return _found(connection, settings, schema, tables)
    except SourceUnavailable as error:
        return [error.message]
    except psycopg.Error as error:
        return [writing_refusals.of(error, settings, schema).message]


def _found(
    connection: Connection, settings: ConnectionSettings, schema: str, tables: Sequence[str]
) -> list[str]:
    if refusal := writing_refusals.odd_encoding(connection):
        return [refusal.message]
    row = connection.execute(_text("describe_rights"), {"schema": schema}).fetchone()
    assert row is not None
    is_there, uses, makes, is_replica, version = row
    if is_replica:
        return ["This server is a read-only replica; connect to its primary."]
    if version < OLDEST:
        return ["Exports need PostgreSQL 11 or newer."]
    if not is_there:
        made = writing_refusals.creation(settings, schema)
        return [f'There is no schema "{schema}". Run: {made}']
    if not (uses and makes):
        granted = writing_refusals.grants(settings, schema)
        user = settings.username
        return [f'The user {user!r} may not make tables in the schema "{schema}". Run: {granted}']
    return _about_tables(connection, settings, schema, tables)


def _about_tables(
    connection: Connection, settings: ConnectionSettings, schema: str, tables: Sequence[str]
) -> list[str]:
    rows = connection.execute(
        _text("list_unwritable"), {"schema": schema, "tables": [*tables, TABLE]}
    ).fetchall()
    found = []
    for name, is_table in rows:
        if is_table:
            granted = writing_refusals.table_grants(settings, schema, name)
            found.append(f'The user may not write the table "{name}". Run: {granted}')
        else:
            found.append(f'"{name}" is not a table (a view?). Choose another schema.')
    return found


def _text(name: str) -> str:
    return resources.files(__package__).joinpath("sql", f"{name}.sql").read_text("utf-8")
