"""Try a connector before or after it is saved; nothing is stored and nothing secret is said."""

from sanderling.accounts.actors import Actor
from sanderling.accounts.rights import Permission, require
from sanderling.connectors import drafts_bigquery, drafts_sheets, opening, saving
from sanderling.connectors.drafts import AnyDraft, Draft, check_connection
from sanderling.connectors.drafts_bigquery import BigQueryDraft
from sanderling.connectors.drafts_sheets import SheetsDraft
from sanderling.connectors.drivers.bigquery import validating as bigquery
from sanderling.connectors.drivers.google_sheets import validating as sheets
from sanderling.connectors.drivers.outages import SourceUnavailable
from sanderling.connectors.drivers.postgres import browsing, validating
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings
from sanderling.connectors.drivers.tables import Validation
from sanderling.connectors.models import Connector, ConnectorKind

NOT_SECURED = "Connection is not SSL-secured"  # the product's own words


def validate(
    organisation_id: int,
    draft: AnyDraft,
    *,
    connector_id: int | None = None,
    by: Actor,
) -> Validation:
    """Return whether the database of a filled-in form opens, and why not.

    Raises Invalid when the form itself is wrong (a private host, no password).
    """
    require(by, Permission.EDIT_CONNECTORS)
    stored = saving.get(organisation_id, connector_id) if connector_id is not None else None
    if isinstance(draft, BigQueryDraft):
        opened = drafts_bigquery.settings_of(draft, stored=stored)
        return bigquery.validate(opened, draft.dataset.strip())
    if isinstance(draft, SheetsDraft):
        return sheets.validate(drafts_sheets.settings_of(draft, stored=stored))
    assert isinstance(draft, Draft)
    check_connection(draft, stored=stored)
    return validating.validate(_settings(draft, stored))


def column_names(
    organisation_id: int, draft: Draft, *, connector_id: int | None = None, by: Actor
) -> list[str]:
    """Return the columns among which the contact's key is chosen; none when that fails."""
    require(by, Permission.EDIT_CONNECTORS)
    stored = saving.get(organisation_id, connector_id) if connector_id is not None else None
    check_connection(draft, stored=stored)
    try:
        return browsing.column_names(_settings(draft, stored))
    except SourceUnavailable:
        return []


def validate_stored(organisation_id: int, connector_id: int, *, by: Actor) -> Validation:
    """Return whether a saved connector opens."""
    require(by, Permission.EDIT_CONNECTORS)
    connector = saving.get(organisation_id, connector_id)
    if connector.kind == ConnectorKind.BIGQUERY:
        return bigquery.validate(opening.bigquery_settings_of(connector), connector.dataset)
    if connector.kind == ConnectorKind.SHEETS:
        return sheets.validate(opening.sheets_settings_of(connector))
    return validating.validate(opening.settings_of(connector))


def warnings_of(validation: Validation) -> list[str]:
    """Return what a person should know of a connection that works."""
    return [NOT_SECURED] if validation.ok and not validation.is_tls else []


def _settings(draft: Draft, stored: Connector | None) -> ConnectionSettings:
    password = draft.password or (opening.password_of(stored) if stored else "")
    return ConnectionSettings(
        host=draft.host.strip(),
        port=draft.port,
        # libpq's own rule: without a name, the database is called like the user
        database=draft.database.strip() or draft.username.strip(),
        username=draft.username.strip(),
        password=password,
        tls=opening.TLS[draft.tls],
        ca_pem=draft.ca.strip(),
        allowed=opening.allowed_hosts(),
    )
