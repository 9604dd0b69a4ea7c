"""A stored connector becomes the settings of its driver; the only place where its secret opens."""

from django.conf import settings

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


def password_of(connector: Connector) -> str:
    """Return the password in the clear; never show, log or return it anywhere."""
    if connector.secret is None:
        return ""
    return unseal_text(connector.secret, context=_context(connector.pk), keyring=_keyring())


def sealed(password: str, connector_id: int) -> bytes:
    """Return a password sealed for this connector and no other."""
    return seal(password, context=_context(connector_id), keyring=_keyring())


def allowed_hosts() -> Allowed:
    """Return what the operator allows beyond the public internet."""
    return Allowed.from_words(settings.ALLOWED_PRIVATE_HOSTS)


def _keyring() -> Keyring:
    return Keyring.from_text(settings.SEALING_KEYS)


def _context(connector_id: int) -> str:
    return f"connector:{connector_id}:password:v1"
