"""Fetch the prepared files that are wanted, and forget those that have expired.

A file is fetched without a transaction; then its rows, its dates and the end of the job are one
transaction.  A worker that dies has changed nothing: its lease runs out and another one fetches.
"""

import logging
import uuid

from django.db import transaction
from psycopg.types.json import Jsonb

from sanderling.connectors import links
from sanderling.lib.errors import SanderlingError
from sanderling.lib.sealing import unseal_text
from sanderling.postgres.copying import copy_rows
from sanderling.postgres.statements import Statements, own_connection
from sanderling.sources import prepared
from sanderling.sources.files import context_of, keyring
from sanderling.sources.models import Copied, PreparedFile

STATEMENTS = Statements(__package__)
LOG = logging.getLogger(__name__)
# A file is parsed as a whole: some ten times its size stands in memory meanwhile.
LARGEST = 20 * 1024 * 1024
COLUMNS = ("source_id", "generation", "key", "place", "cells")


def run_due() -> int:
    """Fetch the file that waits longest; return 1, or 0 when none does."""
    lease = uuid.uuid4()
    taken = STATEMENTS.rows("lease_wanted_file", {"lease": lease})
    if not taken:
        return 0
    load(PreparedFile.objects.get(pk=taken[0][0]), lease)
    return 1


def load(file: PreparedFile, lease: uuid.UUID) -> None:
    """Fetch a leased file and keep its rows, or the reason why there are none."""
    try:
        rows = _fetched(file)
    except SanderlingError as error:
        LOG.warning("Prepared file %s was not loaded: %s", file.pk, error.message)
        PreparedFile.objects.filter(pk=file.pk, lease=lease).update(
            link=None, lease=None, lease_until=None, error=error.message
        )
        return
    _keep(file, lease, rows)


@transaction.atomic
def forget_expired() -> int:
    """Forget the rows of expired files; their names stay, so that messages keep their meaning."""
    expired = [number for (number,) in STATEMENTS.rows("expire_files")]
    Copied.objects.filter(source_id__in=expired).delete()
    return len(expired)


def _fetched(file: PreparedFile) -> list[prepared.Row]:
    assert file.link is not None, "only a wanted file is leased"
    link = unseal_text(file.link, context=context_of(file.pk), keyring=keyring())
    content = b"".join(links.chunks_of(link, limit=LARGEST))
    return prepared.rows_in(content, kind=file.kind)


@transaction.atomic
def _keep(file: PreparedFile, lease: uuid.UUID, rows: list[prepared.Row]) -> None:
    kept = STATEMENTS.run("finish_file", {"file_id": file.pk, "lease": lease, "rows": len(rows)})
    if not kept:
        return  # deleted, or wanted anew from another link meanwhile
    Copied.objects.filter(source_id=file.pk).delete()
    copy_rows(
        own_connection(),
        "sources_copied",
        columns=COLUMNS,
        rows=((file.pk, 0, key, place, Jsonb(cells)) for place, (key, cells) in enumerate(rows)),
    )
