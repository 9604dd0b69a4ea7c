"""The product's web process, for tests of what only the wire shows: one process on loopback."""

import base64
import contextlib
import json
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.db import connection

from sanderling.accounts import keys
from sanderling.site.waiting import until

PATIENCE = 120.0  # seconds; two cores may be shared with a browser and a second pytest


@dataclass
class Answer:
    """An answer as it came over the wire; the names of its headers in their letter case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """A running web process."""

    port: int
    process: subprocess.Popen[bytes]

    def connect(self, timeout: float = PATIENCE) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def say(self, raw: bytes) -> Answer:
        """Send bytes on a connection of their own and return the first answer."""
        with self.connect() as line:
            with contextlib.suppress(OSError):  # it may refuse before it has read all
                line.sendall(raw)
            return hear(line)

    @property
    def worker(self) -> int:
        """The process that serves (gunicorn's own only watches it)."""
        mine = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(mine) as children:
            return int(children.read().split()[0])


def hear(line: socket.socket) -> Answer:
    """Return the next answer of a connection."""
    with line.makefile("rb", buffering=0) as stream:
        status = _line(stream).split()
        assert status, "the connection was closed without an answer"
        headers = {}
        while text := _line(stream):
            name, _, value = text.partition(":")
            headers[name] = value.strip()
        return Answer(int(status[1]), headers, _exactly(stream, headers))


def request(
    secret: str, body: Any = None, *, method: str = "POST", path: str = "/api/v3/event", **more: str
) -> bytes:
    """Return a plain request; ``more`` are headers, with "_" for "-"; "" leaves one out."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    credentials = base64.b64encode(f"x:{secret}".encode()).decode()
    headers = {
        "Host": "localhost",
        "Authorization": f"Basic {credentials}",
        "Content-Type": "application/json",
        "Content-Length": str(len(raw)),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items() if v)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + raw


def secret_of(actor: Any, rights: str = "full") -> str:
    """Return the secret of a new key, used once: the thin door leaves a fresh one to Django."""
    _, secret = keys.create(actor.organisation_id, rights=rights, description="", by=actor)
    assert keys.authenticate(secret) is not None
    return secret


@contextlib.contextmanager
def serving(
    files: int | None = None, *, log: IO[bytes] | None = None, **variables: str
) -> Iterator[Served]:
    """Serve the database of the tests by one process with four threads, and so many open files.

    What it says goes to ``log``, or to where the tests write.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "sanderling", "web", "--port", str(port), "--processes", "1",
         "--threads", "4"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "sanderling.site.settings",
             "DATABASE_URL": _address(), "SANDERLING_API_LIMITS_FACTOR": "1000", **variables},
        stderr=log,
        preexec_fn=files and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))),
    )  # fmt: skip
    try:
        served = Served(port, process)
        until(lambda: _listens(served), "the web process", seconds=PATIENCE)
        yield served
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _listens(served: Served) -> bool:
    with contextlib.suppress(OSError), served.connect(1):
        return True
    return False


def _address() -> str:
    parts = connection.get_connection_params()
    return f"postgresql://{parts['user']}@/{parts['dbname']}?host={parts['host']}"


def _line(stream: Any) -> str:
    text = b""
    while not text.endswith(b"\n"):
        if not (came := stream.read(1)):
            break
        text += came
    return text.decode("latin-1").strip()


def _exactly(stream: Any, headers: dict[str, str]) -> bytes:
    length, body = int(headers.get("Content-Length", "0")), b""
    while len(body) < length and (came := stream.read(length - len(body))):
        body += came
    return body
