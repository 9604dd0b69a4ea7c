"""Names that only the shop's server can give: signed, so that a page cannot claim somebody else's.

Whoever knows an address can write it into a page.  Where that matters (pushes with personal
content), the organisation asks for a signature: HMAC-SHA256, in hexadecimal, of the name that
counts most (external id, else e-mail, else phone), with a secret that never reaches a browser.
"""

import hmac
import secrets

from django.conf import settings

from sanderling.contacts.recognising import Identity
from sanderling.lib.sealing import Keyring, seal, unseal_text
from sanderling.websites.models import Site

NOBODY = Identity()


def believed(site: Site, who: Identity, signature: str) -> Identity:
    """Return the names that may be believed; all of them where no signature is asked for."""
    name = who.external_id or who.email or who.phone
    if not site.signed_names or not name:
        return who
    right = hmac.new(secret_of(site).encode(), name.encode(), "sha256").hexdigest()
    # What was signed is one name; the others would be the page's word again.
    return _only(who) if hmac.compare_digest(signature.encode(), right.encode()) else NOBODY


def secret_of(site: Site) -> str:
    """Return the secret to sign with; shown to owners only."""
    assert site.name_secret is not None, "it is made when signatures are asked for"
    return unseal_text(site.name_secret, context=_context(site.pk), keyring=_keyring())


def give_secret(site: Site) -> None:
    """Make a secret; signatures with a former one count no more."""
    secret = secrets.token_hex(32)
    site.name_secret = seal(secret, context=_context(site.pk), keyring=_keyring())


def _only(who: Identity) -> Identity:
    if who.external_id:
        return Identity(external_id=who.external_id)
    return Identity(email=who.email) if who.email else Identity(phone=who.phone)


def _keyring() -> Keyring:
    return Keyring.from_text(settings.SEALING_KEYS)


def _context(site_id: int) -> str:
    return f"site:{site_id}:names:v1"
