"""Where the deliveries of an origin stand, in numbers."""

from collections import Counter
from dataclasses import dataclass

from sanderling.postgres.statements import Statements
from sanderling.sending.models import Batch, BatchStatus
from sanderling.sending.queueing import Origin

STATEMENTS = Statements(__package__)


@dataclass(frozen=True)
class Progress:
    """Deliveries by status, the reasons of those that did not arrive, and template warnings."""

    by_status: Counter[str]
    reasons: dict[tuple[str, str], int]  # (status, reason) → how many
    warnings: int

    @property
    def audience(self) -> int:
        """How many were meant to get it: all but those left out."""
        return self.by_status.total() - self.by_status["EXCLUDED"]

    @property
    def left(self) -> int:
        """How many are still to leave."""
        return self.by_status["WAITING"] + self.by_status["HANDING"]

    @property
    def done(self) -> int:
        """How many have come to an end."""
        return self.audience - self.left


def progress_of(organisation_id: int, origin: Origin) -> Progress:
    """Return where an origin's deliveries stand."""
    rows = STATEMENTS.rows(
        "count_origin",
        {"organisation_id": organisation_id, "origin_kind": origin.kind, "origin_id": origin.id},
    )
    by_status: Counter[str] = Counter()
    reasons: dict[tuple[str, str], int] = {}
    warnings = 0
    for status, reason, count, warned in rows:
        by_status[status] += count
        warnings += warned or 0
        if reason and status != "WAITING":
            reasons[status, reason] = count
    return Progress(by_status, reasons, warnings)


def notes_of(organisation_id: int, origin: Origin) -> str:
    """Return why batches of an origin wait, in words; empty where none does."""
    notes = Batch.objects.filter(
        organisation_id=organisation_id, origin_kind=origin.kind, origin_id=origin.id
    ).exclude(note="")
    waiting = notes.filter(status__in=[BatchStatus.WAITING, BatchStatus.PAUSED])
    return waiting.order_by("id").values_list("note", flat=True).first() or ""
