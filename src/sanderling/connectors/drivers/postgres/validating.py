"""Does the connection of a form work, and if not, why not."""

import psycopg

from sanderling.connectors.drivers.outages import SourceUnavailable
from sanderling.connectors.drivers.postgres import explaining
from sanderling.connectors.drivers.postgres.deadlines import deadline
from sanderling.connectors.drivers.postgres.opening import Connection, connect
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings
from sanderling.connectors.drivers.tables import Validation


def validate(settings: ConnectionSettings, *, timeout: float = 10.0) -> Validation:
    """Return whether the database opens and answers; nothing is raised.

    Always a new connection: one that is kept would answer for a password of yesterday.
    """
    try:
        with (
            connect(settings, timeout=timeout) as connection,
            deadline(connection, seconds=timeout),
        ):
            return _seen(connection)
    except SourceUnavailable as error:
        return Validation(ok=False, message=error.message, cause=error.cause)
    except psycopg.Error as error:
        why = explaining.of_query(error)
        return Validation(ok=False, message=why.message, cause=why.cause)


def _seen(connection: Connection) -> Validation:
    row = connection.execute("SELECT current_setting('server_version')").fetchone()
    assert row is not None
    version = str(row[0]).split(" ")[0]
    is_tls = bool(connection.pgconn.ssl_in_use)
    manner = "The connection is encrypted." if is_tls else "The connection is not encrypted (TLS)."
    return Validation(
        ok=True,
        message=f"Connected to PostgreSQL {version}. {manner}",
        is_tls=is_tls,
        server_version=version,
    )
