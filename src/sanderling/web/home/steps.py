"""From an empty organisation to the first campaign over its own tables: the steps, in order."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.rights import Permission


@dataclass(frozen=True)
class Step:
    """One thing to do: when it is there, who may do it, where, and why."""

    thing: str
    permission: Permission
    url: str
    title: str | Promise
    why: str | Promise


STEPS = (
    Step("connector", Permission.EDIT_CONNECTORS, "connectors-new", _("Connect your database"),
         _("Messages and segments then read your own tables, as fresh as they are there.")),
    Step("source", Permission.EDIT_CONNECTORS, "sources-new", _("Choose a table"),
         _("A data source is a table under a name that messages and segments use.")),
    Step("contact", Permission.EDIT_CONTACTS, "contacts-imports", _("Import your contacts"),
         _("A CSV file is enough; the external ID joins them with your tables.")),
    Step("segment", Permission.EDIT_SEGMENTS, "segments-new", _("Build a segment"),
         _("Conditions over fields, activity and your tables, counted while you build.")),
    Step("message", Permission.EDIT_MESSAGES, "messages-new", _("Write a message"),
         _("With a preview for real people, and every mistake shown with its line.")),
    Step("gateway", Permission.ADMINISTER, "sending-gateway", _("Set up your mail server"),
         _("Until then mail is captured and shown in the inbox; nobody gets it.")),
    Step("campaign", Permission.SEND, "campaigns-new", _("Send a campaign"),
         _("Choose who gets it, and see who did, who did not, and why.")),
    Step("export", Permission.EDIT_EXPORTS, "exports-new", _("Export what happens"),
         _("Nine tables in your own database, complete and on time.")),
)  # fmt: skip


def left(standing: Mapping[str, bool], permissions: frozenset[Permission]) -> list[Step]:
    """Return what is still to do for somebody with these permissions."""
    return [step for step in STEPS if not standing[step.thing] and step.permission in permissions]


def share_done(standing: Mapping[str, bool]) -> int:
    """Return how many of all steps are done, in per cent."""
    return 100 * sum(standing[step.thing] for step in STEPS) // len(STEPS)
