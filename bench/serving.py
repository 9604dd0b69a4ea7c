"""For the benches of the API: an installation of its own, its web process, what a call costs."""

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanderling.postgres import embedded


@dataclass(frozen=True)
class House:
    """An organisation in a fresh database, and a key with all rights."""

    home: Path
    organisation: int
    key: str


@contextlib.contextmanager
def house(*, log: str = "WARNING") -> Iterator[House]:
    """Start a database in a directory of its own, and settle an organisation in it."""
    home = Path(tempfile.mkdtemp(prefix="sanderling-bench-"))
    home.chmod(0o755)
    server = embedded.start(home)
    try:
        os.environ.pop("DATABASE_URL", None)
        os.environ.update(
            SANDERLING_HOME=str(home),
            SANDERLING_LOG_LEVEL=log,
            SANDERLING_API_LIMITS_FACTOR="100000",
            DJANGO_SETTINGS_MODULE="sanderling.site.settings",
        )
        yield _settled(home)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _settled(home: Path) -> House:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from sanderling.accounts import keys, organising
    from sanderling.accounts.actors import Actor

    ours = organising.create_organisation("Bench").pk
    _, secret = keys.create(ours, rights="full", description="bench", by=Actor.system(ours))
    return House(home, ours, secret)


@contextlib.contextmanager
def web(threads: int = 8) -> Iterator[tuple[int, int]]:
    """Serve as the product does, by one process; yield its port and the process that serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["web", "--port", str(port), "--processes", "1", "--threads", str(threads)]
    with running(*arguments) as process:
        while not (children_of(process) and _listens(port)):
            time.sleep(0.1)
        yield port, children_of(process)[0]


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def running(*arguments: str) -> Iterator[int]:
    """Run a process of the product; yield its id."""
    process = subprocess.Popen([sys.executable, "-m", "sanderling", *arguments])
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def request(key: str, method: str, path: str, body: Any = None, *, bearer: str = "") -> bytes:
    """Return the bytes of a call."""
    raw = b"" if body is None else json.dumps(body).encode()
    shown = f"Bearer {bearer}" if bearer else basic(key)
    return (
        f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: {shown}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    ).encode() + raw


def basic(key: str) -> str:
    """Return the header that shows a key."""
    return "Basic " + base64.b64encode(f"x:{key}".encode()).decode()


class Caller:
    """A connection that stays open; one call after the other."""

    def __init__(self, port: int) -> None:
        self._line = socket.create_connection(("127.0.0.1", port))
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def call(self, raw: bytes) -> bytes:
        """Return the body of the answer, which must be a 200."""
        self._line.sendall(raw)
        came = b""
        while b"\r\n\r\n" not in came:
            came += self._line.recv(65536)
        head, _, body = came.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), came
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += self._line.recv(65536)
        return body


def postmaster() -> int:
    """Return the process of the database server."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    return int(_stat(backend)[1])


def children_of(process: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    names = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(name) for name in names]


def cpu(process: int, *, with_children: bool = False) -> float:
    """Return the seconds of CPU of a process; with the living and the ended ones it has started."""
    fields = _stat(process)
    ticks = sum(int(field) for field in fields[11 : 15 if with_children else 13])
    own = ticks / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu(child) for child in children_of(process)) if with_children else own


def cpu_of_tree(process: int) -> float:
    """Return what ``cpu`` with children does, of a server whose processes come and go."""
    while True:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            return cpu(process, with_children=True)


def fine_cpu(process: int) -> float:
    """Return the seconds of CPU of the threads that a process has now, to the nanosecond."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def memory(process: int) -> float:
    """Return the memory of a process in MB."""
    pages = Path(f"/proc/{process}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _stat(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
