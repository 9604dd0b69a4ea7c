"""Everything on one machine: database, pages, workers, and the demo at first.

The parent only watches.  A child that dies, even by ``kill -9``, is started again; the parent's own
death takes its children with it (``PR_SET_PDEATHSIG``), and the next start finds everything in
the database as it was.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import FrameType
from urllib.request import urlopen

from rich.console import Console

from sanderling.postgres import embedded
from sanderling.site import starting
from sanderling.site.demonstration import announcing, shop

OUT = Console(highlight=False)
PR_SET_PDEATHSIG = 1
TICK = 0.5  # seconds between two looks at the children
CALM = 10.0  # a child that lived shorter is restarted with a growing pause
PATIENCE = 30.0  # seconds for a child to stop by itself


@dataclass
class Child:
    """One process that must run."""

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    is_once: bool = False  # it has an end, and is not started again after it
    failures: int = 0
    not_before: float = field(default=0.0)

    @property
    def has_ended(self) -> bool:
        """Return whether it ran and is over."""
        return self.process is not None and self.process.poll() is not None

    @property
    def status(self) -> int:
        """Return its exit status; 1 when it was cut short."""
        return 1 if self.process is None else (self.process.poll() or 0)

    def start(self) -> None:
        """Start it; it dies with its parent and hears Ctrl-C only from it."""
        command = [sys.executable, "-m", "sanderling", *self.arguments]
        self.process = subprocess.Popen(command, preexec_fn=_tie_to_parent)
        self.started = time.monotonic()

    def watch(self) -> None:
        """Start it again when it is gone, later and later when it keeps dying young."""
        now = time.monotonic()
        if self.is_once and self.process is not None:
            return
        if self.process is not None and self.process.poll() is not None:
            lived = now - self.started
            self.failures = 0 if lived > CALM else self.failures + 1
            self.not_before = now + min(2.0**self.failures - 1, 30)
            OUT.print(
                f"[yellow]{self.name} ended ({self.process.returncode}); starting it again.[/]"
            )
            self.process = None
        if self.process is None and now >= self.not_before:
            self.start()

    def stop(self) -> None:
        """Ask it to stop."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()


def run(*, host: str, port: int, workers: int, demo: bool, stop_after_demo: bool = False) -> int:
    """Run until Ctrl-C or SIGTERM; return the exit status.

    With ``stop_after_demo`` run until the demonstration has been told; its status is returned.
    """
    begun = time.monotonic()
    server = starting.ready(say=OUT.print)
    servers = [server] if server else []
    if demo:
        servers.append(shop.start(starting.home() / shop.FOLDER, say=OUT.print).server)
    _migrate()
    children = [Child("web", ["web", "--host", host, "--port", str(port)])]
    children += [Child(f"worker {number + 1}", ["worker"]) for number in range(workers)]
    stopping = _listen()
    for child in children:
        child.start()
    _announce(host, port, begun, demo=demo)
    story = Child("demo", ["demo"], is_once=True)
    if stop_after_demo or (demo and not announcing.is_told()):
        children.append(story)
    while not stopping and not (stop_after_demo and story.has_ended):
        for child in children:
            child.watch()
        servers = [_keep(server) for server in servers]
        time.sleep(TICK)
    _stop(children, servers)
    return story.status if stop_after_demo else 0


def _migrate() -> None:
    from sanderling.site import migrating

    with OUT.status("Migrating the database…"):
        migrating.migrate()


def _announce(host: str, port: int, begun: float, *, demo: bool) -> None:
    """Wait for the first page, then say where it is and how to get in."""
    address = f"http://{host}:{port}"
    _await(f"{address}/healthz")
    OUT.print(f"\n[bold green]Sanderling is ready[/] in {time.monotonic() - begun:.1f} s")
    OUT.print(f"  Pages     {address}/")
    if demo:
        announcing.announce(OUT, starting.home())
    else:
        OUT.print("  Sign in   create yourself with: sanderling user create")
    OUT.print("  Stop      Ctrl-C\n")


def _await(address: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urlopen(address, timeout=2):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.1)
    OUT.print(f"[yellow]{address} does not answer yet; see the lines above.[/]")


def _keep(server: embedded.Server) -> embedded.Server:
    """Start an embedded database again when somebody killed it."""
    if embedded.running(server.home) is not None:
        return server
    OUT.print("[yellow]The database ended; starting it again.[/]")
    port = server.port if server.port != embedded.SOCKET_PORT else None
    return embedded.start(server.home, say=OUT.print, tcp_port=port)


def _listen() -> list[int]:
    """Return a list that stays empty until somebody asks us to stop."""
    asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    return asked


def _stop(children: list[Child], servers: list[embedded.Server]) -> None:
    """Stop the children, then the databases; what they had in hand is finished or leased."""
    OUT.print("Stopping…")
    for child in children:
        child.stop()
    deadline = time.monotonic() + PATIENCE
    for child in children:
        if child.process is not None:
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
    for server in servers:
        server.stop()
    OUT.print("Stopped.")


def _tie_to_parent() -> None:
    """Die with the parent, and leave Ctrl-C to it."""
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
