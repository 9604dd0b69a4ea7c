"""Stopping what is queued: for a while, or for good.

A chunk that is already in the mail server's hands goes on; the next one finds its batch taken
away (``sql/mark_handing.sql``).
"""

from typing import Any

from django.db import transaction

from sanderling.postgres.statements import Statements
from sanderling.postgres.waking import wake
from sanderling.sending.queueing import Origin

STATEMENTS = Statements(__package__)


def pause(organisation_id: int, origin: Origin) -> int:
    """Hold every batch of an origin; return how many."""
    return STATEMENTS.run("pause_batches", _of(organisation_id, origin))


def resume(organisation_id: int, origin: Origin) -> int:
    """Let the held batches go on; return how many."""
    resumed = STATEMENTS.run("resume_batches", _of(organisation_id, origin))
    wake("sending")
    return resumed


def cancel(organisation_id: int, origin: Origin) -> int:
    """Take back whatever of an origin has not left; return how many deliveries."""
    with transaction.atomic():
        STATEMENTS.run("cancel_batches", _of(organisation_id, origin))
        return STATEMENTS.run("cancel_deliveries", _of(organisation_id, origin))


def _of(organisation_id: int, origin: Origin) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id,
        "origin_kind": origin.kind,
        "origin_id": origin.id,
    }
