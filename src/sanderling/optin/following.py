"""Move what a contact was asked that turned out to be another one."""

from sanderling.optin.models import Confirmation


def follow(organisation_id: int, former_id: int, contact_id: int) -> bool:
    """Drop the open questions: they are about an address that the former had not got any more."""
    Confirmation.objects.filter(organisation_id=organisation_id, contact_id=former_id).delete()
    return True
