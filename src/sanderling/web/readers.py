"""A contact by whatever a person typed: a number, an email, a phone or an external ID."""

from sanderling.contacts import finding
from sanderling.contacts.models import KeyKind
from sanderling.lib.errors import NotFound

LARGEST = 2**63


def contact_named(organisation_id: int, who: str) -> int | None:
    """Return the id of the contact, or None when nobody of the organisation is meant."""
    who = who.strip()[:254]
    if not who or "\0" in who:
        return None
    for kind in (KeyKind.EMAIL, KeyKind.EXTERNAL_ID, KeyKind.PHONE):
        if found := finding.by_key(organisation_id, kind, who):
            return found
    return _numbered(organisation_id, who)


def _numbered(organisation_id: int, who: str) -> int | None:
    if not who.isascii() or not who.isdigit() or int(who) >= LARGEST:
        return None
    try:
        return finding.get(organisation_id, int(who)).pk
    except NotFound:
        return None
