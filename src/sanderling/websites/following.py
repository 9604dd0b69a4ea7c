"""Move the browsers of a contact that turned out to be another one."""

from sanderling.websites.models import Visitor


def follow(organisation_id: int, former_id: int, contact_id: int) -> bool:
    """Bind the browsers to the other contact: what they do from now on is that one's."""
    ours = Visitor.objects.filter(organisation_id=organisation_id, contact_id=former_id)
    ours.update(contact_id=contact_id)
    return True
