"""What is wrong with this set-up, and how to mend it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from sanderling.lib.environment import BadSetting
from sanderling.lib.errors import SanderlingError
from sanderling.site import migrating, starting

LEAST_SPACE = 2 * 1024**3
OLDEST_SERVER = 15_00_00


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    is_fine: bool
    remedy: str = ""


def examine() -> list[Finding]:
    """Look at everything; later looks are left out when an earlier one makes them pointless."""
    findings: list[Finding] = []
    for look in LOOKS:
        findings.append(_safely(look))
        if look in DECISIVE and not findings[-1].is_fine:
            break
    return findings


def _safely(look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except (SanderlingError, BadSetting, OSError) as error:
        return Finding(str(error), is_fine=False, remedy="Mend this first, then ask again.")


def _settings() -> Finding:
    return Finding(f"Settings can be read; everything is kept in {settings.HOME}", is_fine=True)


def _home() -> Finding:
    space = shutil.disk_usage(settings.HOME if settings.HOME.exists() else "/").free
    return Finding(
        f"{space / 1024**3:.1f} GiB are free",
        is_fine=space > LEAST_SPACE,
        remedy="Free some space: PostgreSQL stops when the disk is full.",
    )


def _secrets() -> Finding:
    open_ones = [
        str(path)
        for name in ("secret-key", "sealing-keys")
        if (path := settings.HOME / name).exists() and path.stat().st_mode & 0o077
    ]
    if open_ones:
        what = f"Others may read {' and '.join(open_ones)}"
        return Finding(what, is_fine=False, remedy=f"Run: chmod 600 {' '.join(open_ones)}")
    return Finding("Nobody else may read the secrets", is_fine=True)


def _database() -> Finding:
    try:
        server = starting.ready(say=lambda _sentence: None)
        connection.ensure_connection()
    except Exception as error:  # whatever it is, the operator has to know
        remedy = "Check DATABASE_URL." if _is_remote() else f"Look at {_log()}."
        return Finding(
            f"The database does not answer: {str(error).strip()}", is_fine=False, remedy=remedy
        )
    where = f"at the socket in {server.socket_dir}" if server else "that DATABASE_URL names"
    return Finding(f"The database {where} answers", is_fine=True)


def _is_remote() -> bool:
    return bool(settings.ENVIRONMENT.text("DATABASE_URL"))


def _log() -> Path:
    return starting.home() / "postgres" / "postgres.log"


def _version() -> Finding:
    number = connection.pg_version  # type: ignore[attr-defined]
    return Finding(
        f"PostgreSQL {number // 10000}",
        is_fine=number >= OLDEST_SERVER,
        remedy="Use PostgreSQL 15 or newer.",
    )


def _migrations() -> Finding:
    missing = len(migrating.plan())
    what = f"{missing} migrations are missing" if missing else "All tables are there"
    return Finding(what, is_fine=not missing, remedy="Run: sanderling migrate")


def _worker() -> Finding:
    """A worker tells every ten seconds that it lives; a set-up that is stopped has none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers"
                       " WHERE last_heartbeat > now() - interval '30 seconds'")  # fmt: skip
        (living,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM sending_batch WHERE status IN ('WAITING', 'LEASED')"
                       " AND due_at < now() - interval '5 minutes'")  # fmt: skip
        (waiting,) = cursor.fetchone()
    what = f"{living} workers are running" if living != 1 else "One worker is running"
    if waiting and not living:
        what = f"No worker is running, and {waiting} batches of messages wait"
    return Finding(
        what,
        is_fine=bool(living) or not waiting,
        remedy="Start one: sanderling up, or sanderling worker.",
    )


def _address() -> Finding:
    address = settings.BASE_URL
    local = "127.0.0.1" in address or "localhost" in address
    note = ": only this machine can follow them (set SANDERLING_URL)" if local else ""
    return Finding(f"Links in messages lead to {address}{note}", is_fine=True)


def _mail() -> Finding:
    host = settings.ENVIRONMENT.text("SANDERLING_SMTP_HOST")
    where = host or f"files in {settings.HOME / 'mail'} (no SANDERLING_SMTP_HOST)"
    return Finding(f"Password mails go to {where}", is_fine=True)


LOOKS = (_settings, _home, _secrets, _database, _version, _migrations, _worker, _address, _mail)
# When one of these is wrong, the later looks would only say so again.
DECISIVE = (_settings, _database, _version, _migrations)
