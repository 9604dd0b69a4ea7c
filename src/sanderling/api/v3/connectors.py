"""Doors to the customer's own database."""

from typing import Any

from sanderling.api.answering import EMPTY, Answer, present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Id, Shape
from sanderling.connectors import browsing, saving, validating
from sanderling.connectors.drafts import AnyDraft, Draft
from sanderling.connectors.drafts_bigquery import BigQueryDraft
from sanderling.connectors.drafts_sheets import SheetsDraft
from sanderling.connectors.models import Connector, ConnectorKind
from sanderling.lib.errors import Invalid


class ConnectorBody(Shape):
    """A connector; a password or key file that is absent leaves the stored one.

    ``kind`` is POSTGRES, when nothing is said; BIGQUERY, which has ``keyFile`` (the text of the
    file), ``dataset`` and ``location``; or SHEETS, which has ``keyFile`` and ``spreadsheet`` (its
    link).
    """

    kind: str | None = None
    key_file: str | None = None
    dataset: str | None = None
    spreadsheet: str | None = None
    location: str | None = None
    name: str | None = None
    host: str | None = None
    port: int | None = None
    database: str | None = None
    username: str | None = None
    password: str | None = None
    tls: str | None = None
    ca: str | None = None
    key_column: str | None = None
    contact_key: str | None = None
    field_id: Id | None = None


@operation("GET", "/v3/connectors", summary="Connectors")
def list_connectors(call: Call) -> list[dict[str, Any]]:
    """Return the connectors; passwords are never shown."""
    return [_connector(one) for one in saving.connectors_of(call.organisation_id)]


@operation("POST", "/v3/connectors", summary="Add a connector")
def add_connector(call: Call, body: ConnectorBody) -> dict[str, Any]:
    """Create a connector."""
    return _connector(saving.save(call.organisation_id, _draft(body), by=call.actor))


@operation("POST", "/v3/connectors/validate", summary="Try a connection", writes=False)
def try_connector(call: Call, body: ConnectorBody) -> dict[str, Any]:
    """Return whether the connection opens, and why not."""
    return _validation(validating.validate(call.organisation_id, _draft(body), by=call.actor))


@operation("GET", "/v3/connectors/{connector_id}", summary="Get a connector")
def get_connector(call: Call, connector_id: int) -> dict[str, Any]:
    """Return a connector."""
    return _connector(saving.get(call.organisation_id, connector_id))


@operation("PUT", "/v3/connectors/{connector_id}", summary="Change a connector")
def change_connector(call: Call, connector_id: int, body: ConnectorBody) -> dict[str, Any]:
    """Change a connector; members that are absent stay."""
    stored = saving.get(call.organisation_id, connector_id)
    changed = saving.save(
        call.organisation_id, _draft(body, stored), connector_id=connector_id, by=call.actor
    )
    return _connector(changed)


@operation("DELETE", "/v3/connectors/{connector_id}", summary="Delete a connector")
def delete_connector(call: Call, connector_id: int) -> Answer:
    """Delete a connector that nothing uses."""
    saving.delete(call.organisation_id, connector_id, by=call.actor)
    return EMPTY


@operation(
    "POST", "/v3/connectors/{connector_id}/validate", summary="Try a connector", writes=False
)
def try_stored_connector(call: Call, connector_id: int) -> dict[str, Any]:
    """Return whether a saved connector opens, and why not."""
    return _validation(
        validating.validate_stored(call.organisation_id, connector_id, by=call.actor)
    )


@operation("GET", "/v3/connectors/{connector_id}/schemas", summary="Schemas of a connector")
def connector_schemas(call: Call, connector_id: int) -> list[str]:
    """Return the schemas that the connector's user may look into."""
    return browsing.schemas(saving.get(call.organisation_id, connector_id))


@operation(
    "GET", "/v3/connectors/{connector_id}/schemas/{schema}/tables", summary="Tables of a schema"
)
def connector_tables(call: Call, connector_id: int, schema: str) -> list[str]:
    """Return the tables and views of a schema."""
    connector = saving.get(call.organisation_id, connector_id)
    return [table.name for table in browsing.tables(connector, schema)]


def _draft(body: ConnectorBody, stored: Connector | None = None) -> AnyDraft:
    """Return the connector as asked for; what is absent is as stored, or as a new form has it."""
    base = stored or Connector(tls="prefer", port=5432, location="EU")
    kind = _or(body.kind, base.kind)
    if kind not in ConnectorKind.values:
        raise Invalid(problems={"kind": [f"Choose one of: {', '.join(ConnectorKind.values)}."]})
    if kind == ConnectorKind.BIGQUERY:
        return _bigquery_draft(body, base)
    if kind == ConnectorKind.SHEETS:
        return _sheets_draft(body, base)
    return Draft(
        name=_or(body.name, base.name),
        host=_or(body.host, base.host),
        username=_or(body.username, base.username),
        password=body.password or "",
        port=base.port if body.port is None else body.port,
        database=_or(body.database, base.database),
        tls=_or(body.tls, base.tls),
        ca=_or(body.ca, base.ca),
        key_column=_or(body.key_column, base.key_column),
        contact_key=_or(body.contact_key, base.contact_key),
        field_id=base.field_id if body.field_id is None else body.field_id,
    )


def _sheets_draft(body: ConnectorBody, base: Connector) -> SheetsDraft:
    return SheetsDraft(
        name=_or(body.name, base.name),
        spreadsheet=_or(body.spreadsheet, base.database),
        key_file=body.key_file or "",
        key_column=_or(body.key_column, base.key_column),
        contact_key=_or(body.contact_key, base.contact_key),
        field_id=base.field_id if body.field_id is None else body.field_id,
    )


def _bigquery_draft(body: ConnectorBody, base: Connector) -> BigQueryDraft:
    return BigQueryDraft(
        name=_or(body.name, base.name),
        dataset=_or(body.dataset, base.dataset),
        key_file=body.key_file or "",
        location=_or(body.location, base.location),
        key_column=_or(body.key_column, base.key_column),
        contact_key=_or(body.contact_key, base.contact_key),
        field_id=base.field_id if body.field_id is None else body.field_id,
    )


def _or(given: str | None, stored: str) -> str:
    return stored if given is None else given


def _connector(connector: Connector) -> dict[str, Any]:
    return present(
        id=connector.pk,
        kind=connector.kind,
        name=connector.name,
        **_place(connector),
        keyColumn=connector.key_column,
        contactKey=connector.contact_key,
        fieldId=connector.field_id,
    )


def _place(connector: Connector) -> dict[str, Any]:
    """Return where it is and who opens it, in the words of its kind."""
    if connector.kind == ConnectorKind.SHEETS:
        return {"spreadsheet": connector.database, "serviceAccount": connector.username}
    if connector.kind == ConnectorKind.BIGQUERY:
        return {
            "project": connector.database,
            "serviceAccount": connector.username,
            "dataset": connector.dataset,
            "location": connector.location,
        }
    return {
        "host": connector.host,
        "port": connector.port,
        "database": connector.database,
        "username": connector.username,
        "tls": connector.tls,
    }


def _validation(validation: Any) -> dict[str, Any]:
    return present(
        ok=validation.ok,
        cause=None if validation.ok else str(getattr(validation, "cause", "") or "") or None,
        message=str(getattr(validation, "message", "") or "") or None,
        isTls=validation.is_tls,
        warnings=validating.warnings_of(validation),
    )
