import socket
from typing import Any

import pytest
from smtp_server import DROP, SILENCE, SmtpServer

from sanderling.channels.email import (
    Cause,
    Envelope,
    Outgoing,
    Report,
    Security,
    Server,
    Session,
    check,
)
from sanderling.channels.receipts import Receipt, Status
from sanderling.lib.errors import Forbidden, Invalid


def at(server: SmtpServer, **settings: Any) -> Server:
    usual: dict[str, Any] = {"security": Security.NONE, "host": "127.0.0.1"}
    return Server(port=server.port, **(usual | settings))


def test_a_good_server_is_ready(certificate: Any) -> None:
    users = {"shop": "password"}
    with SmtpServer(tls=certificate.context, users=users) as server:
        report = check(
            at(
                server,
                security=Security.STARTTLS,
                ca_file=str(certificate.path),
                username="shop",
                password="password",
            )
        )
    assert report.ok
    assert report.words == f"127.0.0.1:{server.port} is ready to take messages."
    assert report.warnings == ()
    assert report.offers
    assert report.offers.pipelining
    assert server.stages["MAIL"] == 0
    assert server.stages["QUIT"] == 1


def test_what_works_with_a_risk_is_said() -> None:
    with SmtpServer(users={"shop": "password"}, pipelining=False, utf8=False) as server:
        report = check(at(server, username="shop", password="password"))
    assert report.ok
    assert [words.split(":")[0] for words in report.warnings] == [
        "The connection is not protected by TLS",
        "The password travels in clear.",
        "The server has no PIPELINING",
        "The server has no SMTPUTF8",
    ]


def test_an_unchecked_certificate_is_a_warning(certificate: Any) -> None:
    with SmtpServer(tls=certificate.context) as server:
        report = check(at(server, security=Security.STARTTLS, verify=False))
    assert report.ok
    assert report.warnings == ("The server's certificate is not checked: it may be somebody else.",)


def test_a_name_that_is_not_in_dns_is_named() -> None:
    report = check(Server(host="mail.invalid", port=25))
    assert report == Report(
        False, "There is no server named “mail.invalid” (DNS).", cause=Cause.NAME
    )


def test_a_closed_port_is_named() -> None:
    with SmtpServer() as server:
        pass
    report = check(at(server))
    assert report.cause is Cause.REFUSED
    assert report.words.startswith(f"Nothing listens at 127.0.0.1:{server.port}")


def test_a_silent_server_is_named() -> None:
    with SmtpServer(answer=lambda *_: SILENCE) as server:
        report = check(at(server, reply_timeout=0.1))
    assert report.cause is Cause.TIMEOUT
    assert report.words.startswith(f"127.0.0.1:{server.port} did not answer in time.")


@pytest.mark.parametrize(
    ("stage", "reply", "cause", "words"),
    [
        ("CONNECT", "554 5.7.1 go away", Cause.GREETING, "turned us away: 554 5.7.1 go away"),
        ("CONNECT", "HTTP/1.1 400 Bad", Cause.GREETING, "does not speak SMTP; it said “HTTP/1.1"),
        ("CONNECT", DROP, Cause.NETWORK, "127.0.0.1:"),
        ("EHLO", DROP, Cause.NETWORK, "127.0.0.1:"),
    ],
)
def test_a_server_that_will_not_have_us_is_quoted(
    stage: str, reply: str, cause: Cause, words: str
) -> None:
    with SmtpServer(answer=lambda at_stage, *_: reply if at_stage == stage else None) as server:
        report = check(at(server))
    assert not report.ok
    assert report.cause is cause
    assert words in report.words


def test_a_server_that_knows_only_helo_will_do() -> None:
    def answer(stage: str, *_: object) -> str | None:
        return "502 5.5.1 what?" if stage == "EHLO" else None

    with SmtpServer(answer=answer) as server, Session(at(server)) as session:
        letter = Outgoing(Envelope("a@example.com", "b@example.com"), b"Hi\r\n")
        (_, receipt), *_ = session.send_many([letter])
    assert receipt.status is Status.ACCEPTED


