"""Recognise the Bearer token of an app: one look-up by its hash, and what it may do."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.utils import timezone

from sanderling.accounts.models import Membership, Organisation
from sanderling.oauth.models import AccessToken

TOUCH_EVERY = dt.timedelta(minutes=5)  # last use need not be exact, and a write is not free


@dataclass(frozen=True, slots=True)
class Access:
    """A living token: which app acts for which organisation, and with which rights."""

    app_id: int
    app_name: str
    organisation: Organisation
    user_id: int
    rights: frozenset[str]


def recognise(token: str) -> Access | None:
    """Return what a token opens; None when it is unknown, expired, or its person has left.

    The rights are the app's of this moment: an app that loses a right loses it at once.
    """
    found = (
        AccessToken.objects.select_related("application", "organisation", "user")
        .filter(token_checksum=hashlib.sha256(token.encode("utf-8", "replace")).hexdigest())
        .first()
    )
    if found is None or found.is_expired() or not found.application or not found.organisation:
        return None
    if not _is_member(found):
        return None
    _touch(found)
    return Access(
        app_id=found.application.pk,
        app_name=found.application.name,
        organisation=found.organisation,
        user_id=found.user_id,
        rights=frozenset(found.application.rights),
    )


def _is_member(token: AccessToken) -> bool:
    return (
        token.user.is_active
        and Membership.objects.filter(
            organisation_id=token.organisation_id, user_id=token.user_id
        ).exists()
    )


def _touch(token: AccessToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - TOUCH_EVERY:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
