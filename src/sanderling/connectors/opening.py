"""A stored connector becomes the settings of its driver; the only place where its secret opens."""

from django.conf import settings

from sanderling.connectors.drivers import keyfiles
from sanderling.connectors.drivers.bigquery.settings import BigQuerySettings, Service
from sanderling.connectors.drivers.google_sheets.settings import GOOGLES, SpreadsheetSettings
from sanderling.connectors.drivers.google_sheets.settings import Service as SheetsService
from sanderling.connectors.drivers.keyfiles import TOKENS
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings, Tls
from sanderling.connectors.models import Connector, TlsMode
from sanderling.lib.hosts import Allowed
from sanderling.lib.sealing import Keyring, seal, unseal_text

TLS: dict[str, Tls] = {
    TlsMode.DISABLE: "disable",
    TlsMode.PREFER: "prefer",
    TlsMode.REQUIRE: "require",
    TlsMode.VERIFY_CA: "verify-ca",
    TlsMode.VERIFY_FULL: "verify-full",
}


def settings_of(connector: Connector) -> ConnectionSettings:
    """Return how to open a connector, with its password.

    Without a name the database is called like the user: libpq's own rule, said aloud.
    """
    return ConnectionSettings(
        host=connector.host,
        port=connector.port,
        database=connector.database or connector.username,
        username=connector.username,
        password=password_of(connector),
        tls=TLS[connector.tls],
        ca_pem=connector.ca,
        allowed=allowed_hosts(),
    )


def bigquery_settings_of(connector: Connector) -> BigQuerySettings:
    """Return how to open a BigQuery connector, with its key."""
    return BigQuerySettings(
        key=keyfiles.kept(_unsealed(connector, "key")),
        location=connector.location,
        most_bytes=round(settings.BIGQUERY_MOST_GB * 2**30),
        service=bigquery_service(),
    )


def bigquery_service() -> Service:
    """Return where BigQuery is: elsewhere than at Google only on the operator's word."""
    return Service(settings.BIGQUERY_ENDPOINT, settings.BIGQUERY_TOKEN_URI or TOKENS)


def sheets_settings_of(connector: Connector) -> SpreadsheetSettings:
    """Return how to open a spreadsheet, with the key of its account."""
    return SpreadsheetSettings(
        connector.database, keyfiles.kept(_unsealed(connector, "key")), sheets_service()
    )


def sheets_service() -> SheetsService:
    """Return where Sheets is: elsewhere than at Google only on the operator's word."""
    return SheetsService(settings.SHEETS_ENDPOINT or GOOGLES, settings.SHEETS_TOKEN_URI or TOKENS)


def password_of(connector: Connector) -> str:
    """Return the password in the clear; never show, log or return it anywhere."""
    return _unsealed(connector, "password")


def sealed(secret: str, connector_id: int, what: str = "password") -> bytes:
    """Return a password, or a ``key``, sealed for this connector and no other."""
    return seal(secret, context=_context(connector_id, what), keyring=_keyring())


def allowed_hosts() -> Allowed:
    """Return what the operator allows beyond the public internet."""
    return Allowed.from_words(settings.ALLOWED_PRIVATE_HOSTS)


def _unsealed(connector: Connector, what: str) -> str:
    if connector.secret is None:
        return ""
    return unseal_text(connector.secret, context=_context(connector.pk, what), keyring=_keyring())


def _keyring() -> Keyring:
    return Keyring.from_text(settings.SEALING_KEYS)


def _context(connector_id: int, what: str) -> str:
    return f"connector:{connector_id}:{what}:v1"
