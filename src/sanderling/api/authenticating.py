"""Who calls: HTTP Basic with a key, a Bearer token of an app, or a Bearer token for events.

The user name of Basic may be anything, also empty: clients write "user", "api", their e-mail.
Where an organisation allows it, that e-mail with the person's password is the fourth way.
"""

import base64
import binascii

from django.core import signing
from django.http import HttpRequest

from sanderling.accounts import keys
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import ApiKey, KeyRights
from sanderling.api import persons_calling
from sanderling.api.calling import Caller
from sanderling.api.rights import permissions_of
from sanderling.oauth import tokens

EVENT_TOKEN_SALT = "sanderling.api.events"  # noqa: S105 - a name, not a secret
EVENT_TOKEN_LIFE = 24 * 3600


def caller_of(request: HttpRequest) -> Caller | None:
    """Return the caller whose credentials the request shows, or None."""
    scheme, _, credentials = request.headers.get("Authorization", "").strip().partition(" ")
    credentials = credentials.strip()
    if scheme.lower() == "basic":
        login, password = _pair(credentials)
        ip = str(request.META.get("REMOTE_ADDR", ""))[:45]
        return _by_key(password) or persons_calling.caller_of(login, password, ip=ip)
    if scheme.lower() == "bearer" and credentials:
        return _by_event_token(credentials) or _by_app_token(credentials)
    return None


def password_of(request: HttpRequest) -> str:
    """Return the password of HTTP Basic; "" when the request shows something else."""
    scheme, _, credentials = request.headers.get("Authorization", "").strip().partition(" ")
    return _pair(credentials.strip())[1] if scheme.lower() == "basic" else ""


def event_token(key_id: int) -> str:
    """Return a token that opens the event methods for a day, as long as the key works."""
    return signing.dumps(key_id, salt=EVENT_TOKEN_SALT)


def _pair(credentials: str) -> tuple[str, str]:
    try:
        decoded = base64.b64decode(credentials, validate=False)
    except (binascii.Error, ValueError):
        return "", ""
    login, _, password = decoded.decode("utf-8", "replace").partition(":")
    return login, password


def _by_key(secret: str) -> Caller | None:
    key = keys.authenticate(secret) if secret else None
    return _caller(key, frozenset({key.rights})) if key else None


def _by_event_token(token: str) -> Caller | None:
    if ":" not in token:  # an app's token; spares every call of an app an attempt to unsign
        return None
    try:
        key_id = signing.loads(token, salt=EVENT_TOKEN_SALT, max_age=EVENT_TOKEN_LIFE)
    except signing.BadSignature:
        return None
    key = ApiKey.objects.select_related("organisation").filter(pk=key_id, is_active=True).first()
    return _caller(key, frozenset({KeyRights.EVENTS}), events_only=True) if key else None


def _by_app_token(token: str) -> Caller | None:
    grant = tokens.recognise(token)
    if grant is None:
        return None
    rights = frozenset(grant.rights)
    actor = Actor(
        grant.organisation.pk,
        f"app {grant.app_name}",
        permissions_of(rights),
        user_id=grant.user_id,
        key_rights=rights,
    )
    return Caller(actor, grant.organisation, f"app {grant.app_id}", person_id=grant.user_id)


def _caller(key: ApiKey, rights: frozenset[str], *, events_only: bool = False) -> Caller:
    actor = Actor(
        key.organisation_id,
        f"key {key.start}…",
        permissions_of(rights),
        key_rights=rights,
    )
    return Caller(
        actor,
        key.organisation,
        f"key {key.pk}",
        person_id=key.created_by_id,
        key_id=key.pk,
        events_only=events_only,
    )
