"""What went wrong at a customer's PostgreSQL, in plain words and without the server's text.

While connecting, libpq gives no SQLSTATE, and servers speak many languages; but the names that
they quote are ours, and that is enough to tell a password from a database.
"""

import psycopg
from psycopg import errors

from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings

TLS_WORDS = ("ssl", "certificate", "tls")
REFUSED_WORDS = (
    "connection refused", "no route", "unreachable", "closed the connection", "reset",
    "expected authentication request", "unsupported frontend protocol", "invalid response",
)  # fmt: skip
BUSY_WORDS = (
    "too many clients",
    "remaining connection slots",
    "too many connections",
    "starting up",
)


def of_opening(error: psycopg.Error, settings: ConnectionSettings) -> SourceUnavailable:
    """Return why a connection could not be opened."""
    cause = _cause_of_opening(error, settings)
    return SourceUnavailable(cause, _sentence(cause, settings, str(error)))


def of_query(error: psycopg.Error) -> SourceUnavailable:
    """Return why a query on an open connection failed."""
    match error:
        case errors.QueryCanceled() | errors.LockNotAvailable() | errors.TransactionTimeout():
            return SourceUnavailable(
                Cause.TIMEOUT, "The database took too long to answer; the query was stopped."
            )
        case errors.IdleInTransactionSessionTimeout():
            return SourceUnavailable(Cause.LOST, "The database ended an idle transaction.")
        case errors.InsufficientPrivilege():
            return SourceUnavailable(
                Cause.PERMISSION, "The database user may not read this table (GRANT SELECT)."
            )
        case errors.UndefinedTable() | errors.UndefinedColumn() | errors.InvalidSchemaName():
            return SourceUnavailable(
                Cause.TABLE, "The table or one of its columns does not exist any more."
            )
        case errors.TooManyConnections() | errors.CannotConnectNow():
            return SourceUnavailable(Cause.BUSY, "The database takes no more connections now.")
        case _ if _is_broken(error):
            return SourceUnavailable(Cause.LOST, "The connection to the database broke.")
    code = f" ({error.sqlstate})" if error.sqlstate else ""
    return SourceUnavailable(Cause.QUERY, f"The database refused the query{code}.")


def _is_broken(error: psycopg.Error) -> bool:
    """Whether there is no server at the other end any more."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate[:2] in {"08", "57"}


def _cause_of_opening(error: psycopg.Error, settings: ConnectionSettings) -> Cause:
    if isinstance(error, errors.ConnectionTimeout):
        return Cause.TIMEOUT
    text = str(error).lower()
    if "no pg_hba.conf entry" in text:
        # Before "ssl": this message ends with "no encryption" or "SSL encryption".
        return Cause.TLS if _wants_tls(text, settings) else Cause.PERMISSION
    if any(word in text for word in BUSY_WORDS):
        return Cause.BUSY
    if "timeout" in text or "timed out" in text:
        return Cause.TIMEOUT
    if "fatal:" not in text and not _is_quoting(text, settings):
        if any(word in text for word in TLS_WORDS):
            return Cause.TLS
        if any(word in text for word in REFUSED_WORDS):
            return Cause.REFUSED
    return _cause_by_names(text, settings)


def _wants_tls(text: str, settings: ConnectionSettings) -> bool:
    """Whether the server has no rule for us because we came without encryption."""
    return settings.tls == "disable" and "no encryption" in text


def _is_quoting(text: str, settings: ConnectionSettings) -> bool:
    return any(f'"{name.lower()}"' in text for name in (settings.username, settings.database))


def _cause_by_names(text: str, settings: ConnectionSettings) -> Cause:
    """Tell the cause by the names that the server quotes, in whatever language it speaks."""
    if "permission denied" in text or "not permitted to log in" in text:
        return Cause.PERMISSION
    if "does not exist" in text and "role" not in text:
        return Cause.DATABASE
    if "password" in text or "authentication" in text:
        return Cause.PASSWORD
    names_user = f'"{settings.username.lower()}"' in text
    names_database = f'"{settings.database.lower()}"' in text
    if names_user:
        return Cause.PERMISSION if names_database else Cause.PASSWORD
    return Cause.DATABASE if names_database else Cause.REFUSED


def _sentence(cause: Cause, settings: ConnectionSettings, text: str) -> str:
    place = f"{settings.host}:{settings.port}"
    return {
        Cause.TIMEOUT: f"{place} did not answer in time. Is the address right, and does the "
        "firewall let this installation in?",
        Cause.REFUSED: f"{place} refused the connection. Does PostgreSQL listen there?",
        Cause.TLS: f"No secure connection to {place}: {_tls_reason(text)}",
        Cause.PASSWORD: f"{place} does not accept the username {settings.username!r} "
        "with this password.",
        Cause.DATABASE: f"There is no database {settings.database!r} at {place}.",
        Cause.PERMISSION: f"The user {settings.username!r} may not connect to the database "
        f"{settings.database!r} at {place}.",
        Cause.BUSY: f"{place} takes no more connections now.",
    }[cause]


def _tls_reason(text: str) -> str:
    """Return why TLS failed; the certificate's own text is not repeated."""
    lowered = text.lower()
    reasons = {
        "does not support ssl": "the server does not offer TLS.",
        "no encryption": "the server accepts encrypted connections only; choose a TLS mode.",
        "does not match host name": "its certificate is for another host name.",
        "expired": "its certificate has expired.",
        "certificate verify failed": "its certificate is not signed by the authority you gave.",
        "self-signed": "its certificate is not signed by the authority you gave.",
        "root certificate file": "the certificate of your authority cannot be read.",
        "certificate": "the certificates do not fit.",
    }
    for words, reason in reasons.items():
        if words in lowered:
            return reason
    return "the handshake failed."
