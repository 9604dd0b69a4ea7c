"""Open a connection to a customer's PostgreSQL; the only place where one is opened.

Test, sync, export and look-up all come through here, so the guard of hosts cannot be forgotten.
What libpq would take from our own environment (``PGOPTIONS``, ``~/.pgpass``, certificates in
``~/.postgresql``) is shut out: a customer's server must not see anything of ours.
"""

import contextlib
import math
import os
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.postgres import explaining
from sanderling.connectors.drivers.postgres.settings import ConnectionSettings
from sanderling.lib.hosts import HostNotFound, HostRefused, canonical, checked_address

Connection = psycopg.Connection[tuple[Any, ...]]

# psycopg's own OpenSSL looks for the system's authorities where no system has them, so the file
# is always named (feasibility: sslrootcert=system finds none).
SYSTEM_AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)
# libpq takes `require` for `verify-ca` when ~/.postgresql/root.crt exists; a file that does not
# exist keeps it from looking there.
NO_AUTHORITIES = "/nonexistent/root.crt"


def connect(settings: ConnectionSettings, *, timeout: float = 10.0) -> Connection:
    """Return an open connection in autocommit.

    Raises SourceUnavailable with the cause in the user's words.
    """
    address = _address(settings)
    try:
        with _authorities(settings) as authorities:
            return psycopg.connect(
                host=canonical(settings.host),
                hostaddr=address,
                port=settings.port,
                dbname=settings.database,
                user=settings.username,
                password=settings.password,
                sslmode=settings.tls,
                sslrootcert=authorities,
                sslcertmode="disable",
                gssencmode="disable",
                passfile=os.devnull,
                # Empty shuts out PGOPTIONS; a pooler refuses any other value.
                options="",
                connect_timeout=max(2, math.ceil(timeout)),
                keepalives=1,
                keepalives_idle=30,
                keepalives_interval=10,
                keepalives_count=3,
                tcp_user_timeout=60_000,
                application_name="Sanderling",
                client_encoding="UTF8",
                autocommit=True,
                # After five runs psycopg would prepare, PostgreSQL then plan without values, and
                # an unindexed `= ANY` go from 0.3 s to 20 s.
                prepare_threshold=None,
            )
    except psycopg.Error as error:
        raise explaining.of_opening(error, settings) from None


def _address(settings: ConnectionSettings) -> str:
    try:
        return checked_address(settings.host, settings.port, allowed=settings.allowed)
    except HostNotFound as error:
        raise SourceUnavailable(Cause.DNS, error.message) from None
    except HostRefused as error:
        raise SourceUnavailable(Cause.HOST, error.message) from None


@contextlib.contextmanager
def _authorities(settings: ConnectionSettings) -> Iterator[str]:
    """Yield the file of certificate authorities; libpq reads it while connecting only."""
    if not settings.tls.startswith("verify"):
        yield NO_AUTHORITIES
    elif settings.ca_pem.strip():
        with tempfile.NamedTemporaryFile("w", prefix="authorities-", suffix=".pem") as file:
            file.write(settings.ca_pem)
            file.flush()
            yield file.name
    else:
        yield _system_authorities()


def _system_authorities() -> str:
    candidates = (os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile)
    for candidate in (*candidates, *SYSTEM_AUTHORITIES):
        if candidate and Path(candidate).is_file():
            return candidate
    raise SourceUnavailable(
        Cause.TLS,
        "This installation knows no certificate authorities: install ca-certificates, "
        "or paste the certificate of your authority.",
    )
