"""Who followed a link of a mail, told to the page it led to.

A ticket is signed and short-lived: the page's script takes it out of the address at once, and a
link that is passed on to a friend a day later makes nobody the first reader.
"""

from urllib.parse import urlsplit, urlunsplit

from django.core import signing

from sanderling.contacts.recognising import NOBODY
from sanderling.lib.errors import Invalid
from sanderling.websites import registering
from sanderling.websites.models import Domain

SALT = "sanderling.websites.tickets"
PARAMETER = "sc_ticket"
LIFE = 15 * 60  # seconds from the click to the page's first event


def stamped(organisation_id: int, contact_id: int, address: str) -> str:
    """Return the address with a ticket, when it leads to a domain of the organisation."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    rows = Domain.objects.filter(organisation_id=organisation_id).values_list("host", "pk")
    if parts.scheme not in ("http", "https") or not _is_ours(parts.netloc, dict(rows)):
        return address
    word = signing.dumps([organisation_id, contact_id], salt=SALT, compress=False)
    query = f"{parts.query}&{PARAMETER}={word}" if parts.query else f"{PARAMETER}={word}"
    return urlunsplit(parts._replace(query=query))


def read(organisation_id: int, word: str) -> int:
    """Return the contact of a ticket of this organisation, or ``NOBODY``."""
    if not word:
        return NOBODY
    try:
        organisation, contact_id = signing.loads(word, salt=SALT, max_age=LIFE)
    except (signing.BadSignature, ValueError, TypeError):
        return NOBODY
    return int(contact_id) if organisation == organisation_id else NOBODY


def _is_ours(netloc: str, registered: dict[str, int]) -> bool:
    try:
        return bool(registered) and registering.speaks_for(netloc, registered) is not None
    except Invalid:
        return False
