"""API keys: made once, shown once, kept as a hash.

A key is 240 random bits, so a plain SHA-256 is enough: there is nothing to guess, and a slow
hash would cost every API call 100 ms.
"""

import datetime as dt
import hashlib
import secrets

from django.db.models import Q
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import ApiKey, KeyRights, Organisation
from sanderling.lib.errors import Invalid, NotFound
from sanderling.postgres.statements import Statements

STATEMENTS = Statements(__package__)
OF_ORGANISATION = (
    "name", "time_zone", "language", "currency", "second_person", "text_scalars",
    "password_calls", "created_at",
)  # fmt: skip

IDLE_LIMIT = dt.timedelta(days=90)  # a key that nobody uses is switched off (api.md §1.3)
TOUCH_EVERY = dt.timedelta(minutes=5)  # last_used_at need not be exact, and a write is not free


def create(organisation_id: int, *, rights: str, description: str, by: Actor) -> tuple[ApiKey, str]:
    """Return a new key and its secret, which nobody can read again."""
    if rights not in KeyRights.values:
        raise Invalid(problems={"rights": [f"Choose one of: {', '.join(KeyRights.values)}."]})
    secret = secrets.token_urlsafe(30)
    key = ApiKey.objects.create(
        organisation_id=organisation_id,
        description=description,
        start=secret[:6],
        digest=digest_of(secret),
        rights=rights,
        created_by_id=by.user_id,
    )
    auditing.record(by, "key.create", key.pk, rights=rights)
    return key, secret


def authenticate(secret: str) -> ApiKey | None:
    """Return the active key of a secret, and remember that it was used."""
    key = _working(digest_of(secret))
    if key is None:
        return None
    if _is_idle(key):
        ApiKey.objects.filter(pk=key.pk).update(is_active=False)
        return None
    _touch(key)
    return key


def get(organisation_id: int, key_id: int) -> ApiKey:
    """Return a key of the organisation."""
    found = ApiKey.objects.filter(organisation_id=organisation_id, pk=key_id).first()
    if found is None:
        raise NotFound("There is no such key.")
    return found


def switch(organisation_id: int, key_id: int, *, on: bool, by: Actor) -> None:
    """Switch a key on or off."""
    changes = {"is_active": on, **({"last_used_at": timezone.now()} if on else {})}
    if not ApiKey.objects.filter(organisation_id=organisation_id, pk=key_id).update(**changes):
        raise NotFound
    auditing.record(by, "key.switch", key_id, on=on)


def delete(organisation_id: int, key_id: int, *, by: Actor) -> None:
    """Delete a key; it stops working at once."""
    deleted, _ = ApiKey.objects.filter(organisation_id=organisation_id, pk=key_id).delete()
    if not deleted:
        raise NotFound
    auditing.record(by, "key.delete", key_id)


def digest_of(secret: str) -> str:
    """Return the hash that is stored."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _working(digest: str) -> ApiKey | None:
    """Return the working key of a hash with its organisation.

    By a statement: for the ORM to make up the same query took a quarter of a call's CPU.
    """
    found = ApiKey.objects.raw(STATEMENTS["recognise_key"], {"digest": digest})
    key: ApiKey | None = next(iter(found), None)
    if key is not None:
        members = {name: getattr(key, f"its_{name}") for name in OF_ORGANISATION}
        key.organisation = Organisation.from_db(
            key._state.db, ["id", *members], [key.organisation_id, *members.values()]
        )
    return key


def _is_idle(key: ApiKey) -> bool:
    return (key.last_used_at or key.created_at) < timezone.now() - IDLE_LIMIT


def _touch(key: ApiKey) -> None:
    """Write the time of use at most every few minutes, and only once for many at the same time."""
    now = timezone.now()
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - TOUCH_EVERY)
    if key.last_used_at is None or key.last_used_at < now - TOUCH_EVERY:
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
