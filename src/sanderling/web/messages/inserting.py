"""What an author can put into a message: the contact's fields, rows of data sources, links.

Shown beside the text, ready to be pressed or copied, so that nobody has to know the names.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanderling.contacts import fields
from sanderling.sources import saving as sources
from sanderling.sources.models import DataSource

MOST_COLUMNS = 40
CONTACT: tuple[tuple[str | Promise, str], ...] = (
    (_("First name"), "$!{firstName}"),
    (_("Last name"), "$!{lastName}"),
    (_("Email"), "$!{email}"),
    (_("Phone"), "$!{phone}"),
    (_("External ID"), "$!{externalId}"),
    (_("Town"), "$!{town}"),
)
LINKS: tuple[tuple[str | Promise, str], ...] = (
    (_("Unsubscribe"), "$!unsubscribeUrl"),
    (_("Open in a browser"), "$!viewUrl"),
)


@dataclass(frozen=True)
class Group:
    """Pieces of one origin: (label, what is inserted); ``pattern`` where they are alike."""

    title: str | Promise
    pieces: list[tuple[str | Promise, str]]
    pattern: str = ""


def groups_of(organisation_id: int, *, links: bool) -> list[Group]:
    """Return everything that this organisation's messages can say; ``links`` for pages only."""
    additional = [
        (str(field), f"%{key}%")
        for key, field in fields.by_personalisation_key(organisation_id).items()
    ]
    found = [Group(_("Contact"), [*CONTACT, *additional])]
    found += [_of_source(source) for source in sources.sources_of(organisation_id)]
    return [*found, Group(_("Links"), list(LINKS))] if links else found


def _of_source(source: DataSource) -> Group:
    rows = f"$!data.get('{source.name}')"
    names = [str(column["name"]) for column in source.columns][:MOST_COLUMNS]
    first: list[tuple[str | Promise, str]] = [
        (name, f"{rows}.get(0).get('{name}')") for name in names
    ]
    cells = " ".join(f"$!row.get('{name}')" for name in names[:3])
    every = f"#foreach($row in {rows})\n<p>{cells}</p>\n#end"
    pieces = [*first, (_("Every row"), every)]
    return Group(_("Data source “%s”") % source.name, pieces, f"{rows}.get(0).get('…')")
