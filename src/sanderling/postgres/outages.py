"""Our own database is away: what is raised then, and how it is told.

That is one fault, however many callers meet it.  A trace of each would bury the one line that
helps, and on a busy day fill the disk while the database is restarted.
"""

import logging

import psycopg
from django.db import InterfaceError, OperationalError

AWAY = (OperationalError, InterfaceError)
# Classes of SQLSTATE: no connection, no room (also of disks), shut down or starting, its system's
# trouble.  A deadlock or a statement that took too long is no outage but a mistake of ours.
STATES = ("08", "53", "57P", "58")


def is_outage(error: BaseException | None) -> bool:
    """Whether it says that the database is away; what never got there has no SQLSTATE."""
    if not isinstance(error, (*AWAY, psycopg.OperationalError, psycopg.InterfaceError)):
        return False
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    state = getattr(cause, "sqlstate", None)
    return state is None or state.startswith(STATES)


def log(logger: logging.Logger, error: BaseException, message: str, *arguments: object) -> None:
    """Log an error with its trace; that of an outage in one line."""
    if is_outage(error):
        logger.error(f"{message} (%s)", *arguments, in_a_line(error))
    else:
        logger.error(message, *arguments, exc_info=error)


def in_a_line(error: BaseException) -> str:
    """Return the kind of an error and the first line of what it says."""
    said = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {said}"


class RaisedOnly(logging.Filter):
    """For Django's log of requests: keeps what was raised, an outage in one line.

    Its other lines tell the status of an answer, which our own line of the request does.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop a record that is not about an error; take the trace off an outage.

        Where Django was set up twice, as behind gunicorn, every record comes here twice.
        """
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if error is not None and is_outage(error):
            record.msg, record.args = f"{record.getMessage()} ({in_a_line(error)})", ()
            record.exc_info, record.is_outage = None, True
        return error is not None or hasattr(record, "is_outage")
