"""Our own database into a file, and out of one, by PostgreSQL's programs.

They come with the embedded server.  A server of the operator's may want TLS, which these cannot,
or be newer: there the machine's own are taken, where it has them.
"""

import os
import shutil
import subprocess
from pathlib import Path

from django.db import connection
from psycopg import conninfo

from sanderling.lib.errors import SanderlingError
from sanderling.postgres import housing
from sanderling.postgres.statements import fetch_value

# What libpq's programs understand of our settings; the others are psycopg's.
NAMES = ("host", "port", "user", "dbname", "sslmode", "sslrootcert", "connect_timeout")


class DumpFailed(SanderlingError):
    """PostgreSQL's program ended with an error."""

    status = 500
    code = "dump_failed"


def dump(file: Path) -> None:
    """Write all tables into a file, as they are at one moment; raise DumpFailed."""
    _run("pg_dump", "--format=custom", f"--file={file}")


def restore(file: Path) -> None:
    """Make all tables of a file, all or none of them; raise DumpFailed."""
    _run("pg_restore", "--exit-on-error", "--single-transaction", str(file))


def is_empty() -> bool:
    """Whether the database has no table at all."""
    return not fetch_value(
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p')"
    )


def _run(program: str, *arguments: str) -> None:
    """Run it to its end, however long that takes; the password is not for `ps` to show."""
    own = {key: str(value) for key, value in connection.get_connection_params().items()}
    where = conninfo.make_conninfo("", **{name: own[name] for name in NAMES if own.get(name)})
    done = subprocess.run(
        [_path_of(program, own.get("host", "")), f"--dbname={where}", "--no-owner",
         "--no-privileges", "--no-password", *arguments],
        env={"LC_ALL": "C", "PATH": os.defpath, "PGPASSWORD": own.get("password", "")},
        capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        raise DumpFailed(done.stderr.strip() or f"{program} ended with {done.returncode}.")


def _path_of(program: str, host: str) -> str:
    is_ours = host.startswith("/")  # a socket on this machine: the embedded server's, as a rule
    return (None if is_ours else shutil.which(program)) or str(housing.packaged() / program)
