"""Why a customer's PostgreSQL would not be written, in plain words and with the GRANT to run."""

import psycopg
from psycopg import errors, sql

from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.postgres import explaining
from sanderling.connectors.drivers.postgres.opening import Connection
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings


class Refusal(SourceUnavailable):
    """The database would not take the rows."""

    code = "destination_refused"


def of(error: psycopg.Error, settings: ConnectionSettings, schema: str) -> Refusal:
    """Return why writing failed."""
    match error:
        case errors.InsufficientPrivilege():
            return Refusal(
                Cause.PERMISSION,
                f"The database user {settings.username!r} may not write here. "
                f"Run: {grants(settings, schema)}",
            )
        case errors.InvalidSchemaName():
            return Refusal(
                Cause.TABLE, f'There is no schema "{schema}". Run: {creation(settings, schema)}'
            )
        case errors.LockNotAvailable():
            return Refusal(
                Cause.TIMEOUT,
                "A table is locked by somebody else's open transaction; the next run tries again.",
            )
        case errors.ReadOnlySqlTransaction():
            return Refusal(
                Cause.PERMISSION,
                "The database only lets us read: it is a replica, "
                "or the user's default is read-only.",
            )
        case errors.IntegrityError():
            return Refusal(
                Cause.QUERY,
                f"The table {_quoted(error.diag.table_name)} refuses our rows by a rule that was "
                f"added to it ({_quoted(error.diag.constraint_name or error.diag.column_name)}). "
                "Drop the rule, or give the column a default.",
            )
        case errors.RaiseException():
            return Refusal(
                Cause.QUERY,
                "A trigger that was added to the table refuses our rows. "
                "Drop it, or let them pass.",
            )
        case errors.DependentObjectsStillExist():
            return Refusal(
                Cause.QUERY,
                "A view of yours reads a view of ours that must change. Drop yours first.",
            )
        case errors.DiskFull() | errors.OutOfMemory() | errors.ConfigurationLimitExceeded():
            return Refusal(Cause.BUSY, "The database has no room left.")
        case errors.UntranslatableCharacter() | errors.CharacterNotInRepertoire():
            return Refusal(
                Cause.QUERY,
                "The database's encoding cannot hold a character of ours; "
                "it should be a UTF8 database.",
            )
    why = explaining.of_query(error)
    return Refusal(why.cause, why.message)


def odd_encoding(connection: Connection) -> Refusal | None:
    """Return why a database that knows no characters is not written.

    SQL_ASCII takes any bytes as they are and counts bytes for letters: a name that is cut to its
    column would end in half a letter, and another client would read something else.
    """
    if connection.info.parameter_status("server_encoding") != "SQL_ASCII":
        return None
    return Refusal(
        Cause.DATABASE,
        "The database has the encoding SQL_ASCII, which knows no letters beyond English: "
        "names would be garbled. Export to a database with the encoding UTF8.",
    )


def grants(settings: ConnectionSettings, schema: str) -> str:
    """Return the statements that let the user write."""
    return _text("GRANT USAGE, CREATE ON SCHEMA {} TO {};", schema, settings.username)


def creation(settings: ConnectionSettings, schema: str) -> str:
    """Return the statement that makes the schema."""
    return _text("CREATE SCHEMA {} AUTHORIZATION {};", schema, settings.username)


def table_grants(settings: ConnectionSettings, schema: str, table: str) -> str:
    """Return the statement that lets the user write a table that belongs to somebody else."""
    statement = sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON {} TO {};").format(
        sql.Identifier(schema, table), sql.Identifier(settings.username)
    )
    return statement.as_string(None)


def _text(statement: str, schema: str, user: str) -> str:
    composed = sql.SQL(statement).format(sql.Identifier(schema), sql.Identifier(user))
    return composed.as_string(None)


def _quoted(name: str | None) -> str:
    return f'"{name}"' if name else "that is written"
