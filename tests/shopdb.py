"""A second, real PostgreSQL for tests: the database of a customer's shop.

Debian's server when the machine has one, because it speaks TLS; otherwise the embedded one.
"""

import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sanderling.postgres import embedded, housing

DEBIAN = Path("/usr/lib/postgresql/15/bin")
USERNAME = "shopkeeper"
PASSWORD = "sea-lavender"
DATABASE = "shop"


@dataclass
class Shop:
    """A running server; ``shopkeeper`` is its superuser and owns the database ``shop``."""

    host: str
    port: int
    stop: Callable[[], None] = field(repr=False)
    pid: int
    database: str = DATABASE
    username: str = USERNAME
    password: str = PASSWORD
    ca_pem: str = ""

    @property
    def dsn(self) -> str:
        return (
            f"host={self.host} port={self.port} dbname={self.database} "
            f"user={self.username} password={self.password} connect_timeout=30"
        )

    def run(self, script: str) -> list[tuple]:
        """Run statements as the owner; return the rows of the last one."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            cursor = psycopg.ClientCursor(connection)
            cursor.execute(script)
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []


def start_postgres(directory: Path | None = None, *, tls: bool = False) -> Shop:
    """Start a server in a directory that other users may pass through (default: a new one)."""
    place = directory or Path(tempfile.mkdtemp(prefix="sanderling-shop-"))
    place.mkdir(exist_ok=True)
    place.chmod(0o755)
    assert not tls or has_tls(), "only Debian's server speaks TLS"
    shop = _debian(place, tls) if has_tls() else _embedded(place)
    if directory is None:
        stop = shop.stop
        shop.stop = lambda: (stop(), shutil.rmtree(place, ignore_errors=True))[0]
    return shop


def has_tls() -> bool:
    return (DEBIAN / "postgres").exists()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _embedded(place: Path) -> Shop:
    port = free_port()
    server = embedded.start(place, tcp_port=port)
    with psycopg.connect(server.admin_dsn, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {USERNAME} LOGIN SUPERUSER PASSWORD '{PASSWORD}'")
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER {USERNAME}")
    return Shop("127.0.0.1", port, server.stop, server.pid)


def _debian(place: Path, tls: bool) -> Shop:
    keeper = housing.house_of(place / "home").keeper
    cluster = place / "cluster"
    cluster.mkdir(mode=0o700)
    secret = place / "password"
    secret.write_text(PASSWORD)
    _give(keeper, cluster, secret)
    done = keeper.runs([
        str(DEBIAN / "initdb"), "-D", str(cluster), "-U", USERNAME, "--pwfile", str(secret),
        "-A", "scram-sha-256", "-E", "UTF8", "--locale", "C", "--no-sync",
    ])  # fmt: skip
    assert done.returncode == 0, done.stderr
    port = free_port()
    ca_pem = _certify(cluster, keeper) if tls else ""
    _configure(cluster, port=port, tls=tls)
    with (place / "log").open("ab") as log:
        process = subprocess.Popen(
            [str(DEBIAN / "postgres"), "-D", str(cluster)],
            stdout=log,
            stderr=log,
            cwd="/",
            env={"LC_ALL": "C", "PATH": os.defpath},
            start_new_session=True,
            **keeper.identity(),
        )
    shop = Shop("127.0.0.1", port, lambda: _stop(process), process.pid, ca_pem=ca_pem)
    _await(process, port, place / "log")
    shop.database = "postgres"
    shop.run(f"CREATE DATABASE {DATABASE}")
    shop.database = DATABASE
    return shop


def _configure(cluster: Path, *, port: int, tls: bool) -> None:
    with (cluster / "postgresql.conf").open("a") as file:
        file.write(
            f"port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
            "fsync = off\nshared_buffers = 128MB\nmax_connections = 40\n"
        )
        if tls:
            file.write("ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\n")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    process.wait(timeout=30)


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(
                f"host=127.0.0.1 port={port} dbname=postgres user={USERNAME} password={PASSWORD}"
            ).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(log.read_text())


def _give(keeper: housing.Keeper, *paths: Path) -> None:
    for path in paths:
        if keeper.is_other:
            os.chown(path, keeper.uid, keeper.gid)


def _certify(cluster: Path, keeper: housing.Keeper) -> str:
    """Write the server's key and certificate (for db.shop.example and 127.0.0.1)."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = certificate("Shop Authority", authority_key)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = certificate("db.shop.example", key, issuer=(authority, authority_key))
    (cluster / "server.crt").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    private = cluster / "server.key"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    private.chmod(0o600)
    _give(keeper, private, cluster / "server.crt")
    return authority.public_bytes(serialization.Encoding.PEM).decode()


def certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None,
) -> x509.Certificate:
    """Return a certificate; without an issuer that of an authority."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256())