def test_a_wrong_password_is_named_and_never_shown() -> None:
    with SmtpServer(users={"shop": "password"}) as server:
        settings = at(server, username="shop", password="s3cret-wrong")
        report = check(settings)
        with Session(settings) as session:
            letter = Outgoing(Envelope("a@example.com", "b@example.com"), b"Hi\r\n")
            (_, receipt), *_ = session.send_many([letter])
    assert report.cause is Cause.SIGN_IN
    assert report.words.endswith(
        "did not accept the user name and password: 535 5.7.8 wrong password"
    )
    assert receipt == Receipt(Status.DEFERRED, 0, report.words)
    assert "s3cret" not in repr(report) + repr(settings)


def test_a_server_without_a_sign_in_we_know_is_named() -> None:
    with SmtpServer(users={"shop": "password"}, sign_in_ways="GSSAPI") as server:
        report = check(at(server, username="shop", password="password"))
    assert report.cause is Cause.SIGN_IN
    assert "its ways: GSSAPI" in report.words


def test_a_stranger_certificate_is_named(certificate: Any) -> None:
    with SmtpServer(tls=certificate.context) as server:
        report = check(at(server, security=Security.STARTTLS))
    assert report.cause is Cause.TLS
    assert "is not to be trusted: self-signed certificate" in report.words


def test_a_certificate_of_another_name_is_named(certificate: Any) -> None:
    with SmtpServer(tls=certificate.context) as server:
        report = check(
            at(
                server,
                host="other.example",
                resolve=lambda *_: "127.0.0.1",
                security=Security.STARTTLS,
                ca_file=str(certificate.path),
            )
        )
    assert report.cause is Cause.TLS
    assert "not valid for 'other.example'" in report.words


def test_a_server_without_starttls_is_named() -> None:
    with SmtpServer() as server:
        report = check(at(server, security=Security.STARTTLS, username="shop", password="p"))
    assert report.cause is Cause.TLS
    assert "does not offer STARTTLS" in report.words
    assert server.stages["AUTH"] == 0


def test_tls_from_the_start_on_a_plain_port_is_named() -> None:
    with SmtpServer() as server:
        report = check(at(server, security=Security.TLS))
    assert report.cause is Cause.TLS
    assert "does not speak TLS from the start" in report.words


def test_a_missing_file_of_authorities_is_named(certificate: Any) -> None:
    with SmtpServer(tls=certificate.context) as server:
        report = check(at(server, security=Security.STARTTLS, ca_file="/nowhere/ca.pem"))
    assert report.cause is Cause.TLS
    assert "“/nowhere/ca.pem” cannot be read" in report.words


def test_words_before_tls_are_not_believed(certificate: Any) -> None:
    """CVE-2011-0411: what somebody slipped in behind the answer to STARTTLS."""

    def answer(stage: str, *_: object) -> str | None:
        return "220 begin\r\n250 sink.example" if stage == "STARTTLS" else None

    with SmtpServer(tls=certificate.context, answer=answer) as server:
        report = check(at(server, security=Security.STARTTLS, ca_file=str(certificate.path)))
    assert report.cause is Cause.TLS
    assert report.words == "The server spoke out of turn before TLS began."


def test_the_guard_pins_the_address() -> None:
    asked = []

    def resolve(host: str, port: int) -> str:
        asked.append((host, port))
        return "127.0.0.1"

    with SmtpServer() as server:
        report = check(at(server, host="mail.example", resolve=resolve))
    assert report.ok
    assert asked == [("mail.example", server.port)]


def test_what_the_guard_forbids_is_not_connected_to() -> None:
    def resolve(host: str, port: int) -> str:
        raise Forbidden(f"{host} is a private address.")

    with SmtpServer() as server:
        report = check(at(server, resolve=resolve))
    assert report == Report(False, "127.0.0.1 is a private address.", cause=Cause.FORBIDDEN)
    assert server.connections == 0


def test_a_host_without_a_full_name_greets_by_its_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "laptop")
    with SmtpServer() as server:
        check(at(server))
        check(at(server, hello="mail.sandpiper.example"))
    assert [line for line in server.commands if line.startswith("EHLO")] == [
        "EHLO [127.0.0.1]",
        "EHLO mail.sandpiper.example",
    ]


def test_a_server_name_cannot_carry_commands() -> None:
    with pytest.raises(Invalid, match="is not the name of a server"):
        Server(host="mail.example", hello="me\r\nMAIL FROM:<>")
