"""Keep data sources: a table of a connector under a name that messages use."""

import re

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.db.models.functions import Now

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.connectors import browsing
from sanderling.connectors import saving as connectors
from sanderling.connectors.drivers.tables import Column
from sanderling.connectors.models import ConnectorKind
from sanderling.lib.errors import Conflict, Invalid, NotFound
from sanderling.postgres import advisory
from sanderling.postgres.waking import wake
from sanderling.sources.models import Copied, Copy, DataSource, OutagePolicy, PreparedFile
from sanderling.sources.using import users

LONGEST_NAME = 100
NO_KEY_COLUMN = "Set the unique contact field of the connector first: it says whose a row is."
MOST_ROWS = 1000
# The name stands between quotes in $!data.get('…'), so a quote would end it.
UNFIT_FOR_A_NAME = re.compile(r"[\x00-\x1f'\"\\]")


def get(organisation_id: int, source_id: int) -> DataSource:
    """Return a source of this organisation, with its connector."""
    found = (
        DataSource.objects.filter(organisation_id=organisation_id, pk=source_id)
        .select_related("connector", "copy")
        .first()
    )
    if found is None:
        raise NotFound("There is no such data source.")
    return found


def sources_of(organisation_id: int) -> list[DataSource]:
    """Return the organisation's sources by name."""
    rows = DataSource.objects.filter(organisation_id=organisation_id)
    return list(rows.select_related("connector", "copy").order_by("name"))


def create(
    organisation_id: int, connector_id: int, *, schema: str, table: str, name: str, by: Actor
) -> DataSource:
    """Make a table of a connector a data source.

    Raises Invalid when the table lacks the contact's key, SourceUnavailable when the database
    does not answer.
    """
    require(by, Permission.EDIT_CONNECTORS)
    connector = connectors.get(organisation_id, connector_id)
    name = checked_name(name)
    if not schema or not table:
        raise Invalid(problems={"table": ["Choose a table."]})
    if not connector.key_column:
        raise Invalid(problems={"table": [NO_KEY_COLUMN]})
    columns = browsing.columns(connector, schema, table)
    if connector.key_column not in {column.name for column in columns}:
        raise Invalid(problems={"table": [no_key(schema, table, connector.key_column)]})
    source = DataSource(
        organisation_id=organisation_id,
        connector=connector,
        name=name,
        schema=schema,
        table=table,
        columns=stored(columns),
    )
    with transaction.atomic():
        _save(source)
        if not connector.is_live:
            Copy.objects.create(source=source, due_at=Now())
            wake("copies")
        auditing.record(by, "source.create", source.pk, name=name, table=f"{schema}.{table}")
    return get(organisation_id, source.pk)


def change(
    organisation_id: int,
    source_id: int,
    *,
    name: str | None = None,
    outage: str | None = None,
    rows_per_contact: int | None = None,
    by: Actor,
) -> DataSource:
    """Rename a source, or say what sending does without it; what is None stays."""
    require(by, Permission.EDIT_CONNECTORS)
    source = get(organisation_id, source_id)
    if name is not None:
        source.name = checked_name(name)
    if outage is not None:
        if outage not in OutagePolicy.values:
            raise Invalid(problems={"outage": [f"Choose of: {', '.join(OutagePolicy.values)}."]})
        source.outage = outage
    if rows_per_contact is not None:
        if not 1 <= rows_per_contact <= MOST_ROWS:
            raise Invalid(problems={"rows_per_contact": [f"Between 1 and {MOST_ROWS}."]})
        source.rows_per_contact = rows_per_contact
    _save(source, only=["name", "outage", "rows_per_contact"])
    auditing.record(by, "source.change", source.pk, name=source.name)
    return source


def refresh(organisation_id: int, source_id: int, *, by: Actor) -> DataSource:
    """Look at the table's columns anew."""
    require(by, Permission.EDIT_CONNECTORS)
    source = get(organisation_id, source_id)
    source.columns = stored(browsing.columns(source.connector, source.schema, source.table))
    source.save(update_fields=["columns"])
    auditing.record(by, "source.refresh", source.pk, columns=len(source.columns))
    return source


def delete(organisation_id: int, source_id: int, *, by: Actor) -> None:
    """Delete a source; raise Conflict naming every segment and message that uses it."""
    require(by, Permission.EDIT_CONNECTORS)
    source = get(organisation_id, source_id)
    if uses := users.of(organisation_id, source_id):
        raise Conflict(f"“{source.name}” is still used by: {', '.join(uses)}.")
    try:
        with transaction.atomic():
            source.delete()
            Copied.objects.filter(source_id=source_id).delete()
            auditing.record(by, "source.delete", source_id, name=source.name)
    except ProtectedError as error:
        names = ", ".join(sorted(map(str, error.protected_objects)))
        raise Conflict(f"“{source.name}” is still used by: {names}.") from error


def warnings_of(source: DataSource) -> list[str]:
    """Return what a person should know of a source, as its columns were last seen."""
    key = source.connector.key_column
    found = next((column for column in source.columns if column["name"] == key), None)
    if found is None:
        return [no_key(source.schema, source.table, key)]
    needs_index = source.connector.kind == ConnectorKind.POSTGRES and source.kept_copy is None
    if needs_index and not found["is_indexed"]:
        return [f"The column “{key}” has no index: each batch of a campaign reads the whole table."]
    return []


def checked_name(name: str) -> str:
    """Return a name as it may stand in a message; raise Invalid."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(problems={"name": [f"Give a name of at most {LONGEST_NAME} characters."]})
    if UNFIT_FOR_A_NAME.search(name):
        raise Invalid(problems={"name": ["A name has no quotes and no backslash."]})
    return name


def stored(columns: list[Column]) -> list[dict[str, object]]:
    """Return columns as a source keeps them."""
    return [
        {
            "name": column.name,
            "type": column.type,
            "kind": column.kind.value,
            "is_key": column.is_key,
            "is_indexed": column.is_indexed,
        }
        for column in columns
    ]


def no_key(schema: str, table: str, key: str) -> str:
    """Return the sentence about a table without the contact's key."""
    return f"{schema}.{table} has no column “{key}”, which is the connector's unique contact field."


def _save(source: DataSource, *, only: list[str] | None = None) -> None:
    taken = {"name": [f"There is already a data source named “{source.name}”."]}
    try:
        with transaction.atomic():
            lock_names(source.organisation_id)
            if PreparedFile.objects.filter(
                organisation_id=source.organisation_id, name=source.name
            ).exists():
                raise Invalid(problems=taken)
            source.save(update_fields=only)
    except IntegrityError as error:
        raise Invalid(problems=taken) from error


def lock_names(organisation_id: int) -> None:
    """Let one at a time choose a name: tables and prepared files share them."""
    advisory.lock(f"source-names:{organisation_id}")
