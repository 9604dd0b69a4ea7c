"""A real SMTP server on loopback whose every answer a test can choose.

Fast enough to be the sink of the benches (bench/smtp_sink.py runs it as a process), exact enough
to be trusted: it keeps byte for byte what it was given, after taking the dots out.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

DROP = "drop"
"""An answer that is none: the connection ends."""
SILENCE = "silence"
"""An answer that never comes."""
DROP_IN_BODY = "drop in body"
"""To DATA: 354, and then the connection ends before the body does."""
REFUSE_IN_BODY = "refuse in body"
"""To DATA: 354, and then 552 before the body ends."""
ACCEPT_IN_BODY = "accept in body"
"""To DATA: 354, and then 250 before the body ends."""
PATIENCE = 30.0
IN_BODY = (DROP_IN_BODY, REFUSE_IN_BODY, ACCEPT_IN_BODY)

Answer = Callable[[str, int, str], "str | None"]
"""Given the stage (CONNECT EHLO STARTTLS AUTH MAIL RCPT DATA DOT RSET QUIT), how often it has
come at this server (from 1), and its argument; None leaves the usual answer."""


class Received(NamedTuple):
    sender: str
    recipient: str
    content: bytes


@dataclass
class Behaviour:
    pipelining: bool = True
    eight_bit: bool = True
    utf8: bool = True
    size: int | None = 10_000_000
    tls: ssl.SSLContext | None = None
    tls_from_the_start: bool = False
    users: dict[str, str] = field(default_factory=dict)
    sign_in_ways: str = "PLAIN LOGIN"
    answer: Answer | None = None
    keep: bool = True
    byte_by_byte: bool = False


class SmtpServer:
    """`with SmtpServer(pipelining=False) as server:` … `server.received`, `server.port`."""

    def __init__(self, **behaviour: object) -> None:
        self.behaviour = Behaviour(**behaviour)  # type: ignore[arg-type]
        self.received: list[Received] = []
        self.accepted = 0
        self.connections = 0
        self.commands: list[str] = []
        self.stages: Counter[str] = Counter()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.BaseTransport] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> SmtpServer:
        self._thread.start()
        assert self._ready.wait(PATIENCE), "the mail server on loopback does not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the mail server on loopback does not end"

    def hang_up(self) -> None:
        """Close every connection, as servers do with idle ones; returns when it is done."""
        closed = threading.Event()

        def close() -> None:
            for transport in list(self._open):
                transport.close()
            self._loop.call_soon(self._loop.call_soon, closed.set)

        self._loop.call_soon_threadsafe(close)
        assert closed.wait(PATIENCE), "the mail server on loopback does not hang up"

    async def listen(self, port: int = 0) -> asyncio.Server:
        at_once = self.behaviour.tls if self.behaviour.tls_from_the_start else None
        listener = await asyncio.get_running_loop().create_server(
            lambda: _Conversation(self), "127.0.0.1", port, ssl=at_once, backlog=512
        )
        self.port = listener.sockets[0].getsockname()[1]
        return listener

    def _run(self) -> None:
        loop = self._loop
        listener = loop.run_until_complete(self.listen())
        self._ready.set()
        loop.run_forever()
        listener.close()
        for transport in list(self._open):
            transport.abort()  # type: ignore[attr-defined]
        loop.run_until_complete(_settle(self._tasks))
        loop.close()


async def _settle(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for _ in range(3):
        await asyncio.sleep(0)


class _Conversation(asyncio.Protocol):
    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._how = server.behaviour
        self._buffer = bytearray()
        self._in_body = False
        self._searched = 0
        self._sender = self._recipient = ""
        self._login: list[str] | None = None
        self._secure = self._how.tls_from_the_start
        self._mute = False
        self._cut_short = ""
        self._begun = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._server._open.add(transport)
        if not self._begun:
            self._begun = True
            self._server.connections += 1
            self._say("CONNECT", "", "220 sink.example ESMTP")

    def connection_lost(self, error: Exception | None) -> None:
        self._server._open.discard(self._transport)

    def data_received(self, arrived: bytes) -> None:
        self._buffer += arrived
        while not self._mute:
            if self._in_body:
                if not self._body():
                    return
            elif not self._line():
                return

    def _line(self) -> bool:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return False
        line = self._buffer[:end].decode("utf-8", "replace")
        del self._buffer[: end + 2]
        if self._how.keep:
            self._server.commands.append(line)
        if self._login is not None:
            self._login_step(line)
            return True
        verb = line[:4].upper()
        step = getattr(self, f"_{verb.lower()}", None)
        if verb == "STAR":
            self._starttls()
        elif step:
            step(line)
        else:
            self._say("OTHER", line, "500 5.5.2 what?")
        return True

    def _body(self) -> bool:
        if self._cut_short:
            if self._buffer:
                self._end_early()
            return False
        # "\r\n.\r\n", or ".\r\n" at the very start for an empty message.
        if self._buffer.startswith(b".\r\n"):
            self._end_body(b"", 3)
            return True
        end = self._buffer.find(b"\r\n.\r\n", max(0, self._searched - 4))
        if end < 0:
            self._searched = len(self._buffer)
            return False
        content = bytes(self._buffer[: end + 2]) if self._how.keep else b""
        self._end_body(content, end + 5)
        return True

    def _end_early(self) -> None:
        if self._cut_short == DROP_IN_BODY:
            self._transport.abort()
        else:
            refused = self._cut_short == REFUSE_IN_BODY
            self._write("552 5.3.4 too big" if refused else "250 2.0.0 taken")
        self._transport.pause_reading()
        self._mute = True

    def _end_body(self, content: bytes, taken: int) -> None:
        del self._buffer[:taken]
        self._in_body, self._searched = False, 0
        reply = self._say("DOT", self._recipient, "250 2.0.0 taken")
        if reply.startswith("2"):
            self._server.accepted += 1
            if self._how.keep:
                content = content.removeprefix(b".").replace(b"\r\n.", b"\r\n")
                self._server.received.append(Received(self._sender, self._recipient, content))
        self._sender = self._recipient = ""

    def _ehlo(self, line: str) -> None:
        how = self._how
        offers = ["sink.example"]
        offers += ["PIPELINING"] * how.pipelining + ["8BITMIME"] * how.eight_bit
        offers += ["SMTPUTF8"] * how.utf8
        if how.size is not None:
            offers.append(f"SIZE {how.size}")
        if how.tls and not self._secure:
            offers.append("STARTTLS")
        elif how.users:
            offers.append(f"AUTH {how.sign_in_ways}")
        text = "".join(f"250-{offer}\r\n" for offer in offers[:-1]) + f"250 {offers[-1]}"
        self._say("EHLO", line, text)

    def _helo(self, line: str) -> None:
        self._say("HELO", line, "250 sink.example")

    def _mail(self, line: str) -> None:
        usual = "503 5.5.1 nested MAIL" if self._sender else "250 2.1.0 ok"
        if self._say("MAIL", line, usual).startswith("2"):
            self._sender = line[line.find("<") : line.find(">") + 1]

    def _rcpt(self, line: str) -> None:
        usual = "250 2.1.5 ok" if self._sender else "503 5.5.1 MAIL first"
        address = line[line.find("<") + 1 : line.find(">")]
        if self._say("RCPT", address, usual).startswith("2"):
            self._recipient = address

    def _data(self, line: str) -> None:
        usual = "354 go ahead" if self._recipient else "503 5.5.1 no valid recipients"
        reply = self._say("DATA", self._recipient, usual)
        self._in_body = reply.startswith("354")
        if reply in IN_BODY:
            self._write("354 go ahead")
            self._in_body, self._cut_short = True, reply

    def _rset(self, line: str) -> None:
        self._sender = self._recipient = ""
        self._say("RSET", "", "250 2.0.0 ok")

    def _quit(self, line: str) -> None:
        self._say("QUIT", "", "221 2.0.0 bye")
        self._transport.close()
        self._mute = True

    def _auth(self, line: str) -> None:
        way, _, secret = line[5:].partition(" ")
        if way == "PLAIN":
            _, user, password = base64.b64decode(secret).decode().split("\0")
            self._judge_login(user, password)
        else:
            self._login = []
            self._write("334 " + base64.b64encode(b"Username:").decode())

    def _login_step(self, line: str) -> None:
        assert self._login is not None
        self._login.append(base64.b64decode(line).decode())
        if len(self._login) == 1:
            self._write("334 " + base64.b64encode(b"Password:").decode())
        else:
            user, password = self._login
            self._login = None
            self._judge_login(user, password)

    def _judge_login(self, user: str, password: str) -> None:
        known = self._how.users.get(user) == password
        self._say("AUTH", user, "235 2.7.0 welcome" if known else "535 5.7.8 wrong password")

    def _starttls(self) -> None:
        if self._say("STARTTLS", "", "220 2.0.0 begin").startswith("220"):
            self._mute = True
            task = asyncio.get_running_loop().create_task(self._upgrade())
            self._server._tasks.add(task)
            task.add_done_callback(self._server._tasks.discard)

    async def _upgrade(self) -> None:
        assert self._how.tls
        self._server._open.discard(self._transport)
        try:
            secure = await asyncio.get_running_loop().start_tls(
                self._transport, self, self._how.tls, server_side=True
            )
        except OSError:
            return  # The client did not like our certificate.
        if secure is None:
            return
        self._transport = secure
        self._server._open.add(secure)
        self._secure, self._mute = True, False
        self.data_received(b"")

    def _say(self, stage: str, argument: str, usual: str) -> str:
        stages = self._server.stages
        stages[stage] += 1
        chosen = self._how.answer(stage, stages[stage], argument) if self._how.answer else None
        reply = usual if chosen is None else chosen
        if reply == DROP:
            self._transport.abort()
        if reply in (DROP, SILENCE):
            self._mute = True
        elif reply not in IN_BODY:
            self._write(reply)
        return reply

    def _write(self, text: str) -> None:
        raw = text.encode() + b"\r\n"
        if not self._how.byte_by_byte:
            self._transport.write(raw)
            return
        for at in range(len(raw)):
            self._transport.write(raw[at : at + 1])
