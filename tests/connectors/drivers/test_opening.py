"""Opening and validating: every cause in plain words, and nothing of ours shown to the server."""

import os
import socket
import threading
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
import shopdb
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sanderling.connectors.drivers.outages import Cause, SourceUnavailable
from sanderling.connectors.drivers.postgres.opening import connect
from sanderling.connectors.drivers.postgres.validating import validate
from sanderling.lib.hosts import Allowed

LOOPBACK = Allowed.from_words(["127.0.0.1/32", "::1"])
NEEDS_TLS = pytest.mark.skipif(not shopdb.has_tls(), reason="Debian's PostgreSQL is not here")


def test_a_good_connection_says_version_and_encryption(settings):
    answer = validate(replace(settings, tls="disable"))
    assert (answer.ok, answer.is_tls, answer.cause) == (True, False, "")
    assert answer.message == (
        f"Connected to PostgreSQL {answer.server_version}. The connection is not encrypted (TLS)."
    )


@NEEDS_TLS
@pytest.mark.parametrize("tls", ["prefer", "require"])
def test_tls_without_proof_of_identity(settings, tls):
    answer = validate(replace(settings, tls=tls))
    assert (answer.ok, answer.is_tls) == (True, True)
    assert answer.message.endswith("The connection is encrypted.")


@NEEDS_TLS
def test_tls_with_the_authority_of_the_customer(settings, shop):
    for tls in ("verify-ca", "verify-full"):
        assert validate(replace(settings, tls=tls, ca_pem=shop.ca_pem)).is_tls is True


@NEEDS_TLS
def test_the_pinned_address_does_not_cost_the_check_of_the_name(settings, shop, monkeypatch):
    monkeypatch.setattr("sanderling.lib.hosts.resolve", lambda host, port: ["127.0.0.1"])
    named = replace(
        settings, host="db.shop.example", tls="verify-full", ca_pem=shop.ca_pem, allowed=LOOPBACK
    )
    assert validate(named).ok is True
    other = validate(replace(named, host="other.example"))
    assert (other.ok, other.cause) == (False, Cause.TLS)
    assert other.message == (
        f"No secure connection to other.example:{shop.port}: "
        "its certificate is for another host name."
    )


@NEEDS_TLS
def test_a_foreign_authority_is_not_believed(settings):
    foreign = shopdb.certificate("Foreign Authority", ec.generate_private_key(ec.SECP256R1()))
    pem = foreign.public_bytes(serialization.Encoding.PEM).decode()
    for ca_pem in (pem, "", "rubbish"):
        answer = validate(replace(settings, tls="verify-full", ca_pem=ca_pem))
        assert (answer.ok, answer.cause) == (False, Cause.TLS)


CAUSES = [
    ({"password": "wrong"}, Cause.PASSWORD, "does not accept the username 'reader'"),
    ({"username": "nobody at all"}, Cause.PASSWORD, "does not accept the username"),
    ({"database": "nothing"}, Cause.DATABASE, "There is no database 'nothing' at"),
    (
        {"database": "closed"},
        Cause.PERMISSION,
        "The user 'reader' may not connect to the database 'closed'",
    ),
    ({"host": "10.0.0.1"}, Cause.HOST, "10.0.0.1 is in a private or reserved network."),
    ({"host": "/var/run/postgresql"}, Cause.HOST, "The host must be a domain name or an IP"),
    ({"host": "nowhere.invalid"}, Cause.DNS, "The host name nowhere.invalid is not known."),
]


@pytest.mark.parametrize(("change", "cause", "said"), CAUSES)
def test_a_failure_names_its_cause_and_no_secret(settings, change, cause, said):
    wrong = replace(settings, **change)
    answer = validate(wrong)
    assert (answer.ok, answer.cause) == (False, cause)
    assert said in answer.message
    assert wrong.password not in answer.message
    assert wrong.password not in repr(wrong)


@contextmanager
def listening(answer: bytes | None):
    """Listen on loopback; hang up after the answer, or say nothing at all."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        accepted: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                if answer is None:
                    accepted.append(client)
                else:
                    with client:
                        client.recv(100)
                        client.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(30)
            assert not thread.is_alive()
            for client in accepted:
                client.close()


def test_a_closed_port_is_refused(settings):
    port = shopdb.free_port()
    answer = validate(replace(settings, port=port, allowed=LOOPBACK))
    assert (answer.cause, answer.message) == (
        Cause.REFUSED,
        f"127.0.0.1:{port} refused the connection. Does PostgreSQL listen there?",
    )


def test_something_else_than_postgresql_is_refused(settings):
    with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        answer = validate(replace(settings, port=port, allowed=LOOPBACK, tls="disable"))
    assert (answer.ok, answer.cause) == (False, Cause.REFUSED)
    assert "HTTP" not in answer.message


def test_a_silent_server_is_given_up(settings):
    with listening(None) as port:
        answer = validate(replace(settings, port=port, allowed=LOOPBACK), timeout=2)
    assert (answer.ok, answer.cause) == (False, Cause.TIMEOUT)


def test_a_server_without_tls_is_named(settings):
    with listening(b"N") as port:
        answer = validate(replace(settings, port=port, allowed=LOOPBACK, tls="require"))
    assert (answer.cause, answer.message) == (
        Cause.TLS,
        f"No secure connection to 127.0.0.1:{port}: the server does not offer TLS.",
    )


def test_a_server_that_speaks_another_language_is_understood(settings):
    message = 'SFATAL\0VFATAL\0C28P01\0Mпользователь "reader" не прошёл проверку\0\0'.encode()
    fatal = b"E" + (len(message) + 4).to_bytes(4) + message
    with listening(fatal) as port:
        answer = validate(replace(settings, port=port, allowed=LOOPBACK, tls="disable"))
    assert answer.cause == Cause.PASSWORD


def test_nothing_of_our_environment_reaches_the_server(settings, monkeypatch, tmp_path):
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=1")
    monkeypatch.setenv("PGAPPNAME", "leak")
    (tmp_path / "pass").write_text("*:*:*:*:read-only\n")
    (tmp_path / "pass").chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", os.fspath(tmp_path / "pass"))
    with connect(settings) as connection:
        shown = "SELECT current_setting('statement_timeout'), current_setting('application_name')"
        assert connection.execute(shown).fetchone() == ("0", "Sanderling")
    with pytest.raises(SourceUnavailable) as raised:
        connect(replace(settings, password=""))
    assert raised.value.cause is Cause.PASSWORD


def test_the_error_carries_no_trace_of_the_drivers_text(settings):
    with pytest.raises(SourceUnavailable) as raised:
        connect(replace(settings, password="wrong"))
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ is True
    assert isinstance(raised.value.__context__, psycopg.Error)
