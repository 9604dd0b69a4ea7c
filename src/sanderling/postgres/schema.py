"""Whether the tables are those of this version of the code."""

import functools

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def missing() -> frozenset[tuple[str, str]]:
    """Return the migrations of this version that the database has not seen: room and name.

    What it has beyond them is a newer version's, which this one can live with.
    """
    return _known() - MigrationRecorder(connection).applied_migrations().keys()


@functools.cache
def _known() -> frozenset[tuple[str, str]]:
    """Return the migrations of this version; reading their files once takes 50 ms."""
    return frozenset(MigrationLoader(None).disk_migrations)
