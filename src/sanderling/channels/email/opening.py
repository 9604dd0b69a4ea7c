"""Reaching an SMTP server: name, socket, greeting, TLS, sign-in; and words for each failure.

Opening is strict question and answer, so it is written as straight blocking code with deadlines;
only the sending that follows is pipelined. `Pool` opens in threads of its own.
"""

import base64
import socket
import ssl
import time
from enum import StrEnum
from typing import NamedTuple

from sanderling.channels.email.replies import LONGEST_REPLY, Reply, one_line
from sanderling.channels.email.servers import Offers, Security, Server
from sanderling.lib.errors import SanderlingError


class Cause(StrEnum):
    """What kind of trouble keeps us out."""

    NAME = "NAME"
    REFUSED = "REFUSED"
    TIMEOUT = "TIMEOUT"
    NETWORK = "NETWORK"
    TLS = "TLS"
    GREETING = "GREETING"
    SIGN_IN = "SIGN_IN"
    FORBIDDEN = "FORBIDDEN"


class CannotConnect(SanderlingError):
    """The mail server cannot be reached."""

    def __init__(self, cause: Cause, message: str, *, reply_code: int = 0) -> None:
        self.cause, self.reply_code = cause, reply_code
        super().__init__(message)


class Opened(NamedTuple):
    """A connection ready for MAIL."""

    sock: socket.socket
    offers: Offers


def open_connection(server: Server) -> Opened:
    """Connect, protect, greet and sign in; raises CannotConnect in the user's words."""
    sock = _connect(server)
    try:
        return _greet(_Dialogue(sock, server), server)
    except BaseException:
        sock.close()
        raise


def _connect(server: Server) -> socket.socket:
    try:
        host = server.resolve(server.host, server.port) if server.resolve else server.host
        return socket.create_connection((host, server.port), timeout=server.connect_timeout)
    except SanderlingError as error:
        raise CannotConnect(Cause.FORBIDDEN, error.message) from error
    except (OSError, UnicodeError) as error:
        raise _trouble(error, server) from error


class _Dialogue:
    """Question and answer on a blocking socket, each answer within its deadline."""

    def __init__(self, sock: socket.socket, server: Server) -> None:
        self.sock = sock
        self._server = server
        self._rest = b""

    def ask(self, line: str) -> Reply:
        try:
            self.sock.settimeout(self._server.reply_timeout)
            self.sock.sendall(line.encode("utf-8") + b"\r\n")
        except OSError as error:
            raise _trouble(error, self._server) from error
        return self.listen()

    def listen(self) -> Reply:
        deadline = time.monotonic() + self._server.reply_timeout
        lines: list[str] = []
        while True:
            line = self._line(deadline)
            if not line[:3].isdigit() or line[3:4] not in (" ", "-", ""):
                raise CannotConnect(
                    Cause.GREETING,
                    f"{_place(self._server)} does not speak SMTP; it said “{one_line(line)}”.",
                )
            lines.append(line[4:])
            if line[3:4] != "-":
                return Reply(int(line[:3]), tuple(lines))

    def protect(self, context: ssl.SSLContext) -> None:
        # What came in clear before TLS may be an attacker's (CVE-2011-0411).
        if self._rest:
            raise CannotConnect(Cause.TLS, "The server spoke out of turn before TLS began.")
        try:
            self.sock.settimeout(self._server.connect_timeout)
            self.sock = context.wrap_socket(self.sock, server_hostname=self._server.host)
        except (OSError, ValueError) as error:
            raise _tls_trouble(error, self._server) from error

    def _line(self, deadline: float) -> str:
        while b"\n" not in self._rest:
            if len(self._rest) > LONGEST_REPLY:
                raise CannotConnect(Cause.GREETING, "The server's answer has no end.")
            self._rest += self._arrival(deadline)
        line, _, self._rest = self._rest.partition(b"\n")
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def _arrival(self, deadline: float) -> bytes:
        try:
            self.sock.settimeout(max(deadline - time.monotonic(), 0.001))
            arrived = self.sock.recv(65_536)
        except OSError as error:
            raise _trouble(error, self._server) from error
        if not arrived:
            raise CannotConnect(
                Cause.NETWORK, f"{_place(self._server)} closed the connection in mid-conversation."
            )
        return arrived


def _greet(dialogue: _Dialogue, server: Server) -> Opened:
    if server.security is Security.TLS:
        dialogue.protect(_context(server))
    greeting = dialogue.listen()
    if greeting.code != 220:
        raise _said(Cause.GREETING, f"{_place(server)} turned us away", greeting)
    offers = _hello(dialogue, server)
    if server.security is Security.STARTTLS:
        offers = _start_tls(dialogue, server, offers)
    if server.username:
        _sign_in(dialogue, server, offers)
    return Opened(dialogue.sock, offers)


