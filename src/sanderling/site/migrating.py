"""Migrations: applied by one process at a time."""

import io

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

LOCK = 7_316_240_001  # any number, as long as nobody else takes it


def migrate() -> int:
    """Apply what is missing and return how many migrations that were.

    The lock makes many machines that start at once wait for the first of them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            missing = len(plan())
            if missing:
                call_command("migrate", interactive=False, verbosity=0, stdout=io.StringIO())
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return missing


def plan() -> list[object]:
    """Return the migrations that are not applied yet."""
    executor = MigrationExecutor(connection)
    return list(executor.migration_plan(executor.loader.graph.leaf_nodes()))
