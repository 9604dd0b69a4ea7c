"""Somebody wants an export to run, or both sides compared, now."""

from django.db import transaction
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.exports import saving
from sanderling.exports.models import Export
from sanderling.postgres.waking import wake


def run_now(organisation_id: int, export_id: int, *, by: Actor) -> None:
    """Have a worker run the export at once; one that is running runs once more."""
    _request(organisation_id, export_id, "requested_at", "export.run", by=by)


def compare_now(organisation_id: int, export_id: int, *, by: Actor) -> None:
    """Have a worker bring the rows up to date and compare both sides."""
    _request(organisation_id, export_id, "compare_requested_at", "export.compare", by=by)


def _request(organisation_id: int, export_id: int, wish: str, verb: str, *, by: Actor) -> None:
    require(by, Permission.EDIT_EXPORTS)
    export = saving.get(organisation_id, export_id)
    now = timezone.now()
    with transaction.atomic():
        Export.objects.filter(pk=export.pk).update(**{wish: now, "next_run_at": now})
        auditing.record(by, verb, export.pk)
        wake("exports")
