"""Every change leaves a line that says who made it."""

from sanderling.accounts.actors import Actor
from sanderling.accounts.models import AuditEntry


def record(by: Actor, verb: str, subject: object, **details: object) -> None:
    """Write one line: ``record(by, "broadcast.start", broadcast.pk, recipients=10)``.

    Details are JSON and must never hold a secret.
    """
    AuditEntry.objects.create(
        organisation_id=by.organisation_id,
        actor=by.name,
        verb=verb,
        subject=str(subject),
        details=details,
    )
