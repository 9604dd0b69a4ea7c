"""HTTP Basic with a person's own login and password, as programs older than keys send it.

Only where the organisation has said so (``password_calls``), and only for people who may write:
its owners, and its marketers without what the API keeps for full access.  Failures count like
those of the page, so the API is no second door for guessing.  A password's hash is slow on
purpose; what was found right is remembered for some minutes, and forgotten with the password.
"""

import hashlib
import hmac
import secrets
import time

from sanderling.accounts import throttling
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import KeyRights, Membership, Role
from sanderling.api.calling import Caller
from sanderling.api.rights import permissions_of

RIGHTS: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset({KeyRights.FULL}),
    Role.MARKETER: frozenset({KeyRights.EVENTS_CONTACTS, KeyRights.MESSAGES}),
}
REMEMBERED_FOR = 300.0
MOST = 1000
_PEPPER = secrets.token_bytes(32)
_known: dict[bytes, float] = {}


def caller_of(login: str, password: str, *, ip: str) -> Caller | None:
    """Return the person as a caller; raises TooManyAttempts where guessing has been tried."""
    if "@" not in login or not password or "\x00" in login:
        return None
    member = _member(login)
    if member is None or not _is_right(member, login, password, ip):
        return None
    rights = RIGHTS[member.role]
    actor = Actor(
        member.organisation_id,
        member.user.email,
        permissions_of(rights),
        user_id=member.user_id,
        key_rights=rights,
    )
    return Caller(actor, member.organisation, f"person {member.user_id}", person_id=member.user_id)


def _member(login: str) -> Membership | None:
    """Return the person's oldest place where programs may call so."""
    found = Membership.objects.select_related("user", "organisation").filter(
        user__email__iexact=login.strip(),
        user__is_active=True,
        organisation__password_calls=True,
        role__in=RIGHTS,
    )
    return found.order_by("pk").first()


def _is_right(member: Membership, login: str, password: str, ip: str) -> bool:
    shown = f"{member.user.password}\x00{password}".encode("utf-8", "replace")
    mark, now = hmac.digest(_PEPPER, shown, hashlib.sha256), time.monotonic()
    if _known.get(mark, 0.0) > now:
        return True
    throttling.check(login, ip)
    if not member.user.check_password(password):
        throttling.failed(login, ip)
        return False
    throttling.succeeded(login)
    if len(_known) >= MOST:
        _known.clear()
    _known[mark] = now + REMEMBERED_FOR
    return True
