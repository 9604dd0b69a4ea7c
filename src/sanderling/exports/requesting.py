"""Somebody wants an export to run, both sides compared, or all rows sent again."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.exports import saving
from sanderling.exports.models import Export
from sanderling.lib.errors import Invalid
from sanderling.postgres.waking import wake


def run_now(organisation_id: int, export_id: int, *, by: Actor) -> None:
    """Have a worker run the export at once; one that is running runs once more."""
    _request(organisation_id, export_id, "requested_at", "export.run", by=by)


def compare_now(organisation_id: int, export_id: int, *, by: Actor) -> None:
    """Have a worker bring the rows up to date and compare both sides."""
    _request(organisation_id, export_id, "compare_requested_at", "export.compare", by=by)


def resend(organisation_id: int, export_id: int, names: Sequence[str], *, by: Actor) -> None:
    """Have a worker send all rows of these datasets again; rows that are equal are not written.

    Raises Invalid for datasets that the export does not have.
    """
    require(by, Permission.EDIT_EXPORTS)
    with transaction.atomic():
        export = _locked(saving.get(organisation_id, export_id).pk)
        wanted = [name for name in export.datasets if name in set(names)]
        if not names or len(wanted) < len(set(names)):
            raise Invalid(problems={"datasets": ["Choose among the datasets of this export."]})
        now = timezone.now()
        export.resend = sorted({*export.resend, *wanted})
        export.requested_at = export.next_run_at = now
        export.save(update_fields=["resend", "requested_at", "next_run_at"])
        auditing.record(by, "export.resend", export.pk, datasets=wanted)
        wake("exports")


def fulfilled(export_id: int, name: str) -> None:
    """Take a wish for all rows of a dataset off."""
    with transaction.atomic():
        export = _locked(export_id)
        export.resend = [other for other in export.resend if other != name]
        export.save(update_fields=["resend"])


def _locked(export_id: int) -> Export:
    return Export.objects.select_for_update().get(pk=export_id)


def _request(organisation_id: int, export_id: int, wish: str, verb: str, *, by: Actor) -> None:
    require(by, Permission.EDIT_EXPORTS)
    export = saving.get(organisation_id, export_id)
    now = timezone.now()
    with transaction.atomic():
        Export.objects.filter(pk=export.pk).update(**{wish: now, "next_run_at": now})
        auditing.record(by, verb, export.pk)
        wake("exports")