def _hello(dialogue: _Dialogue, server: Server) -> Offers:
    name = server.hello or _own_name(dialogue.sock)
    reply = dialogue.ask(f"EHLO {name}")
    if reply.code != 250:
        reply = dialogue.ask(f"HELO {name}")
        if reply.code != 250:
            raise _said(Cause.GREETING, f"{_place(server)} did not accept our greeting", reply)
        return Offers()
    return _offers_of(reply)


def _own_name(sock: socket.socket) -> str:
    """The host name where it is a full one, else the address in brackets (RFC 5321, 4.1.3)."""
    name = socket.gethostname()
    if "." in name.strip("."):
        return name
    address = sock.getsockname()[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _offers_of(reply: Reply) -> Offers:
    words = [line.upper().replace("AUTH=", "AUTH ").split() for line in reply.lines[1:]]
    named = {line[0]: line[1:] for line in words if line}
    size = None
    if "SIZE" in named:
        size = int(named["SIZE"][0]) if named["SIZE"] and named["SIZE"][0].isdigit() else 0
    return Offers(
        pipelining="PIPELINING" in named,
        eight_bit="8BITMIME" in named,
        utf8="SMTPUTF8" in named,
        starttls="STARTTLS" in named,
        size=size,
        sign_in=frozenset(named.get("AUTH", ())),
    )


def _start_tls(dialogue: _Dialogue, server: Server, offers: Offers) -> Offers:
    if not offers.starttls:
        raise CannotConnect(
            Cause.TLS,
            f"{_place(server)} does not offer STARTTLS. Choose TLS from the start (usually port"
            " 465), or no TLS if you accept that mail and password travel in clear.",
        )
    reply = dialogue.ask("STARTTLS")
    if reply.code != 220:
        raise _said(Cause.TLS, f"{_place(server)} would not start TLS", reply)
    dialogue.protect(_context(server))
    return _hello(dialogue, server)


def _context(server: Server) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=server.ca_file or None)
    except OSError as error:
        raise CannotConnect(
            Cause.TLS, f"The file of trusted authorities “{server.ca_file}” cannot be read."
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not server.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _sign_in(dialogue: _Dialogue, server: Server, offers: Offers) -> None:
    if "PLAIN" in offers.sign_in:
        reply = dialogue.ask("AUTH PLAIN " + _b64(f"\0{server.username}\0{server.password}"))
    elif "LOGIN" in offers.sign_in:
        reply = _sign_in_by_login(dialogue, server)
    else:
        ways = ", ".join(sorted(offers.sign_in)) or "none"
        raise CannotConnect(
            Cause.SIGN_IN,
            f"{_place(server)} offers no way to sign in that we know (PLAIN, LOGIN); its ways:"
            f" {ways}. Some servers offer them only under TLS.",
        )
    if reply.code != 235:
        raise _said(
            Cause.SIGN_IN, f"{_place(server)} did not accept the user name and password", reply
        )


def _sign_in_by_login(dialogue: _Dialogue, server: Server) -> Reply:
    reply = dialogue.ask("AUTH LOGIN")
    for secret in (server.username, server.password):
        if reply.code != 334:
            return reply
        reply = dialogue.ask(_b64(secret))
    return reply


def _b64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def _place(server: Server) -> str:
    return f"{server.host}:{server.port}"


def _said(cause: Cause, what: str, reply: Reply) -> CannotConnect:
    return CannotConnect(cause, f"{what}: {reply.code} {reply.text}", reply_code=reply.code)


def _trouble(error: Exception, server: Server) -> CannotConnect:
    place = _place(server)
    if isinstance(error, ssl.SSLError):
        return _tls_trouble(error, server)
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return CannotConnect(Cause.NAME, f"There is no server named “{server.host}” (DNS).")
    if isinstance(error, ConnectionRefusedError):
        return CannotConnect(
            Cause.REFUSED, f"Nothing listens at {place} (connection refused). Is the port right?"
        )
    if isinstance(error, TimeoutError):
        return CannotConnect(
            Cause.TIMEOUT, f"{place} did not answer in time. A firewall may be in the way."
        )
    return CannotConnect(Cause.NETWORK, f"The connection to {place} failed: {error}.")


def _tls_trouble(error: Exception, server: Server) -> CannotConnect:
    place = _place(server)
    if isinstance(error, ssl.SSLCertVerificationError):
        words = f"The certificate of {place} is not to be trusted: {error.verify_message}."
    elif isinstance(error, TimeoutError):
        words = f"{place} began TLS and then fell silent."
    elif getattr(error, "reason", "") in {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"}:
        words = f"{place} does not speak TLS from the start. Choose STARTTLS or another port."
    else:
        words = f"TLS with {place} failed: {error}."
    return CannotConnect(Cause.TLS, words)
