"""What is wrong with this set-up, and how to mend it."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass

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
    for look in (_settings, _home, _database, _version, _migrations, _address, _mail):
        findings.append(_safely(look))
        if look in (_settings, _database) and not findings[-1].is_fine:
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


def _database() -> Finding:
    try:
        starting.ready(say=lambda _sentence: None)
        connection.ensure_connection()
    except Exception as error:  # whatever it is, the operator has to know
        remedy = "Check DATABASE_URL, or the log in the home directory (postgresql.log)."
        return Finding(f"The database does not answer: {error}", is_fine=False, remedy=remedy)
    return Finding("The database answers", is_fine=True)


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


def _address() -> Finding:
    address = settings.BASE_URL
    local = "127.0.0.1" in address or "localhost" in address
    return Finding(
        f"Links in messages lead to {address}",
        is_fine=not local or not os.environ.get("SANDERLING_PRODUCTION"),
        remedy="Set SANDERLING_URL to the address that your recipients can reach.",
    )


def _mail() -> Finding:
    host = settings.ENVIRONMENT.text("SANDERLING_SMTP_HOST")
    where = host or f"files in {settings.HOME / 'mail'} (no SANDERLING_SMTP_HOST)"
    return Finding(f"Password mails go to {where}", is_fine=True)
