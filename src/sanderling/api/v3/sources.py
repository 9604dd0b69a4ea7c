"""The customer's tables that are used: rows by contact, live or by a copy."""

from typing import Any

from sanderling.api.answering import EMPTY, Answer, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Id, Shape
from sanderling.api.v1.preprocessor import shown
from sanderling.sources import copies, files
from sanderling.sources import saving as sources
from sanderling.sources.models import DataSource, PreparedFile


class SourceBody(Shape):
    """A table of a connector under a name."""

    connector_id: Id | None = None
    schema: str | None = None
    table: str | None = None
    name: str | None = None
    outage: str | None = None
    rows_per_contact: int | None = None


@operation("GET", "/v3/sources", summary="Data sources")
def list_sources(call: Call) -> list[dict[str, Any]]:
    """Return the data sources."""
    return [_source(one) for one in sources.sources_of(call.organisation_id)]


@operation("POST", "/v3/sources", summary="Add a data source")
def add_source(call: Call, body: SourceBody) -> dict[str, Any]:
    """Make a table a data source."""
    made = sources.create(
        call.organisation_id,
        body.connector_id or 0,
        schema=body.schema or "",
        table=body.table or "",
        name=body.name or "",
        by=call.actor,
    )
    return _source(made)


@operation("GET", "/v3/sources/{source_id}", summary="Get a data source")
def get_source(call: Call, source_id: int) -> dict[str, Any]:
    """Return a data source."""
    return _source(sources.get(call.organisation_id, source_id))


@operation("PUT", "/v3/sources/{source_id}", summary="Change a data source")
def change_source(call: Call, source_id: int, body: SourceBody) -> dict[str, Any]:
    """Rename a source, or say what sending does without it."""
    changed = sources.change(
        call.organisation_id,
        source_id,
        name=body.name,
        outage=body.outage,
        rows_per_contact=body.rows_per_contact,
        by=call.actor,
    )
    return _source(changed)


@operation("POST", "/v3/sources/{source_id}/refresh", summary="Look at the columns anew")
def refresh_source(call: Call, source_id: int) -> dict[str, Any]:
    """Return the source with the columns that its table has now."""
    return _source(sources.refresh(call.organisation_id, source_id, by=call.actor))


class CopyBody(Shape):
    """How often a copy is made anew, and until when it may be used."""

    every_minutes: int | None = None
    oldest_minutes: int | None = None


@operation("PUT", "/v3/sources/{source_id}/copy", summary="Keep a copy of a data source")
def keep_copy(call: Call, source_id: int, body: CopyBody) -> dict[str, Any]:
    """Keep a copy from now on, or change how often it is made."""
    given = {"every_minutes": body.every_minutes, "oldest_minutes": body.oldest_minutes}
    minutes = {name: value for name, value in given.items() if value is not None}
    return _source(copies.keep(call.organisation_id, source_id, **minutes, by=call.actor))


@operation("POST", "/v3/sources/{source_id}/copy", summary="Copy a data source now")
def copy_source_now(call: Call, source_id: int) -> dict[str, Any]:
    """Make the copy anew at once."""
    return _source(copies.copy_now(call.organisation_id, source_id, by=call.actor))


@operation("DELETE", "/v3/sources/{source_id}/copy", summary="Keep no copy of a data source")
def drop_copy(call: Call, source_id: int) -> dict[str, Any]:
    """Ask the table itself again."""
    return _source(copies.drop(call.organisation_id, source_id, by=call.actor))


@operation("DELETE", "/v3/sources/{source_id}", summary="Delete a data source")
def delete_source(call: Call, source_id: int) -> Answer:
    """Delete a source that nothing uses."""
    sources.delete(call.organisation_id, source_id, by=call.actor)
    return EMPTY


class FileBody(Shape):
    """The name of a prepared file, and what a message gets of it; what is absent stays."""

    name: str | None = None
    outage: str | None = None
    rows_per_contact: int | None = None


@operation("GET", "/v3/files", summary="Prepared files")
def list_files(call: Call) -> list[dict[str, Any]]:
    """Return the prepared files."""
    return [_file(one) for one in files.files_of(call.organisation_id)]


@operation("GET", "/v3/files/{file_id}", summary="Get a prepared file")
def get_file(call: Call, file_id: int) -> dict[str, Any]:
    """Return a prepared file."""
    return _file(files.get(call.organisation_id, file_id))


@operation("PUT", "/v3/files/{file_id}", summary="Change a prepared file")
def change_file(call: Call, file_id: int, body: FileBody) -> dict[str, Any]:
    """Rename a file, or say how many rows a message gets and what sending does without it."""
    changed = files.change(
        call.organisation_id,
        file_id,
        name=body.name,
        outage=body.outage,
        rows_per_contact=body.rows_per_contact,
        by=call.actor,
    )
    return _file(changed)


@operation("DELETE", "/v3/files/{file_id}", summary="Delete a prepared file")
def delete_file(call: Call, file_id: int) -> Answer:
    """Delete a file that no message reads."""
    files.delete(call.organisation_id, file_id, by=call.actor)
    return EMPTY


def _file(file: PreparedFile) -> dict[str, Any]:
    return shown(file) | {"outage": file.outage, "rowsPerContact": file.rows_per_contact}


def _source(source: DataSource) -> dict[str, Any]:
    return {
        "id": source.pk,
        "connectorId": source.connector_id,
        "schema": source.schema,
        "table": source.table,
        "name": source.name,
        "columns": source.columns,
        "outage": source.outage,
        "rowsPerContact": source.rows_per_contact,
        "warnings": sources.warnings_of(source),
        **_copy(source),
    }


def _copy(source: DataSource) -> dict[str, Any]:
    copy = source.kept_copy
    if copy is None:
        return {}
    return {
        "copy": present(
            everyMinutes=copy.every_minutes,
            oldestMinutes=copy.oldest_minutes,
            rows=copy.rows,
            rowsWithoutKey=copy.keyless,
            copiedAt=copy.copied_at and copy.copied_at.isoformat(),
            isRunning=copy.is_running,
            error=copy.error or None,
        )
    }
