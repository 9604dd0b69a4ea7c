"""Forget what erased people were asked."""

from collections.abc import Sequence

from sanderling.optin.models import Confirmation


def forget(contact_ids: Sequence[int]) -> None:
    """Forget these contacts; the transaction is the caller's, and again is harmless."""
    Confirmation.objects.filter(contact_id__in=contact_ids).delete()
