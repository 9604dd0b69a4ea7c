"""Everything on one machine: database, pages, workers, and the demo at first.

The parent only watches.  A child that dies, even by ``kill -9``, is started again; the parent's own
death takes its children with it (``PR_SET_PDEATHSIG``), and the next start finds everything in
the database as it was.
"""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from sanderling.lib.environment import BadSetting
from sanderling.lib.errors import SanderlingError
from sanderling.site import serving, starting
from sanderling.site.demonstration import announcing, shop
from sanderling.site.watching import OUT, Child, Database

TICK = 0.5  # seconds between two looks at what must run
QUICK = 0.1  # the same until the first page is there
SLOW = 60.0  # seconds after which a missing first page is worth a word
PATIENCE = 30.0  # seconds for a child to stop by itself
AFTER_A_CRASH = 30.0  # seconds for the children of a killed predecessor to leave the port


class RunsAlready(SanderlingError):
    """Another `sanderling up` uses this home."""

    status = 409
    code = "runs_already"


def run(
    *,
    host: str,
    port: int,
    workers: int,
    demo: bool,
    stop_after_demo: bool = False,
    deaths: int = 0,
) -> int:
    """Run until Ctrl-C or SIGTERM; return the exit status.

    With ``stop_after_demo`` run until the demonstration has been told; its status is returned.
    ``deaths`` of workers are part of it when it is told.
    Raises RunsAlready and serving.PortTaken.
    """
    begun = time.monotonic()
    stopping = _listen()
    with _alone(starting.home()) as crashed:
        serving.refuse_taken(host, port, patience=AFTER_A_CRASH if crashed else 0.0)
        databases = _databases(demo=demo)
        children = _children(host, port, workers)
        story = Child("The demonstration", ["demo", "--kill", str(deaths)], is_once=True)
        try:
            _migrate()
            first = FirstPage(serving.address_of(host, port), begun, demo=demo)
            while not stopping and not (stop_after_demo and story.has_ended):
                _watch(databases, children)
                if first.has_come() and (stop_after_demo or (demo and not announcing.is_told())):
                    children.append(story)
                time.sleep(TICK if first.is_announced else QUICK)
        finally:
            _stop(children, databases, stopping)
    return story.status if stop_after_demo else 0


def _children(host: str, port: int, workers: int) -> list[Child]:
    web = Child("web", ["web", "--host", host, "--port", str(port)])
    return [web, *(Child(f"worker {number + 1}", ["worker"]) for number in range(workers))]


def _watch(databases: list[Database], children: list[Child]) -> None:
    for database in databases:
        database.watch()
    for child in children:
        child.watch()


class FirstPage:
    """The first page: awaited, then announced once."""

    def __init__(self, address: str, begun: float, *, demo: bool) -> None:
        self.address, self.begun, self.demo = address, begun, demo
        self.is_announced = self.is_late = False

    def has_come(self) -> bool:
        """Return True once: when the page answers for the first time."""
        if self.is_announced:
            return False
        if not _answers(f"{self.address}/healthz"):
            self._complain()
            return False
        self.is_announced = True
        self._announce()
        return True

    def _announce(self) -> None:
        seconds = time.monotonic() - self.begun
        OUT.print(f"\n[bold green]Sanderling is ready[/] in {seconds:.1f} s")
        OUT.print(f"  Pages     {self.address}/")
        if self.demo:
            announcing.announce(OUT, starting.home())
        else:
            create = "sanderling user create you@example.com --organisation 'Your shop'"
            OUT.print(f"  Sign in   create yourself with: {create} --home {starting.home()}")
        OUT.print("  Stop      Ctrl-C\n")

    def _complain(self) -> None:
        if not self.is_late and time.monotonic() - self.begun > SLOW:
            self.is_late = True
            OUT.print(f"[yellow]{self.address} does not answer yet; see the lines above.[/]")


def _answers(address: str) -> bool:
    """Ask without any proxy: this is our own machine."""
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=2):
            return True
    except (URLError, OSError):
        return False


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[bool]:
    """Hold the home's lock; yield whether the one before was killed.

    The file holds the process id for as long as we run.  The lock is the kernel's, so that a
    killed one leaves a number behind but no lock.
    """
    try:
        descriptor = os.open(home / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BadSetting(f"{home} cannot be written: {error.strerror}.") from error
    with os.fdopen(descriptor, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunsAlready(
                f"Sanderling runs already in {home} (process {file.read().strip()}):"
                " stop that one first, or choose another --home."
            ) from None
        crashed = bool(file.read().strip())
        _write(file.fileno(), f"{os.getpid()}\n")
        yield crashed
        _write(file.fileno(), "")


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)


def _databases(*, demo: bool) -> list[Database]:
    server = starting.ready(say=OUT.print)
    servers = [server] if server else []
    if demo:
        servers.append(shop.start(starting.home() / shop.FOLDER, say=OUT.print).server)
    return [Database(server) for server in servers]


def _migrate() -> None:
    from sanderling.site import migrating

    with OUT.status("Migrating the database…"):
        migrating.migrate()


def _listen() -> list[int]:
    """Return a list that stays empty until somebody asks us to stop."""
    asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    return asked


def _stop(children: list[Child], databases: list[Database], asked: list[int]) -> None:
    """Stop the children, then the databases; what they had in hand is finished or leased.

    Whoever asks a second time does not want to wait.
    """
    OUT.print("Stopping…")
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and len(asked) < 2:
        if all(child.is_gone for child in children):
            break
        time.sleep(QUICK)
    for child in children:
        child.kill()
    for database in databases:
        database.stop()
    OUT.print("Stopped.")
