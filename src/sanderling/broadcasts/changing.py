"""How a campaign goes from one status to another: by one UPDATE that names where it comes from."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from sanderling.broadcasts.models import Broadcast
from sanderling.lib.errors import Conflict
from sanderling.postgres.fields import CurrentTransaction


def move(broadcast: Broadcast, *, to: str, out_of: Sequence[str], **columns: Any) -> None:
    """Change the status, unless somebody else has been faster.

    Raises Conflict when the campaign is in none of the statuses ``out_of``.
    """
    columns |= {"status": to}
    changed = Broadcast.objects.filter(pk=broadcast.pk, status__in=out_of).update(
        **columns, updated_at=timezone.now(), changed=CurrentTransaction()
    )
    if not changed:
        broadcast.refresh_from_db()
        raise Conflict(f"“{broadcast.name}” is {broadcast.status.lower()} now.")
    for name, value in columns.items():
        setattr(broadcast, name, value)
