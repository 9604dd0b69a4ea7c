"""Keep exports: create, change, pause, delete; who did it is written down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.connectors import saving as connectors
from sanderling.connectors.models import Connector
from sanderling.exports import checking
from sanderling.exports.catalogue import DATASETS
from sanderling.exports.destinations.kinds import kind_of
from sanderling.exports.models import Export, Interval, Rhythm
from sanderling.exports.scheduling import check_cron, next_night
from sanderling.lib.errors import Invalid, NotFound
from sanderling.postgres.waking import wake

# What a form says; the rest of a row belongs to the worker that may be running it just now.
FILLED = (
    "connector", "schema", "interval", "cron", "datasets", "rhythm", "next_run_at", "compare_at",
    "updated_at",
)  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """What the form asks for."""

    connector_id: int
    datasets: Sequence[str]
    schema: str = ""  # the usual one of the connector
    interval: str = Interval.DAY
    cron: str = ""
    rhythm: str = ""  # as it was, at first as it is usual for the connector


def get(organisation_id: int, export_id: int) -> Export:
    """Return an export of this organisation, with its connector."""
    found = (
        Export.objects.filter(organisation_id=organisation_id, pk=export_id)
        .select_related("connector", "organisation")
        .first()
    )
    if found is None:
        raise NotFound("There is no such data export.")
    return found


def exports_of(organisation_id: int) -> list[Export]:
    """Return the organisation's exports, oldest first."""
    rows = Export.objects.filter(organisation_id=organisation_id)
    return list(rows.select_related("connector").order_by("pk"))


def save(organisation_id: int, draft: Draft, *, export_id: int | None = None, by: Actor) -> Export:
    """Create an export, due at once, or change the one of ``export_id``.

    Raises Invalid with the problems by field: also what the database would refuse, with the
    GRANT to run.
    """
    require(by, Permission.EDIT_EXPORTS)
    connector = connectors.get(organisation_id, draft.connector_id)
    draft = replace(draft, schema=draft.schema.strip() or kind_of(connector).schema(connector))
    stored = get(organisation_id, export_id) if export_id is not None else None
    usual = stored.rhythm if stored else kind_of(connector).rhythm
    draft = replace(draft, rhythm=draft.rhythm or usual)
    _check(organisation_id, draft, connector, stored)
    with transaction.atomic():
        export = stored or Export(organisation_id=organisation_id)
        export.connector = connector
        export.schema = draft.schema.strip()
        export.interval = draft.interval
        export.cron = draft.cron.strip() if draft.interval == Interval.CRON else ""
        export.datasets = [name for name in DATASETS if name in set(draft.datasets)]
        export.next_run_at = timezone.now()
        _set_rhythm(export, draft.rhythm)
        export.save(update_fields=FILLED if stored else None)
        verb = "export.change" if stored else "export.create"
        auditing.record(
            by, verb, export.pk, connector=connector.name, schema=export.schema,
            datasets=export.datasets, comparison=export.rhythm,
        )  # fmt: skip
        wake("exports")
    return export


def pause(organisation_id: int, export_id: int, *, on: bool, by: Actor) -> None:
    """Pause an export, or let it go on, due at once; a run under way ends as it would."""
    require(by, Permission.EDIT_EXPORTS)
    export = get(organisation_id, export_id)
    with transaction.atomic():
        changed = {"is_paused": on} if on else {"is_paused": on, "next_run_at": timezone.now()}
        Export.objects.filter(pk=export.pk).update(**changed)
        auditing.record(by, "export.pause" if on else "export.resume", export.pk)


def delete(organisation_id: int, export_id: int, *, by: Actor) -> None:
    """Delete an export with its history; the customer's tables stay as they are."""
    require(by, Permission.EDIT_EXPORTS)
    export = get(organisation_id, export_id)
    with transaction.atomic():
        export.delete()
        auditing.record(by, "export.delete", export_id)


def _set_rhythm(export: Export, rhythm: str) -> None:
    """Change how often both sides are compared; the first run of a new export sets the night."""
    if export.rhythm != rhythm:
        export.rhythm = rhythm
        export.compare_at = next_night(export, timezone.now()) if export.pk else None


def _check(organisation_id: int, draft: Draft, connector: Connector, stored: Export | None) -> None:
    problems = _problems_of_form(draft, connector)
    if draft.interval == Interval.CRON and "interval" not in problems:
        check_cron(draft.cron.strip())
    if not problems and (taken := _taken(organisation_id, draft, stored)):
        problems["datasets"] = [
            f"Data export {number} writes {', '.join(names)} into this schema already: take them "
            "out there, or choose another schema."
            for number, names in taken.items()
        ]
    if not problems:
        schema = draft.schema.strip()
        if found := checking.problems_of(connector, schema, datasets=draft.datasets):
            problems["schema"] = found
    if problems:
        raise Invalid(problems=problems)


def _problems_of_form(draft: Draft, connector: Connector) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    kind = kind_of(connector)
    if draft.interval not in Interval.values:
        problems["interval"] = ["Choose how often rows are uploaded."]
    if draft.rhythm not in Rhythm.values:
        problems["comparison"] = ["Choose how often both sides are compared: night, week, never."]
    if not draft.datasets:
        problems["datasets"] = ["Choose at least one dataset."]
    if unknown := sorted(set(draft.datasets) - set(DATASETS)):
        problems["datasets"] = [f"There is no dataset {unknown[0]}."]
    if wrong := kind.schema_problem(draft.schema.strip()):
        problems["schema"] = [wrong]
    return problems


def _taken(organisation_id: int, draft: Draft, stored: Export | None) -> dict[int, list[str]]:
    """Return which datasets other exports write into the same schema of the same database."""
    connector = connectors.get(organisation_id, draft.connector_id)
    server = {f"connector__{name}": getattr(connector, name) for name in kind_of(connector).server}
    others = Export.objects.filter(
        organisation_id=organisation_id,
        schema=draft.schema.strip(),
        connector__kind=connector.kind,
        **server,
    ).exclude(pk=stored.pk if stored else 0)
    shared = {other.pk: sorted({*other.datasets} & {*draft.datasets}) for other in others}
    return {number: names for number, names in shared.items() if names}
