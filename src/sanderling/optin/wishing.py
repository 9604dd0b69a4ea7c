"""What a person wants to hear about, changed and written down.

``contacts.consent`` keeps the wish; that it changed is a fact, and facts lie above contacts.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from sanderling.accounts.actors import Actor
from sanderling.activities.models import ActivityStatus
from sanderling.activities.recording import NewActivity, record
from sanderling.contacts import consent
from sanderling.sending import tracking
from sanderling.sending.tokens import Token

BEGINNING = "subscriptions: "


def set_categories(
    organisation_id: int,
    contact_id: int,
    keys: Sequence[str],
    *,
    by: Actor,
    letter: Token | None = None,
) -> bool:
    """Make these the only categories that a contact wants; return whether anything changed.

    `letter` is the mail that brought its reader to change them.
    """
    with transaction.atomic():
        if not consent.set_categories(organisation_id, contact_id, keys, by=by):
            return False
        words = BEGINNING + ", ".join(sorted(set(keys)))
        if letter is not None:
            tracking.subscription_changed(letter, words)
        else:
            record_change(organisation_id, contact_id, words)
    return True


def record_change(organisation_id: int, contact_id: int, words: str) -> None:
    """Write down that a contact's subscription changed, without a letter that brought it."""
    fact = NewActivity(
        organisation_id=organisation_id,
        contact_id=contact_id,
        status=ActivityStatus.SUBSCRIPTION_CHANGED,
        occurred_at=timezone.now(),
        campaign_type="IM",
        description=words,
    )
    record([fact])


def keys_in(words: str) -> list[str] | None:
    """Return the categories that a fact of ``set_categories`` tells of, or None for another."""
    if not words.startswith(BEGINNING.rstrip()):
        return None
    return [key for key in words.removeprefix(BEGINNING).split(", ") if key]
