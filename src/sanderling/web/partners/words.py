"""The rights of an app, in the words of the person who is asked for them."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.models import KeyRights

RIGHTS: dict[str, tuple[Promise | str, Promise | str]] = {
    KeyRights.FULL: (
        _("Full access to API"),
        _("Read and change everything, send messages, reach your data sources and exports."),
    ),
    KeyRights.EVENTS: (
        _("Access to events"),
        _("Tell about events, and delete past ones."),
    ),
    KeyRights.EVENTS_CONTACTS_WRITE: (
        _("Access to events and contacts (adding and updating)"),
        _("Add, change and delete contacts without reading them; tell about events."),
    ),
    KeyRights.EVENTS_CONTACTS: (
        _("Access to events and contacts"),
        _("Read, add, change and delete contacts, read their activity; tell about events."),
    ),
    KeyRights.MESSAGES: (
        _("Access to messages"),
        _("Send messages and campaigns, and see what became of them."),
    ),
}


def choices() -> list[tuple[str, Promise | str]]:
    """Return the rights as a form offers them."""
    return [(right, title) for right, (title, _words) in RIGHTS.items()]


def described(rights: Iterable[str]) -> list[tuple[Promise | str, Promise | str]]:
    """Return title and words of each right."""
    return [words for right, words in RIGHTS.items() if right in set(rights)]
