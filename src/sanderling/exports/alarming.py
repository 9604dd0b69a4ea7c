"""Both sides differ: it is written down, and whoever may mend it gets a mail.

A person who asked for the comparison looks at the page; only what the night finds is mailed.
"""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from sanderling.accounts import auditing, notifying
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission
from sanderling.exports.models import Comparison, Export


def tell(export: Export, found: Sequence[Comparison], *, is_asked: bool) -> None:
    """Tell of datasets that differ, if any do."""
    wrong = [result for result in found if not result.is_equal]
    if not wrong:
        return
    by = Actor.system(export.organisation_id)
    auditing.record(by, "export.differs", export.pk, datasets=[one.dataset for one in wrong])
    if not is_asked:
        readers = notifying.members_who(export.organisation_id, Permission.EDIT_EXPORTS)
        notifying.notify(export.organisation_id, readers, lambda: _letter(export, wrong))


def _letter(export: Export, wrong: Sequence[Comparison]) -> tuple[str, str]:
    subject = _("The data export to %(place)s differs") % {"place": _place(export)}
    lines = [
        _("Both sides of the data export were compared last night, and these tables differ:"),
        "",
        *map(_line, wrong),
        "",
        _("Days and counts: %(url)s") % {"url": address_of(export)},
        _("“Send all rows again” on that page puts a table right."),
    ]
    return subject, "\n".join(lines)


def address_of(export: Export) -> str:
    """Return the address of the export's page."""
    return f"{settings.BASE_URL}/data-export/{export.pk}"


def _place(export: Export) -> str:
    return f"{export.connector.name} · {export.schema}"


def _line(result: Comparison) -> str:
    if result.error:
        return f"- {result.dataset}: {result.error}"
    return _("- %(dataset)s: %(here)s rows here, %(there)s there; %(days)s days differ") % {
        "dataset": result.dataset,
        "here": result.rows_here,
        "there": result.rows_there,
        "days": len(result.days),
    }
