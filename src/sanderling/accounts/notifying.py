"""Mail from the product to members of an organisation, by the road of password resets.

A mail that does not go is logged and forgotten: whatever it tells stands in a page, too, and a
mail server that is down must not stop the work that it would have told of.
"""

import logging
from collections.abc import Callable, Collection

from django.core.mail import EmailMessage
from django.utils import translation

from sanderling.accounts.models import Membership
from sanderling.accounts.rights import Permission, permissions_of

LOG = logging.getLogger(__name__)
Letter = Callable[[], tuple[str, str]]


def members_who(organisation_id: int, permission: Permission) -> list[int]:
    """Return the users who have a right in an organisation."""
    rows = Membership.objects.filter(organisation_id=organisation_id, user__is_active=True)
    return [row.user_id for row in rows.order_by("pk") if permission in permissions_of(row.role)]


def notify(organisation_id: int, user_ids: Collection[int], letter: Letter) -> int:
    """Write to those of these users who still are members; return how many mails went.

    ``letter`` gives subject and text; it is called once for each, in the reader's language.
    """
    rows = Membership.objects.filter(
        organisation_id=organisation_id, user_id__in=user_ids, user__is_active=True
    )
    rows = rows.select_related("user", "organisation").order_by("pk")
    return sum(_sent(row, letter) for row in rows)


def _sent(reader: Membership, letter: Letter) -> int:
    with translation.override(reader.user.language or reader.organisation.language):
        subject, text = letter()
    try:
        return EmailMessage(subject, text, to=[reader.user.email]).send()
    except OSError as error:  # SMTP's errors, too
        LOG.warning("A mail to user %s did not go: %s", reader.user_id, type(error).__name__)
        return 0
