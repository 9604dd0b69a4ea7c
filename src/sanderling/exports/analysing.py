"""Make and drop the ready-made views beside the exported tables, and keep them as they should be.

A view is made when somebody asks.  From then on every run looks at it: one that is gone, because
its table was made anew, or that an older version made, is made again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.connectors.drivers.chunks import MARK
from sanderling.exports import saving
from sanderling.exports.analysis.views import VIEWS, View
from sanderling.exports.destinations.kinds import kind_of
from sanderling.exports.destinations.protocol import Destination
from sanderling.exports.models import Export
from sanderling.lib.errors import Conflict, Invalid, SanderlingError


class NameTaken(Conflict):
    """Something of yours has the name of a view."""


@dataclass(frozen=True)
class Standing:
    """A view and how it stands; ``lacks`` are the datasets that are not exported."""

    view: View
    is_made: bool
    lacks: tuple[str, ...]


def standing_of(export: Export) -> list[Standing]:
    """Return every view, made or not; the customer's server is not asked."""
    return [
        Standing(view, view.name in export.views, _lacking(view, export)) for view in VIEWS.values()
    ]


def make(organisation_id: int, export_id: int, names: Sequence[str], *, by: Actor) -> Export:
    """Make these views in the schema of an export, or make them anew.

    Raises Invalid for names that are none and views whose tables are not exported, NameTaken for
    names that the customer uses, SourceUnavailable with the GRANT to run.  All or none are made.
    """
    require(by, Permission.EDIT_EXPORTS)
    export = saving.get(organisation_id, export_id)
    _check(export, names)
    with kind_of(export.connector).opened(export) as destination:
        there = destination.views()
        for name in names:
            if name in there and not there[name].startswith(MARK):
                raise NameTaken(
                    f'There is something called "{name}" in "{export.schema}" that is not ours. '
                    "Rename it first."
                )
        destination.make_views([VIEWS[name] for name in names])
    return _remember(export, {*export.views, *names}, "export.views.make", names, by)


def drop(organisation_id: int, export_id: int, names: Sequence[str], *, by: Actor) -> Export:
    """Drop these views, where they are ours and still there."""
    require(by, Permission.EDIT_EXPORTS)
    export = saving.get(organisation_id, export_id)
    if unknown := sorted(set(names) - set(VIEWS)):
        raise Invalid(problems={"views": [f"There is no view {unknown[0]}."]})
    with kind_of(export.connector).opened(export) as destination:
        there = destination.views()
        destination.drop_views([n for n in names if there.get(n, "").startswith(MARK)])
    return _remember(export, {*export.views} - {*names}, "export.views.drop", names, by)


def refresh(export: Export, destination: Destination) -> list[str]:
    """Make those of an export's views again that are gone or older; return their names.

    Tables that are not there yet are waited for.
    """
    there = destination.views()
    stale = [
        VIEWS[name]
        for name in export.views
        if name in VIEWS and there.get(name, "") != VIEWS[name].mark(destination.dialect)
    ]
    ours = [view for view in stale if there.get(view.name, MARK).startswith(MARK)]
    ready = [view for view in ours if not _lacking(view, export)]
    if ready:
        destination.make_views(ready)
    return [view.name for view in ready]


def refreshed(export: Export) -> str:
    """Refresh the views of an export; return what went wrong, in words, or nothing."""
    export.refresh_from_db(fields=["views"])  # asked for while the run was under way
    if not export.views:
        return ""
    try:
        with kind_of(export.connector).opened(export) as destination:
            refresh(export, destination)
    except SanderlingError as error:
        return error.message
    return ""


def _check(export: Export, names: Sequence[str]) -> None:
    problems = [f"There is no view {name}." for name in names if name not in VIEWS]
    if not names:
        problems = ["Choose at least one view."]
    if not problems:
        problems = [
            f'"{name}" needs {", ".join(lacking)}: export them too, and run once.'
            for name in names
            if (lacking := _lacking(VIEWS[name], export))
        ]
    if problems:
        raise Invalid(problems={"views": problems})


def _lacking(view: View, export: Export) -> tuple[str, ...]:
    return tuple(name for name in view.datasets if name not in export.datasets)


def _remember(
    export: Export, views: set[str], verb: str, names: Sequence[str], by: Actor
) -> Export:
    with transaction.atomic():
        export.views = [name for name in VIEWS if name in views]
        export.save(update_fields=["views", "updated_at"])
        auditing.record(by, verb, export.pk, views=sorted(names))
    return export
