"""Tokens of readers: each opens one call and is replaced by its answer (api.md §7.3).

A token that was used is worth nothing, so one that leaks from a log opens nothing.  Of two calls
with the same token the second is refused and the app asks for a new one.
"""

import uuid
from typing import NamedTuple

from django.core import signing

from sanderling.appinbox.models import Session
from sanderling.contacts import finding
from sanderling.contacts.models import Contact
from sanderling.postgres.statements import Statements, fetch_value

STATEMENTS = Statements(__package__)
SALT = "sanderling.appinbox.sessions"
DAYS = 30  # unused
AT_ONCE = 5_000


class Reader(NamedTuple):
    """Whose inbox it is, and the token of the next call."""

    organisation_id: int
    contact_id: int
    token: str


def begin(organisation_id: int, contact_id: int) -> str:
    """Let a reader in; return its first token."""
    session = Session(organisation_id=organisation_id, contact_id=contact_id, chain=uuid.uuid4())
    session.number = 0
    session.save(force_insert=True)
    return _token(organisation_id, contact_id, session.chain.hex, 0)


def use(token: str) -> Reader | None:
    """Return the reader of a token and use it up; None when it opens nothing."""
    try:
        organisation_id, contact_id, chain, number = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    contact_id = finding.current(organisation_id, contact_id)
    params = {
        "organisation_id": organisation_id,
        "contact_id": contact_id,
        "chain": chain,
        "number": number,
        "days": DAYS,
    }
    following = fetch_value(STATEMENTS["use_session"], params)
    alive = Contact.objects.filter(
        organisation_id=organisation_id, pk=contact_id, deleted_at__isnull=True
    )
    if following is None or not alive.exists():
        return None
    return Reader(
        organisation_id, contact_id, _token(organisation_id, contact_id, chain, following)
    )


def forget_unused() -> int:
    """Delete sessions that nobody used for a month; return how many."""
    return STATEMENTS.run("delete_unused", {"days": DAYS, "limit": AT_ONCE})


def _token(organisation_id: int, contact_id: int, chain: str, number: int) -> str:
    return signing.dumps([organisation_id, contact_id, chain, number], salt=SALT)
